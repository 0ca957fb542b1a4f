"""One writer per project: taken before SQLMesh's context is built, because two plans at once can double rows.

The lock is the operating system's on a file that is never removed, so a killed process leaves none behind. The
file's text only says who holds it. `writer` is the one place to choose another kind of lock, for a project whose
state several machines share.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from gnomon.errors import Problem, RunError

LOCK_FILE = ".gnomon.lock"


@contextmanager
def writer(root: Path, purpose: str) -> Iterator[None]:
    """Holds the project's writer's lock; `purpose` is the command, for whoever finds it taken.

    Raises RunError `project_locked`, which names the holder, without waiting.
    """
    with open(root / LOCK_FILE, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(_locked(file, root)) from None
        _sign(file, purpose)
        yield


def _sign(file: TextIO, purpose: str) -> None:
    file.seek(0)
    file.truncate()
    json.dump(
        {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "user": getpass.getuser(),
            "purpose": purpose,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        file,
    )
    file.flush()


def _locked(file: TextIO, root: Path) -> Problem:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        who = "{purpose} (pid {pid} of {user} on {host}, since {since})".format(**holder)
    except (ValueError, KeyError):
        who = "another process"
    return Problem(
        "project_locked",
        f"{who} is writing to this project",
        help=f"wait for it to end, or stop it; the lock on {root / LOCK_FILE} ends with its process",
    )
