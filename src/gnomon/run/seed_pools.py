"""The values that a column's seeds are drawn from, and on which days each of them occurs."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gnomon.run.seed_days import SeedDays
from gnomon.run.seed_demands import Demand
from gnomon.run.seed_types import Layout
from gnomon.run.seed_usage import ColumnId, Usage

Active = Callable[[date], bool]
NUMBERS: tuple[Any, ...] = (1, 2, 3, 5, 0.5, 7.25, 12, 0)  # exact in binary, so that no order of summing matters
INTEGERS: tuple[Any, ...] = (1, 2, 3, 5, 8, 13, 40, 0)
STEADY = 6
"""How many ids occur without regard to `debuts`: four always, one only early, one in every other stretch of days."""
SILENT, EARLY, SPARSE = 3, 4, 5
MOST = 60


@dataclass(slots=True)
class Pool:
    """Values with the days on which they occur, and how often one is null.

    `unmatched` is an id that no bridge or reference knows. The measures of `silent` are null; of what it belongs to,
    `early` is the only other member. `late` are the ids that first occur on a certain day.
    """

    values: tuple[Any, ...]
    active: dict[Any, Active] = field(default_factory=dict)
    nulls: float = 0.0
    unmatched: Any = None
    silent: Any = None
    early: Any = None
    late: dict[Any, date] = field(default_factory=dict)
    chosen: dict[tuple[Demand, ...], tuple[Any, ...]] = field(default_factory=dict)

    def draw(self, rng: random.Random, day: date | None, demands: tuple[Demand, ...] = ()) -> Any:
        """A value that passes the demands where there is one; the first values come up most."""
        values = self.passing(demands)
        if day is not None and self.active:
            values = tuple(v for v in values if v not in self.active or self.active[v](day)) or values
        if not demands and self.nulls and rng.random() < self.nulls:
            return None
        return values[int(len(values) * rng.random() ** 1.3)]

    def passing(self, demands: tuple[Demand, ...]) -> tuple[Any, ...]:
        if demands not in self.chosen:
            null = (None,) if any(demand.op == "null" for demand in demands) else ()
            passing = tuple(v for v in (*self.values, *null) if all(demand.holds(v) for demand in demands))
            self.chosen[demands] = passing or self.values
        return self.chosen[demands]


def make_pools(usage: Usage, layout: Layout, days: SeedDays) -> dict[ColumnId, Pool]:
    """One pool for each group of columns that join, under each of its columns."""
    pools: dict[ColumnId, Pool] = {}
    by_root: dict[ColumnId, Pool] = {}
    groups = usage.joins.members()
    for table, columns in layout.tables.items():
        for column in columns:
            root = usage.joins.root((table, column))
            if root not in by_root:
                group = [member for member in groups.get(root, []) if member[0] in layout.tables]
                by_root[root] = make_pool(group or [(table, column)], usage, layout, days)
            pools[(table, column)] = by_root[root]
    return pools


def make_pool(group: Sequence[ColumnId], usage: Usage, layout: Layout, days: SeedDays) -> Pool:
    """The pool of a group of columns, which have one type."""
    kind = layout.kind(*group[0])
    asked = [value for column in group for demand in usage.demands[column] for value in demand.examples()]
    literals = tuple(dict.fromkeys(fit for value in asked if (fit := fitted(value, kind)) is not None))[:MOST]
    entity = next((layout.entities[column] for column in group if column in layout.entities), None)
    is_id = entity is not None or len(group) > 1 or any(column in layout.counted for column in group)
    nulls = 0.0 if entity is not None or len(group) > 1 else 0.04
    if kind == "boolean":
        return Pool((True, False), nulls=nulls)
    if kind in ("integer", "number") and not is_id:
        positive = any("positive" in usage.kinds[column] for column in group)
        free = NUMBERS if kind == "number" else INTEGERS
        return Pool(tuple(n for n in (*free, *literals) if n > 0 or not positive), nulls=nulls)
    if kind not in ("text", "integer", "number"):
        return Pool((None,))
    label = entity or group[0][1].removesuffix("_id")
    if is_id:
        return identities(label, kind, literals, days, nulls)
    if any("number" in usage.kinds[column] for column in group):
        return Pool(tuple(str(n) for n in INTEGERS), nulls=nulls)
    return Pool((*literals, *(f"{label} {letter}" for letter in ("a" if literals else "abcd"))), nulls=nulls)


def identities(label: str, kind: str, literals: tuple[Any, ...], days: SeedDays, nulls: float) -> Pool:
    """Ids, some of which occur only early, now and then, or from a certain day on."""
    count = STEADY + len(days.debuts) + 1
    values = tuple(f"{label}-{n}" if kind == "text" else n for n in range(1, count + 1))
    active: dict[Any, Active] = {
        values[EARLY]: lambda day: day < days.middle,
        values[SPARSE]: lambda day: day.toordinal() // 20 % 2 == 0,
    }
    late = dict(zip(values[STEADY:], days.debuts, strict=False))
    active |= {value: debut.__le__ for value, debut in late.items()}
    marked: dict[str, Any] = {"unmatched": values[-1], "silent": values[SILENT], "early": values[EARLY]}
    return Pool((*literals, *values), active, nulls, late=late, **marked)


def fitted(value: Any, kind: str) -> Any:
    """A literal as a value of a column's kind, None where it is not one.

    >>> fitted(3, "text"), fitted("2024-01-01", "date"), fitted(2.5, "integer"), fitted(2, "number")
    ('3', None, None, 2)
    """
    if kind == "text":
        return value if isinstance(value, str) else str(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "integer":
        return value if is_number and value == int(value) else None
    return value if kind == "number" and is_number else None
