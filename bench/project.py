"""Gnomon's side of the window benchmarks: a project as an author writes it, and the SQL that Gnomon makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.data import Shape

AMOUNTS = {
    "distinct": "COUNT(DISTINCT events.from_artifact_id)",
    "sum": "SUM(events.amount)",
    "count": "SUM(events.units)",
    "average": "AVG(events.amount)",
    "min": "MIN(events.amount)",
    "max": "MAX(events.amount)",
}
"""The metrics, and what each takes of a window: `sum` adds doubles, `count` adds integers."""

GRAINS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
ENTITIES = ("artifact", "project", "collection")

QUERY = """SELECT @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.{key},
  @metric_name() AS metric, {amount} AS amount
FROM raw.events AS events
WHERE events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""
SOURCES = """sources:
  raw.events:
    time: bucket_day
    keys: {{to_artifact_id: artifact, everyone_id: everyone}}
    columns:
      bucket_day: {{type: date}}
      to_artifact_id: {{type: {id}}}
      from_artifact_id: {{type: {id}}}
      everyone_id: {{type: text}}
      amount: {{type: double, additivity: flow}}
      units: {{type: bigint, additivity: flow}}
entities: {{artifact: {{}}, project: {{}}, collection: {{}}, everyone: {{}}}}
relationships:
  - {{table: raw.artifacts_by_project, from: {{artifact: artifact_id}}, to: {{project: project_id}}}}
  - {{table: raw.projects_by_collection, from: {{project: project_id}}, to: {{collection: collection_id}}}}
"""


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric of the bench's project: an aggregate and its intervals, for some entities."""

    aggregate: str
    windows: Sequence[int] = ()
    grains: Sequence[str] = ()
    entities: Sequence[str] = ("artifact",)

    @property
    def key(self) -> str:
        return "everyone_id" if "everyone" in self.entities else "to_artifact_id"

    def text(self) -> str:
        """The definition as a line of YAML."""
        parts = [f"ref: {self.aggregate}.sql", f"entity_key: {self.key}", f"entity_types: [{', '.join(self.entities)}]"]
        if self.windows:
            parts.append(f"rolling: {{windows: [{', '.join(map(str, self.windows))}], unit: day, cron: '@daily'}}")
        if self.grains:
            parts.append(f"time_aggregations: [{', '.join(self.grains)}]")
        return f"{self.aggregate}: {{{', '.join(parts)}}}\n"


def load(root: Path, shape: Shape, definitions: Sequence[Definition], ids: str = "text") -> Any:
    """Write a project into a folder and load it."""
    import gnomon

    (root / "queries").mkdir(parents=True)
    (root / "gnomon.yaml").write_text(f"{{name: bench, start: {shape.start}, default_dialect: duckdb}}\n")
    (root / "sources.yaml").write_text(SOURCES.format(id=ids))
    (root / "metrics.yaml").write_text("".join(each.text() for each in definitions))
    for each in definitions:
        text = QUERY.format(key=each.key, amount=AMOUNTS[each.aggregate])
        (root / "queries" / f"{each.aggregate}.sql").write_text(text)
    return gnomon.load(root)


def window_sql(project: Any, shape: Shape, aggregate: str, window: int) -> tuple[str, str]:
    """The self-contained SQL of one rolling series over all of a shape's dates, and the name of its plan."""
    import gnomon

    interval = f"over_{window}_day_window"
    rendered = gnomon.render(project, aggregate, interval=interval, start=shape.start, end=shape.end)
    assert len(rendered) == 1, [each.name for each in rendered]
    return rendered[0].sql, rendered[0].plan.name


def models(project: Any, start: date, end: date) -> tuple[list[str], list[str]]:
    """The tables of a project, and the statements of a full build as one run of `gnomon plan` makes it; without views.

    They are the queries of the SQLMesh models with the bounds of one run put in, over what a run's models share.
    """
    from gnomon.compile.project import compile_project

    specs = [spec for spec in compile_project(project) if spec.variant or spec.name.endswith(".calendar")]
    specs = [spec for spec in specs if spec.kind != "view"]
    sharing = shared_by(project, specs, start, end)
    bounds = {"start_ds": start, "end_ds": end, "execution_ds": end + timedelta(days=1)}
    last_use = {table: place for place, use in sharing.uses.items() for table in use.tables}
    made: dict[str, str] = {}
    statements: list[str] = []
    for place, spec in enumerate(specs):
        use = sharing.uses.get(place)
        for table in use.tables if use else ():
            if table not in made:
                made[table] = f"CREATE OR REPLACE TEMP TABLE {table} AS {with_bounds(sharing.tables[table], bounds)}"
                statements.append(made[table])
        query = with_bounds(use.query if use else spec.query, bounds)
        statements.append(f"CREATE OR REPLACE TABLE {spec.name} AS {query}")
        statements += [f"DROP TABLE temp.{table}" for table, last in last_use.items() if last == place]
    return [spec.name for spec in specs], statements


def shared_by(project: Any, specs: Sequence[Any], start: date, end: date) -> Any:
    """What the models share in one run over all dates."""
    from gnomon.compile.marked import calendar_name
    from gnomon.compile.shared import Work, shared
    from gnomon.time.ranges import written_range

    after = end + timedelta(days=1)
    works = {
        place: Work(
            spec.variant,
            (start, after),
            written_range(spec.variant.interval, start, after, start, after, project.calendar),
        )
        for place, spec in enumerate(specs)
        if spec.variant
    }
    found = shared(project, [*works.values()], calendar_name(project))
    places = [*works]
    found.uses = {places[place]: use for place, use in found.uses.items()}
    return found


def with_bounds(query: Any, bounds: dict[str, date]) -> str:
    """A query with the bounds of a run put in."""
    from sqlglot import exp

    query = query.copy()
    for placeholder in list(query.find_all(exp.Placeholder)):
        placeholder.replace(exp.Literal.string(bounds[placeholder.name].isoformat()))
    return str(query.sql("duckdb"))
