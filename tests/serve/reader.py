"""A reader of documentation who has a second terminal, a Python with DataJunction's client, and addresses of his own.

Further words of blocks (the others are in `doc_blocks`):

    sh until=Ctrl-C address=URL   runs on beside the blocks after it, once a line of it has that text; the address that
                                  it prints is the document's URL from here on
    python client                 run by the Python that has the client
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from doc_blocks import Block, Reader

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class ServedReader(Reader):
    """Follows a document whose `addresses` are others here; the keys are what the document says. To be closed."""

    def __init__(self, folder: Path, document: Path, client: str, addresses: Mapping[str, str]) -> None:
        super().__init__(folder, document)
        self.client, self.addresses = client, dict(addresses)
        self.closed = ExitStack()

    def run(self, block: Block) -> str:
        """What a block prints, with the addresses of the document."""
        text = block.text
        for said, real in self.addresses.items():
            text = text.replace(said, real)
        printed = (self.start if "until" in block.words else super().run)(replace(block, text=text))
        for said, real in self.addresses.items():
            printed = printed.replace(real, said)
        return printed

    def start(self, block: Block) -> str:
        """What a program prints until it says that it is there; it runs until the reader is closed."""
        process = subprocess.Popen(
            self.command(block),
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.closed.callback(end, process)
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or block.words["until"] not in lines[-1]:
            line = process.stdout.readline()
            assert line, f"{self.place(block)} ended:\n{''.join(lines)}"
            lines.append(line)
        found = ADDRESS.search("".join(lines))
        assert found, f"{self.place(block)} printed no address:\n{''.join(lines)}"
        self.addresses[block.words["address"]] = found[0]
        return "".join(lines).rstrip()

    def command(self, block: Block) -> list[str]:
        return [self.client, "-c", block.text] if "client" in block.words else super().command(block)

    def environment(self) -> dict[str, str]:
        """A free port, no git branch that names a namespace, and the client's command `dj` beside `gnomon`."""
        before = super().environment()
        path = f"{before['PATH']}{os.pathsep}{self.beside / 'bin'}"
        above = str(self.beside)
        return before | {"PATH": path, "GNOMON_PORT": "0", "DJ_DEPLOY_BRANCH": "", "GIT_CEILING_DIRECTORIES": above}


def end(process: subprocess.Popen[str]) -> None:
    """End a shell and what it runs."""
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
