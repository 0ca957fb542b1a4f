"""The words of `gnomon local sqlmesh-test`: those of `sqlmesh plan` that make sense in a scratch database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.time import Calendar

VALUES = {"--start": "start", "-s": "start", "--end": "end", "-e": "end", "--execution-time": "execution_time"}
SWITCHES = {"--keep", "--no-prompts", "--auto-apply", "--skip-tests"}
USAGE = "gnomon local sqlmesh-test [--duckdb] plan [ENV] [--start WHEN] [--end WHEN] [--keep]"


@dataclass(frozen=True, slots=True)
class LocalArgs:
    """What was typed: the environment, and times as SQLMesh accepts them ('1 week', 'now', '2024-01-31')."""

    environment: str = "dev"
    start: str = "1 week"
    end: str = "now"
    execution_time: str | None = None
    keep: bool = False


def parse_args(args: Sequence[str]) -> LocalArgs:
    """Read `plan dev --start '1 week' --end now`. Raises UsageError for a word that is not known.

    >>> parse_args(["plan", "dev", "--start=3 days", "--keep"])
    LocalArgs(environment='dev', start='3 days', end='now', execution_time=None, keep=True)
    """
    words = iter(args)
    command = next(words, "plan")
    if command != "plan":
        help = f"only `plan` can be tested: {USAGE}"
        raise UsageError(Problem("unknown_command", f"'{command}' is not something to test", help=help))
    keep, environments, times = False, [], dict[str, str]()
    for word in words:
        name, equals, value = word.partition("=")
        if name in VALUES:
            times[VALUES[name]] = value if equals else following(name, words)
        elif word in SWITCHES:
            keep = keep or word == "--keep"
        elif word.startswith("-"):
            hint = did_you_mean(name, [*VALUES, *SWITCHES])
            raise UsageError(Problem("unknown_option", f"there is no option '{name}' here", help=hint))
        else:
            environments.append(word)
    return LocalArgs(environment_of(environments), **times, keep=keep)


def following(name: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(Problem("missing_value", f"'{name}' needs a value", help=f"as in {name} '1 week'"))
    return value


def environment_of(words: list[str]) -> str:
    """The one environment that was named; `dev` where none was."""
    if len(words) > 1:
        raise UsageError(Problem("unknown_word", f"'{words[1]}' is one word too many", help=USAGE))
    name = words[0] if words else "dev"
    if name == "prod":
        help = "type `plan dev`: the test has a database of its own, and a prod plan takes no dates"
        raise UsageError(Problem("prod_environment", "a test plans a development environment", help=help))
    return name


@dataclass(frozen=True, slots=True)
class LocalRange:
    """The sample dates to test, both included, and the instant that the plan is made for.

    `today` is the local execution date.
    """

    start: date
    last: date
    today: date
    execution: datetime


def local_range(args: LocalArgs, calendar: Calendar, execution_time: Any = None) -> LocalRange:
    """The range that the words mean at the execution time, which is now where neither gives it.

    A date is included as an end; a moment ('now', '3 hours ago') includes the whole days before it.
    """
    from sqlmesh.utils.date import is_date, to_datetime

    def moment(word: str, option: str, base: datetime) -> datetime:
        try:
            found: datetime = to_datetime(word, relative_base=base)
        except ValueError:
            help = "a date as 2024-01-31, or '1 week', 'yesterday', 'now'"
            raise UsageError(Problem("not_a_time", f"{option} '{word}' is not a time", help=help)) from None
        return found.replace(tzinfo=None)

    now = execution_time if execution_time is not None else args.execution_time
    try:
        execution = to_datetime(now) if now is not None else datetime.now(UTC)
    except ValueError:
        help = "a date as 2024-01-31, or with a time as '2024-01-31 10:00:00'"
        raise UsageError(Problem("not_a_time", f"--execution-time '{now}' is not a time", help=help)) from None
    local = execution.astimezone(ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    start = moment(args.start, "--start", local).date()
    end = moment(args.end, "--end", local).date()
    if not is_date(args.end):
        end -= timedelta(days=1)
    last = min(end, min(local.date(), execution.astimezone(UTC).date()) - timedelta(days=1))
    if start > last:
        message = f"no whole day lies between --start {start} and --end: the last whole day is {last}"
        raise UsageError(Problem("empty_range", message, help="choose an earlier --start"))
    return LocalRange(start, last, local.date(), execution)
