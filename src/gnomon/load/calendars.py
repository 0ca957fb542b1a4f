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
    return tuple(
        grain
        for name, entry in declared.entries["calendars"].items()
        for grain in grains_of(name, entry, references, findings)
    )


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
    calendar = max((g.calendar for g in grains if word.startswith(f"{g.calendar}_")), key=len, default=None)
    known = [grain.aggregation for grain in grains]
    message = f"unknown aggregation '{word}'"
    if calendar is not None:
        own = ", ".join(each.aggregation for each in grains if each.calendar == calendar)
        return message, f"the calendar '{calendar}' has {own}: name its grains in sources.yaml"
    help = did_you_mean(word, [*words, *known])
    return message, help if help.startswith("known") else f"{help} known: {', '.join([*words, *known])}"
