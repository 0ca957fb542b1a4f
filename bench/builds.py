"""Whole families of series, built as a project builds them, against one query for each table."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench import project, ways
from bench.data import Shape
from bench.equal import Rows, compared
from bench.project import ENTITIES, GRAINS, Definition
from bench.series import SAMPLES, Settings, samples
from bench.timing import Connection, Way, fetched, measure

THREE = (30, 90, 180)
ONE = 90

PATHS = {
    "artifact": "raw.events AS events",
    "project": """raw.events AS events JOIN (
        SELECT DISTINCT artifact_id, project_id FROM raw.artifacts_by_project) AS paths
        ON events.to_artifact_id = paths.artifact_id""",
    "collection": """raw.events AS events JOIN (
        SELECT DISTINCT artifact_id, collection_id FROM raw.artifacts_by_project
        JOIN raw.projects_by_collection USING (project_id)) AS paths
        ON events.to_artifact_id = paths.artifact_id""",
}
"""What a direct query of an entity reads."""


@dataclass(frozen=True)
class Build:
    """Two ways to build some tables: `rows` are those of all tables together, `wrong` what differs, or empty."""

    what: str
    shape: Shape
    plan: Way
    other: Way
    rows: int
    wrong: str

    @property
    def ratio(self) -> float | None:
        """The time of Gnomon's build as a multiple of the other way's."""
        return self.plan.total / self.other.total if self.plan.total and self.other.total else None


def models(shape: Shape, definition: Definition, settings: Settings) -> Way:
    """The full build of a project with one metric, as one run makes it."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = project.load(Path(folder) / "project", shape, [definition], settings.ids)
        return Way(*project.models(loaded, shape.start, shape.end))


def total_rows(connection: Connection, tables: Sequence[str]) -> int:
    return sum(fetched(connection, f"SELECT COUNT(*) FROM {table}")[0] for table in tables)


def series_tables(way: Way) -> list[str]:
    return [table for table in way.tables if "_to_" in table]


def calendar(connection: Connection, shape: Shape, settings: Settings, aggregate: str = "sum") -> Build:
    """All calendar variants of an additive metric, three entities by five grains, against a direct query for each."""
    plan = models(shape, Definition(aggregate, grains=list(GRAINS), entities=ENTITIES), settings)
    direct = {(entity, grain): direct_query(shape, aggregate, entity, grain) for entity in ENTITIES for grain in GRAINS}
    names = {key: f"direct_{'_'.join(key)}" for key in direct}
    other = Way(list(names.values()), [f"CREATE TABLE {names[key]} AS {sql}" for key, sql in direct.items()])
    measure(connection, [plan, other], settings.rounds, settings.limit * 2)
    wrong, rows = "", 0
    if plan.best and other.best:
        pairs = [(f"metrics.{aggregate}_to_{key[0]}_{key[1]}", name, f"to_{key[0]}_id") for key, name in names.items()]
        found = [compared(connection, Rows(mine), Rows(name), id_) for mine, name, id_ in pairs]
        wrong, rows = next(filter(None, found), ""), total_rows(connection, series_tables(plan))
    for way in (plan, other):
        way.clear(connection)
    return Build(
        f"{len(direct)} calendar variants of `{aggregate}` / {len(direct)} direct queries",
        shape,
        plan,
        other,
        rows,
        wrong,
    )


def direct_query(shape: Shape, aggregate: str, entity: str, grain: str) -> str:
    """The complete buckets of one entity and grain, straight from the events."""
    from gnomon.time import Calendar, Grain

    unit, days = GRAINS[grain], Calendar()
    low = days.ceil(shape.start, Grain(unit))
    high = days.floor(shape.end + timedelta(days=1), Grain(unit))
    return f"""SELECT CAST(DATE_TRUNC('{unit}', bucket_day) AS DATE) AS metrics_sample_date,
            {"" if entity == "artifact" else f"{entity}_id AS "}to_{entity}_id, '{aggregate}_{grain}' AS metric,
            CAST({project.AMOUNTS[aggregate]} AS DOUBLE) AS amount
        FROM {PATHS[entity]} WHERE bucket_day >= DATE '{low}' AND bucket_day < DATE '{high}' GROUP BY 1, 2"""


def windows_together(connection: Connection, shape: Shape, settings: Settings) -> Build:
    """A distinct count over three windows, against the same over one of them."""
    three = models(shape, Definition("distinct", windows=THREE), settings)
    one = renamed(models(shape, Definition("distinct", windows=[ONE]), settings), "metrics.", "alone.")
    connection.execute("CREATE SCHEMA IF NOT EXISTS alone")
    measure(connection, [three, one], settings.rounds, settings.limit * 2)
    wrong, rows = "", 0
    if three.best:
        rows, dates = total_rows(connection, series_tables(three)), samples(shape, SAMPLES)
        for window in THREE:
            right = Way.of("per_date", [ways.per_date("distinct", window, day) for day in dates])
            right.clear(connection)
            for statement in right.statements:
                connection.execute(statement)
            table = f"metrics.distinct_to_artifact_over_{window}_day_window"
            wrong = wrong or compared(connection, Rows(table, dates), Rows("per_date", dates))
            right.clear(connection)
    for way in (three, one):
        way.clear(connection)
    together = " + ".join(map(str, THREE))
    return Build(f"`distinct` over {together} days / over {ONE} days", shape, three, one, rows, wrong)


def renamed(way: Way, old: str, new: str) -> Way:
    """The same build in another schema."""
    tables = [table.replace(old, new, 1) for table in way.tables]
    return Way(tables, [statement.replace(old, new) for statement in way.statements])
