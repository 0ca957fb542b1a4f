"""What a plot shows, before anything is drawn: titles, a unit and lines of points. Shared by all outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from gnomon.cli.format import labels_of, shown_unit
from gnomon.units.display import DEFAULT_LOCALE, Labels, Unit, scale_of

if TYPE_CHECKING:
    from gnomon.model import Project, Variant

Kind = str
"""`line` for points in time, `step` for buckets that last from their date to the next, `bar` for one value each."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a sample date; None where the series has no row. `until` is the end of its bucket."""

    at: date
    until: date
    value: float | None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One series, with the gaps in it as points without a value."""

    label: str
    points: tuple[Point, ...]

    @property
    def values(self) -> list[float]:
        return [point.value for point in self.points if point.value is not None]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a plot says; all values are in `unit`, which is None where it is unset."""

    title: str
    subtitle: str
    unit: Unit
    kind: Kind
    lines: tuple[Line, ...]
    from_zero: bool
    hourly: bool = False
    locale: str = DEFAULT_LOCALE
    labels: Labels | None = None

    @property
    def values(self) -> list[float]:
        return [value for line in self.lines for value in line.values]

    @property
    def is_partial(self) -> bool:
        """Whether some value does not stand for its whole bucket or window."""
        return any(not point.complete for line in self.lines for point in line.points if point.value is not None)

    @property
    def span(self) -> tuple[date, date]:
        """The first moment and the end of the last bucket."""
        points = [point for line in self.lines for point in line.points]
        return min(point.at for point in points), max(point.until for point in points)


def compose(
    project: Project,
    variant: Variant,
    rows: list[dict[str, Any]],
    about: dict[str, Any],
    locale: str = DEFAULT_LOCALE,
) -> Picture:
    """The picture of an answer: `rows` of one metric, `about` as in the answer's metadata.

    Durations and data sizes are drawn in the one unit that suits all of them.
    """
    from gnomon.query.bounds import words
    from gnomon.time import AllTime, Grain, TimeAggregation, Windowed

    interval = variant.interval
    value = next(column for column in about["columns"] if column["role"] == "value")
    labels = labels_of(project)
    scale = scale_of([row[value["name"]] for row in rows], shown_unit(value), locale=locale, labels=labels)
    hourly = any(isinstance(row["metrics_sample_date"], datetime) for row in rows[:1])
    fine = isinstance(interval, Windowed) or (
        isinstance(interval, TimeAggregation) and interval.grain in (Grain.HOUR, Grain.DAY)
    )
    lines = tuple(
        Line(label, fill_gaps(project, variant, points))
        for label, points in grouped(project, variant, rows, about, float(scale.factor)).items()
    )
    name = variant.metric.metadata.display_name or variant.metric.key
    values = [number for line in lines for number in line.values]
    return Picture(
        title=f"{name} · {lines[0].label}" if len(lines) == 1 else f"{name} by {variant.entity}",
        subtitle=sentence(words(variant, project.calendar)),
        unit=scale.unit,
        kind="bar" if isinstance(interval, AllTime) else "line" if fine else "step",
        lines=lines,
        from_zero=(value["unit"] or {}).get("kind") == "count" or not values or min(values) * 2 <= max(values),
        hourly=hourly,
        locale=locale,
        labels=labels,
    )


def sentence(words: str) -> str:
    """What each row covers, as a subtitle.

    >>> sentence("the day of the sample date")
    'Each point covers the day of the sample date'
    """
    return f"Each point covers {words}"


def grouped(
    project: Project, variant: Variant, rows: list[dict[str, Any]], about: dict[str, Any], factor: float
) -> dict[str, list[Point]]:
    """The points of each entity and dimension, in the rows' order."""
    from gnomon.query.bounds import bounds

    value = next(column["name"] for column in about["columns"] if column["role"] == "value")
    found: dict[str, list[Point]] = {}
    for row in rows:
        sample = row["metrics_sample_date"]
        amount = None if row[value] is None or not math.isfinite(row[value]) else float(row[value]) * factor
        until = bounds(variant, sample, project.calendar)[1]
        found.setdefault(label_of(row, about), []).append(Point(sample, until, amount, row.get("is_complete", True)))
    return found


def label_of(row: dict[str, Any], about: dict[str, Any]) -> str:
    """What a row's series is called: the display name or the id, and the dimensions.

    >>> columns = [{"name": "origin", "role": "entity"}, {"name": "dest", "role": "entity"}]
    >>> label_of({"origin": "JFK", "dest": "LAX"}, {"columns": columns})
    'JFK–LAX'
    """
    by_role: dict[str, list[str]] = {}
    for column in about["columns"]:
        if row.get(column["name"]) not in (None, ""):
            by_role.setdefault(column["role"], []).append(str(row[column["name"]]))
    name = by_role.get("display_name", [])[:1] or ["–".join(by_role.get("entity", ["no id"]))]
    return " · ".join([*name, *by_role.get("dimension", [])])


def fill_gaps(project: Project, variant: Variant, points: list[Point]) -> tuple[Point, ...]:
    """The points with one without a value for each sample date in between that has no row."""
    from gnomon.query.bounds import bounds
    from gnomon.time import AllTime

    if isinstance(variant.interval, AllTime) or not points:
        return tuple(points)
    known = {point.at: point for point in points}
    first, last = min(known), max(known)
    days = [at.date() if isinstance(at, datetime) else at for at in (first, last)]
    margin = timedelta(days=1 if isinstance(first, datetime) else 0)
    samples = variant.interval.samples(days[0] - margin, days[1] + margin, project.calendar)
    missing = [at for at in samples if at not in known and first < at < last]
    empty = [Point(at, bounds(variant, at, project.calendar)[1], None) for at in missing]
    return tuple(sorted([*points, *empty], key=lambda point: point.at))
