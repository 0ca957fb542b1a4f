"""Read the history of a git checkout. Authors are hashed here: names and addresses go no further."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path

from gnomon.errors import Problem, UsageError

FORMAT = "%H%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%ct"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Times are seconds since 1970, UTC; `author` is a digest; a merge has two parents or more."""

    id: str
    author: str
    is_bot: bool
    is_merge: bool
    authored_at: int
    committed_at: int

    @property
    def committed_on(self) -> date:
        """The UTC date of the commit."""
        return datetime.fromtimestamp(self.committed_at, UTC).date()


def read_history(path: Path) -> list[Commit]:
    """The commits that HEAD reaches, oldest first.

    Raises UsageError: `not_a_checkout`, or `no_commits` for a checkout without any.
    """
    if git(path, "rev-parse", "--git-dir") is None:
        help = "name a folder that holds a git checkout"
        raise UsageError(Problem("not_a_checkout", f"{path} is not a git checkout", help=help))
    log = git(path, "-c", "log.showSignature=false", "log", "-z", "--reverse", f"--format={FORMAT}", "HEAD", "--")
    if not log:
        raise UsageError(Problem("no_commits", f"the checkout {path} has no commits", help="name another checkout"))
    return [parse(record) for record in log.split("\0") if record]


def git(path: Path, *arguments: str) -> str | None:
    """What a git command prints; None if it fails."""
    command = ["git", "-C", str(path), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        problem = Problem("git_missing", "the oss example needs the program 'git'", help="install git")
        raise UsageError(problem) from None
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else None


def parse(record: str) -> Commit:
    """One record of the log.

    >>> commit = parse("c0ffee\\x1fa b\\x1fAda\\x1fAda@example.org\\x1f1700000000\\x1f1700000060")
    >>> commit.is_merge, commit.is_bot, commit.author == digest("", "ada@example.org")
    (True, False, True)
    """
    id, parents, name, email, authored, committed = record.split("\x1f")
    return Commit(
        id=id,
        author=digest(name, email),
        is_bot="[bot]" in f"{name}{email}".lower(),
        is_merge=len(parents.split()) > 1,
        authored_at=int(authored),
        committed_at=int(committed),
    )


def digest(name: str, email: str) -> str:
    """Twelve hexadecimal digits that stand for an author: of the address, or of the name where there is none."""
    identity = email.strip().lower() or name.strip().lower()
    return blake2b(identity.encode(), digest_size=6).hexdigest()
