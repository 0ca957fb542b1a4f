"""A case written down: a structure or a text, rows, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from oracle.clock import DAY, Bucket, Interval, Moment
from oracle.logic import Row
from oracle.model import Metric, Project, Shape
from property.runs import Run, fill_calendar, run_problems, run_sql
from property.trial import Trial, connect, load, one_date_sql, problems, rendered
from property.world import Knobs, rows_of, world

KNOBS = Knobs(0, rows=0)
START = date(2024, 1, 1)


@dataclass(frozen=True)
class Case:
    """A metric `m` over given rows of `raw.events` and of other tables; columns left out are null.

    `sql` replaces the spelling of the shape. `peers` are further metrics, by name.
    """

    shape: Shape
    interval: Interval
    rows: tuple[Row, ...]
    others: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    sql: str | None = None
    entity: str = "artifact"
    key: tuple[str, ...] = ("to_artifact_id",)
    knobs: Knobs = KNOBS
    peers: Mapping[str, Shape] = field(default_factory=dict)

    @property
    def metric(self) -> Metric:
        return Metric("m", self.shape, (self.entity,), (self.interval,), self.key)

    @property
    def project(self) -> Project:
        intervals = tuple(dict.fromkeys((self.interval, Bucket("daily"))))
        own = replace(self.metric, intervals=intervals)
        peers = (replace(own, name=name, shape=shape) for name, shape in self.peers.items())
        return replace(world(self.knobs), start=START, metrics=(self.metric, *peers))

    @property
    def data(self) -> dict[str, list[Row]]:
        columns = dict.fromkeys(
            ["happened", *(column for keys, _ in self.project.tables[0].keys for column in keys), *self.columns()]
        )
        filled = {
            name: [{**columns, **row} if name.startswith("raw.") else row for row in rows]
            for name, rows in {"raw.events": self.rows, **self.others}.items()
        }
        return {**{table: [] for table in rows_of(self.knobs)}, **filled}

    def columns(self) -> list[str]:
        return list(self.project.tables[0].columns)

    def loaded(self, folder: Path) -> Any:
        """The project as Gnomon reads it, with the case's own SQL where it has one."""
        found = load(self.project, folder)
        if self.sql is None:
            return found
        (folder / "queries" / "m.sql").write_text(self.sql)
        import gnomon

        return gnomon.load(folder)

    def rendered_problems(self, folder: Path, start: date, end: date) -> list[str]:
        """How the rendered rows of the sample dates differ from the judge's."""
        trial = Trial(self.metric, self.entity, self.interval, start, end)
        sql = rendered(self.loaded(folder), trial).sql
        with connect(self.project, self.data) as connection:
            return problems(connection, self.project, self.data, trial, sql)

    def per_date_rows(self, folder: Path, sample: Moment) -> list[tuple[Any, ...]]:
        """The rows of the per-date plan at one sample date."""
        trial = Trial(self.metric, self.entity, self.interval, START, START)
        with connect(self.project, self.data) as connection:
            return connection.execute(one_date_sql(self.loaded(folder), trial, sample)).fetchall()

    def run_problems(self, folder: Path, start: date, end: date, execution: date) -> list[str]:
        """How the rows that a run over `[start, end)` writes differ from the judge's."""
        trial = Trial(self.metric, self.entity, self.interval, START, execution - DAY)
        run = Run(trial, start, end, execution)
        connection: duckdb.DuckDBPyConnection
        with connect(self.project, self.data) as connection:
            fill_calendar(connection, START - 400 * DAY, execution + 400 * DAY)
            sql = run_sql(self.loaded(folder), run)
            return run_problems(connection, self.project, self.data, run, sql)
