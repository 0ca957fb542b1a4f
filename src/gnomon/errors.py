"""What can go wrong, and how it is said.

    GnomonError
    ├── DefinitionError   definitions are wrong: every problem found, each with its place   (exit 2)
    ├── UsageError        a call or a command line asks for what does not exist             (exit 2)
    ├── CheckFailed       the data or a check says no                                       (exit 1)
    └── RunError          a run was refused or stopped half-way: a lock, an engine          (exit 1)

A `Problem` is one finding: a slug code, a sentence, the place and what to type. Codes are documented in
docs/reference/errors.md, one heading each, and held to that by a test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from gnomon.source import Span

SHOWN = 20
"""How many problems a message prints before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    `code` is a slug such as `unknown_field`; `message` is one lower-case sentence without a full stop;
    `notes` name the other places involved; `help` is what to type.
    """

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    notes: tuple[str, ...] = ()
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        parts = [f"{self.severity}[{self.code}]: {self.message}"]
        if self.span is not None:
            parts += [f"  --> {self.span}", self.span.excerpt()]
        parts += [f"  = {note}" for note in self.notes]
        if self.help:
            parts.append(f"  = help: {self.help}")
        return "\n".join(parts)


class GnomonError(Exception):
    """The base of every error that Gnomon raises on purpose."""

    exit_code = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        shown = "\n\n".join(str(problem) for problem in self.problems[:SHOWN])
        more = len(self.problems) - SHOWN
        return f"{shown}\n\n... and {more} more" if more > 0 else shown


class DefinitionError(GnomonError):
    """Definitions that cannot be used; `problems` holds everything found, in file order."""


class UsageError(GnomonError):
    """A call or command that asks for something that does not exist."""


class CheckFailed(GnomonError):
    """The input is well formed, and the data or a check says no."""

    exit_code = 1


class RunError(GnomonError):
    """A run that was refused or did not finish."""

    exit_code = 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the closest known word, or else all of them.

    >>> did_you_mean("dayly", ["daily", "weekly"])
    "did you mean 'daily'?"
    >>> did_you_mean("x", ["b", "a"])
    'known: a, b'
    """
    names = sorted(set(known))
    close = get_close_matches(word, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if names else "nothing is declared"
