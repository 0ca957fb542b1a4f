"""One rolling series, computed in every way: the cells of the first table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bench import project, ways
from bench.data import Shape
from bench.equal import Rows, compared
from bench.timing import Connection, Way, fetched, measure

SAMPLES = 12
JOINED = 20_000_000
"""How many dates are computed one by one, and how many joined rows a range join may make, before times are scaled."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long a benchmark may take: rounds of each way, and seconds until a statement is stopped."""

    rounds: int = 3
    limit: float = 60
    ids: str = "text"


@dataclass(frozen=True)
class Cell:
    """What was measured of one series.

    `ways` are named as in `report.WAYS`; `wrong` says of each way whose numbers differ what they were. `rows` is the
    size of the whole series and `checksum` the sum of its amounts on the sample dates; both None where Gnomon's own
    query did not end in time.
    """

    shape: Shape
    aggregate: str
    window: int
    plan: str
    ways: Mapping[str, Way]
    rows: int | None = None
    checksum: float | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)

    def seconds(self, way: str) -> float | None:
        return self.ways[way].total if way in self.ways else None


def samples(shape: Shape, count: int) -> list[date]:
    """Dates spread evenly over a shape's days; all of them if there are no more."""
    count = min(count, shape.days)
    return [shape.start + timedelta(days=(2 * i + 1) * shape.days // (2 * count)) for i in range(count)]


def joined_dates(shape: Shape, window: int) -> list[date]:
    """The dates of the range join: as many as JOINED allows, with those that are computed one by one among them."""
    most, dates = max(2, int(JOINED * shape.days / (shape.rows * window))), samples(shape, SAMPLES)
    if most < SAMPLES:
        return [dates[(2 * i + 1) * SAMPLES // (2 * most)] for i in range(most)]
    return sorted({*dates, *samples(shape, most)})


def build(loaded: Any, shape: Shape, aggregate: str, window: int) -> tuple[dict[str, Way], str]:
    """The ways of one series by their column, and the name of Gnomon's plan."""
    dates, joined = samples(shape, SAMPLES), joined_dates(shape, window)
    sql, plan = project.window_sql(loaded, shape, aggregate, window)
    made = {"floor": Way.of("floor", [ways.floor(aggregate)]), "gnomon": Way.of("gnomon", [sql])}
    one_by_one = [ways.per_date(aggregate, window, day) for day in dates]
    made["per_date"] = Way.of("per_date", one_by_one, shape.days / len(dates))
    made["range_join"] = Way.of("range_join", [ways.range_join(aggregate, window, joined)], shape.days / len(joined))
    made["windowed"] = Way.of("windowed", [ways.windowed(aggregate, window)])
    return made, plan


def cell(connection: Connection, loaded: Any, shape: Shape, aggregate: str, window: int, settings: Settings) -> Cell:
    """Measure one series in every way, and compare the numbers."""
    made, plan = build(loaded, shape, aggregate, window)
    measure(connection, list(made.values()), settings.rounds, settings.limit)
    dates = samples(shape, SAMPLES)
    wrong = judged(connection, made, dates, joined_dates(shape, window))
    rows = checksum = None
    if made["gnomon"].best is not None:
        (rows,) = fetched(connection, "SELECT COUNT(*) FROM gnomon")
        (checksum,) = fetched(connection, f"SELECT SUM(amount) FROM {Rows('gnomon', dates).sql} AS r")
        made["copy"] = Way.of("copy", ["SELECT * FROM gnomon"])
        measure(connection, [made["copy"]], settings.rounds, settings.limit)
    for way in made.values():
        way.clear(connection)
    return Cell(shape, aggregate, window, plan, made, rows, checksum, wrong)


def judged(
    connection: Connection, made: Mapping[str, Way], dates: Sequence[date], joined: Sequence[date]
) -> dict[str, str]:
    """What differs, by way: on the sample dates from each date's own query, then between Gnomon and the windowed."""
    built = {name for name, way in made.items() if way.best is not None}
    wrong = {}
    if "per_date" in built:
        for name in sorted(built - {"floor", "per_date"}):
            days = [day for day in dates if day in set(joined)] if name == "range_join" else dates
            wrong[name] = compared(connection, Rows(name, days), Rows("per_date", days), only=name == "windowed")
    if {"gnomon", "windowed"} <= built and not wrong.get("windowed"):
        differs = compared(connection, Rows("windowed"), Rows("gnomon"), only=True)
        wrong["gnomon"] = wrong.get("gnomon") or (differs and f"not as DuckDB's windowed aggregate: {differs}")
    return {name: text for name, text in wrong.items() if text}
