"""A project of hand-made specs on a real DuckDB file, and what its tables must hold, worked out in plain Python."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

CONFIG = """import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from handmade import config_with
config = config_with(Path(__file__).resolve().parent)
"""
DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


class World:
    """A project folder with its events."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[tuple[date, str, int]] = []
        root.mkdir(exist_ok=True)
        (root / "config.py").write_text(CONFIG.format(here=str(Path(__file__).parent)))
        self.execute("CREATE SCHEMA src")
        self.execute("CREATE TABLE src.events (day DATE, moment TIMESTAMP, artifact TEXT, amount BIGINT)")
        self.execute("CREATE TABLE src.bridge (artifact_id TEXT, project_id TEXT, valid_from DATE, valid_to DATE)")

    def settings(self, **settings: Any) -> None:
        (self.root / "settings.json").write_text(json.dumps(settings))

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            return connection.execute(sql).fetchall()

    def add(self, events: Iterable[tuple[date, str, int]]) -> None:
        rows = list(events)
        self.events += rows
        values = ", ".join(f"('{d}', '{d} 05:00:00', '{artifact}', {amount})" for d, artifact, amount in rows)
        self.execute(f"INSERT INTO src.events VALUES {values}")

    def daily(self, first: str, last: str, artifact: str = "a", amount: int = 1) -> None:
        start, end = day(first), day(last)
        self.add((start + n * DAY, artifact, amount) for n in range((end - start).days + 1))

    def table(self, name: str, schema: str = "metrics") -> dict[tuple[Any, str], float]:
        rows = self.execute(f"SELECT metrics_sample_date, to_artifact_id, amount FROM {schema}.{name}")
        found = {(sample, entity): amount for sample, entity, amount in rows}
        assert len(found) == len(rows), f"{name} holds a row twice"
        return found

    def buckets(self, grain: str, execution: str, start: str = "2024-01-01") -> dict[tuple[date, str], float]:
        """Complete buckets on the execution date that begin on or after the start."""
        sums: dict[tuple[date, str], float] = defaultdict(float)
        for when, artifact, amount in self.events:
            first, after = bucket(when, grain)
            if first >= day(start) and after <= day(execution):
                sums[first, artifact] += amount
        return dict(sums)

    def rolling(self, window: int, execution: str, start: str = "2024-01-01") -> dict[tuple[date, str], float]:
        sums: dict[tuple[date, str], float] = defaultdict(float)
        for when, artifact, amount in self.events:
            for n in range(window):
                sample = when + n * DAY
                if day(start) <= sample < day(execution):
                    sums[sample, artifact] += amount
        return dict(sums)


def bucket(when: date, grain: str) -> tuple[date, date]:
    """The first day of the bucket and the first day after it."""
    if grain == "day":
        return when, when + DAY
    if grain == "week":
        monday = when - timedelta(days=when.weekday())
        return monday, monday + 7 * DAY
    size = {"month": 1, "quarter": 3, "year": 12}[grain]
    month = (when.month - 1) // size * size
    after = month + size
    return date(when.year, month + 1, 1), date(when.year + after // 12, after % 12 + 1, 1)
