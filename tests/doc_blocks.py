"""Fenced blocks of the documentation: found, written to files, executed in order, and compared with what they show.

A block's first word is its language; the words after it say what a test does with it:

    sh, python                   run it in the document's folder
    sh if=python                 run it only in that reading of the document
    sql title=queries/x.sql      write it to that file;  append=metrics.yaml  adds it to the end
    text                         what the block before it printed, stdout and stderr as a reader sees them
    any language, static         for reading only

In a shown output a line `...` stands for any lines, and `…` for any text within a line.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## ", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: `language`, the `words` after it (`title=x` has a value, `static` has none), and its text."""

    language: str
    words: Mapping[str, str]
    text: str
    line: int


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a Markdown text, in order.

    >>> [(b.language, dict(b.words), b.text, b.line) for b in blocks("a\\n```sql title=q.sql\\nSELECT 1\\n```\\n")]
    [('sql', {'title': 'q.sql'}, 'SELECT 1\\n', 2)]
    """
    found = []
    for match in FENCE.finditer(text):
        language, *words = match["info"].split() or [""]
        pairs = dict(word.partition("=")[::2] for word in words)
        found.append(Block(language, pairs, match["body"], text.count("\n", 0, match.start()) + 1))
    return found


def sections(text: str, *names: str) -> str:
    """The parts of a document under the given second-level headings, in their order."""
    parts = [part for part in HEADING.split(text) if part.split("\n", 1)[0].strip() in names]
    assert len(parts) == len(names), f"the headings are {[part.split(chr(10), 1)[0] for part in HEADING.split(text)]}"
    return "\n".join(parts)


def shown(expected: str) -> re.Pattern[str]:
    """A pattern for an output as a document shows it.

    >>> bool(shown("a\\n...\\nin … s\\n").fullmatch("a\\nb\\nc\\nin 4.2 s")), bool(shown("a\\n").fullmatch("b"))
    (True, False)
    """
    lines = []
    for line in expected.rstrip().splitlines():
        lines.append(
            r"(?:.*\n)*" if line.strip() == "..." else ".*".join(map(re.escape, line.rstrip().split("…"))) + "\n"
        )
    return re.compile("".join(lines).removesuffix("\n"))


class Reader:
    """Follows a document in a folder of its own, as a reader with a shell would."""

    def __init__(self, folder: Path, document: Path, reading: str = "") -> None:
        self.folder, self.document, self.reading = folder, document, reading
        self.beside = folder.parent
        self.outputs: list[str] = []

    def follow(self, found: list[Block]) -> None:
        """Do what the blocks say, in order; fails at the first output that differs."""
        for block in found:
            if "static" in block.words or block.words.get("if", self.reading) != self.reading:
                continue
            if "title" in block.words or "append" in block.words:
                self.write(block)
            elif block.language in ("sh", "python"):
                self.outputs.append(self.run(block))
            elif block.language == "text":
                self.compare(block)
            else:
                raise AssertionError(f"{self.place(block)}: a block of {block.language} that nothing reads")

    def write(self, block: Block) -> None:
        path = self.folder / (block.words.get("title") or block.words["append"])
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() if "append" in block.words else ""
        path.write_text(before + block.text)

    def run(self, block: Block) -> str:
        """What a block prints; a shell's folder and what it exports hold for the blocks after it."""
        done = subprocess.run(
            self.command(block),
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{self.place(block)} failed:\n{block.text}\n{done.stdout}"
        if block.language == "sh":
            self.folder = Path((self.beside / ".pwd").read_text().strip())
        return "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())

    def command(self, block: Block) -> list[str]:
        """What runs a block."""
        if block.language == "python":
            return [sys.executable, "-c", block.text]
        exports, folder = self.beside / ".exports", self.beside / ".pwd"
        before = f". '{exports}'\n" if exports.exists() else ""
        return ["bash", "-euc", f"{before}{block.text}\npwd > '{folder}'\nexport -p > '{exports}'"]

    def environment(self) -> dict[str, str]:
        """The environment of each block."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "120"}

    def compare(self, block: Block) -> None:
        last = self.outputs[-1]
        assert shown(block.text).fullmatch(last), f"{self.place(block)} shows\n{block.text}\nand it is now\n{last}"

    def place(self, block: Block) -> str:
        return f"{self.document.name}, line {block.line}"
