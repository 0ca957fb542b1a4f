"""The numbers that a demo ends with: for each metric one series, its last value and its course."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gnomon.cli.format import labels_of, shown_unit, sparkline
from gnomon.units.display import display

if TYPE_CHECKING:
    from gnomon.engine import Engine
    from gnomon.examples import ExampleInfo
    from gnomon.model import Metric, Project

PREFERRED = ("monthly", "over_30_day_window", "weekly", "quarterly", "daily", "over_7_day_window", "hourly")
"""Intervals by how much a short line of bars says about them."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """One metric's line: texts, ready to print."""

    metric: str
    title: str
    entity: str
    interval: str
    value: str
    at: str
    spark: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def highlights(project: Project, info: ExampleInfo) -> list[Highlight]:
    """One line for each metric that is meant to be read."""
    from gnomon.engine import connect

    with connect(project) as engine:
        lines = (highlight(project, engine, metric, info) for metric in project.metrics.values())
        return [line for line in lines if line is not None]


def highlight(project: Project, engine: Engine, metric: Metric, info: ExampleInfo) -> Highlight | None:
    """One metric's line: of the example's own entity where the metric has it, else of the one with the largest sum."""
    from gnomon.cli.picture import compose
    from gnomon.query import query
    from gnomon.query.answer import about
    from gnomon.query.bounds import iso
    from gnomon.query.request import find_variant

    entity = info.show[1] if info.show[1] in metric.entity_types else metric.entity_types[0]
    suffixes = [each.suffix for each in metric.intervals]
    interval = next((name for name in PREFERRED if name in suffixes), suffixes[0])
    table = query(project, metric.key, entity, interval, engine=engine)
    said = about(table)
    value = next(column for column in said["columns"] if column["role"] == "value")
    series = by_series(table.to_pylist(), said)
    if metric.is_intermediate or not series:
        return None
    own = [
        rows
        for rows in series.values()
        if entity == info.show[1] and rows[0][said["columns"][1]["name"]] == info.show[2]
    ]
    rows = own[0] if own else max(series.values(), key=lambda rows: total(rows, value["name"]))
    line = compose(project, find_variant(project, metric.key, entity, interval), rows, said).lines[0]
    return Highlight(
        metric=metric.key,
        title=metric.metadata.display_name or metric.key,
        entity=line.label,
        interval=interval,
        value=display(rows[-1][value["name"]], shown_unit(value), labels=labels_of(project)),
        at=iso(rows[-1]["metrics_sample_date"]).replace("T", " ").removesuffix(":00Z"),
        spark=sparkline([point.value for point in line.points]),
    )


def by_series(rows: list[dict[str, Any]], said: Mapping[str, Any]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Rows by entity and dimensions, in the order of their dates."""
    names = [column["name"] for column in said["columns"] if column["role"] in ("entity", "dimension")]
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if all(row[name] is not None for name in names):
            found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def total(rows: list[dict[str, Any]], column: str) -> float:
    values = [row[column] for row in rows if row[column] is not None]
    return math.fsum(value for value in values if math.isfinite(value))


def built_rows(project: Project) -> tuple[int, int]:
    """How many series there are, and how many rows they hold."""
    import gnomon
    from gnomon.engine import connect

    names = [variant.name for variant in gnomon.expand(project)]
    counts = " UNION ALL ".join(f"SELECT COUNT(*) AS n FROM {name}" for name in names)
    with connect(project) as engine:
        return len(names), int(engine.execute(f"SELECT SUM(n) AS n FROM ({counts})")["n"][0].as_py())
