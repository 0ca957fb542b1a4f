"""The own calendars that a project declares, as grains."""

from __future__ import annotations

from collections.abc import Mapping

from gnomon.errors import did_you_mean
from gnomon.load.declared import Declared, Entry
from gnomon.load.files import CalendarDef
from gnomon.load.findings import Findings
from gnomon.load.own_grains import GRAINS
from gnomon.model import Column, Reference
from gnomon.source import Span
from gnomon.time import OwnGrain

DATES = ("date", "date32")


def build_own_grains(
    declared: Declared, references: Mapping[str, Reference], findings: Findings
) -> tuple[OwnGrain, ...]:
    """The grains of every calendar; where none are named, those whose column `<grain>_start` its table has."""
    made: dict[str, OwnGrain] = {}
    for name, entry in declared.entries["calendars"].items():
        for grain in grains_of(name, entry, references, findings):
            if grain.value in GRAINS or grain.value in made:
                other = (
                    f"that of '{made[grain.value].calendar}'" if grain.value in made else "one that there is already"
                )
                message = f"the grain {grain.value} of the calendar '{name}' has the name of {other}"
                findings.error(
                    "name_collision", message, entry.span("grains", grain.grain.value), "rename the calendar"
                )
            made.setdefault(grain.value, grain)
    return tuple(made.values())


def grains_of(name: str, entry: Entry, references: Mapping[str, Reference], findings: Findings) -> list[OwnGrain]:
    calendar: CalendarDef = entry.value
    known = references[calendar.table].columns if calendar.table in references else {}
    starts = calendar.grains
    if starts is None:
        starts = {grain: f"{grain}_start" for grain in GRAINS if f"{grain}_start" in known}
    for column in (calendar.day, *starts.values()):
        check_date(known.get(column), entry.span("columns", column), findings)
    return [OwnGrain(name, GRAINS[grain], calendar.table, calendar.day, column) for grain, column in starts.items()]


def needed_columns(entry: Entry) -> dict[str, Span | None]:
    """The columns that a calendar with named grains has to have, with their places."""
    calendar: CalendarDef = entry.value
    starts = calendar.grains or {}
    named = {column: entry.span("grains", grain) for grain, column in starts.items()}
    return {calendar.day: entry.span("day"), **named} if starts else {}


def check_date(column: Column | None, span: Span | None, findings: Findings) -> None:
    """Refuse a column of days that is declared as something else: equal days would not be found."""
    if column is not None and column.type is not None and column.type.lower() not in DATES:
        message = f"the calendar's column '{column.name}' is declared as {column.type}, and its days are dates"
        findings.error("calendar_type", message, span, f"declare {column.name}: date, or make a table that has dates")


def unknown_aggregation(word: str, grains: tuple[OwnGrain, ...], words: tuple[str, ...]) -> tuple[str, str]:
    """The message and the help for a time aggregation of no calendar."""
    message, known = f"unknown aggregation '{word}'", [grain.aggregation for grain in grains]
    if (calendar := calendar_of(word, grains)) is not None:
        return message, has_only(calendar, [each.aggregation for each in grains if each.calendar == calendar])
    help = did_you_mean(word, [*words, *known])
    return message, help if help.startswith("known") else f"{help} known: {', '.join([*words, *known])}"


def unknown_grain(word: str, grains: tuple[OwnGrain, ...], known: list[str]) -> tuple[str, str]:
    """The message and the help for a window to date from the start of a grain of no calendar."""
    message = f"a window to date has no grain '{word}'"
    if (calendar := calendar_of(word, grains)) is not None:
        return message, has_only(calendar, [each.value for each in grains if each.calendar == calendar])
    help = did_you_mean(word, known)
    if not grains:
        return message, f"known: {', '.join(known)}; others are declared in sources.yaml, under calendars:"
    return message, help if help.startswith("known") else f"{help} known: {', '.join(known)}"


def calendar_of(word: str, grains: tuple[OwnGrain, ...]) -> str | None:
    """The calendar whose name a word begins with."""
    return max((g.calendar for g in grains if word.startswith(f"{g.calendar}_")), key=len, default=None)


def has_only(calendar: str, words: list[str]) -> str:
    return f"the calendar '{calendar}' has {', '.join(words)}: name its grains in sources.yaml"
