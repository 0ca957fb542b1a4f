"""A wrong number, shown with everything that it takes to see it again, also as files that a person can run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from oracle.clock import Interval
from oracle.model import Metric, Project
from oracle.spell import project_files, statements

FOLDER = Path(os.environ.get("GNOMON_FAILURES", Path(tempfile.gettempdir()) / "gnomon-failures"))
"""Where failing cases are written, each in a folder of its own."""


@dataclass(frozen=True)
class Trial:
    """A variant of a metric over given sample dates."""

    metric: Metric
    entity: str
    interval: Interval
    start: date
    end: date

    @property
    def name(self) -> str:
        return f"{self.metric.name}_to_{self.entity}_{self.interval.suffix}"


@dataclass(frozen=True)
class Failure:
    """What is wrong with a trial: the smallest data found, the SQL, and the disagreements.

    `case` is the number of the generated project.
    """

    trial: Trial
    problems: tuple[str, ...]
    sql: str
    written: str
    data: Mapping[str, Any]
    project: Project
    case: int | None = None

    @property
    def again(self) -> str:
        return f"GNOMON_CASE={self.case} python -m pytest tests/property -q"

    def __str__(self) -> str:
        rows = "\n".join(f"{table}: {row}" for table, rows in self.data.items() for row in rows)
        head = f"{self.trial.metric.name} by {self.trial.entity}, {self.trial.interval.suffix}, "
        dates = f"{self.trial.start} to {self.trial.end}, zone {self.project.clock}, {self.project.tables[0].time_type}"
        shape = f"start {self.project.start}, {self.trial.metric}"
        found = "\n".join(self.problems[:5])
        return "\n\n".join([head + dates, shape, found, self.written, rows, self.sql])

    def shown(self) -> str:
        """The failure as text, after writing it to a folder: the project, its rows as SQL, and what came out."""
        folder = FOLDER / f"{self.case}-{self.trial.name}"
        one = replace(self.project, metrics=tuple(m for m in self.project.metrics if self.needs(m)))
        filled = "".join(f"{statement};\n" for statement in statements(self.project, self.data))
        texts = project_files(one, self.case or 0) | {
            f"queries/{self.trial.metric.name}.sql": self.written,
            "data.sql": filled,
            "rendered.sql": self.sql + "\n",
            "problems.txt": f"{self.again}\n\n{self}\n",
        }
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return f"case {self.case}, as files in {folder}; again: {self.again}\n\n{self}"

    def needs(self, metric: Metric) -> bool:
        """Whether a metric is the failing one or a peer of it."""
        shape = self.trial.metric.shape
        peers = (getattr(shape, "peer", None), getattr(shape, "left", None), getattr(shape, "right", None))
        return metric.name in (self.trial.metric.name, *peers)
