"""Compare built series with the metric's own SQL, run over one bucket or window at a time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from gnomon.compile.models import OutputColumn

Fetch = Callable[[str], Iterable[Sequence[Any]]]
Key = tuple[Any, ...]
TOLERANCE = 1e-9
CHUNK_LETTERS = 60_000
CHUNK_DATES = 24
MISSING = "no row"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that differs; `built` or `expected` is None for null and "no row" where there is no such row."""

    variant: str
    key: Mapping[str, Any]
    column: str
    built: Any
    expected: Any

    def __str__(self) -> str:
        key = ", ".join(f"{name}={plain(value)}" for name, value in self.key.items())
        return f"{self.variant} [{key}] {self.column}: built {plain(self.built)}, expected {plain(self.expected)}"


def plain(value: Any) -> str:
    return "null" if value is None else str(value)


def is_measure(column: OutputColumn) -> bool:
    """Whether a column holds a value to be compared, rather than a part of the row's key."""
    numeric = any(word in column.type.upper() for word in ("DOUBLE", "FLOAT", "INT", "DECIMAL", "NUMERIC", "REAL"))
    return column.role == "amount" or (column.role == "extra" and numeric)


def expected_queries(queries: Iterable[str], columns: Sequence[str]) -> Iterator[str]:
    """Queries of one sample date each, joined by UNION ALL into as few as an engine plans well."""
    listed = ", ".join(columns)
    chunk: list[str] = []
    for query in queries:
        chunk.append(f"SELECT {listed} FROM ({query}) AS on_date_{len(chunk) + 1}")
        if len(chunk) == CHUNK_DATES or sum(map(len, chunk)) > CHUNK_LETTERS:
            yield "\nUNION ALL\n".join(chunk)
            chunk = []
    if chunk:
        yield "\nUNION ALL\n".join(chunk)


def by_key(rows: Iterable[Sequence[Any]], columns: Sequence[OutputColumn]) -> dict[Key, list[Key]]:
    """The measures of each key, several where a key repeats."""
    measures = [position for position, column in enumerate(columns) if is_measure(column)]
    keys = [position for position in range(len(columns)) if position not in measures]
    found: dict[Key, list[Key]] = defaultdict(list)
    for row in rows:
        key = tuple(normal(row[position], columns[position].type) for position in keys)
        found[key].append(tuple(normal(row[position]) for position in measures))
    return found


def normal(value: Any, type_: str = "") -> Any:
    """A value as it can be compared and hashed: midnight as a date in a DATE column, NaN as its name."""
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        return value.date() if type_.upper() == "DATE" else value
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return tuple(normal(item) for item in value) if isinstance(value, (list, tuple)) else value


def differences(
    variant: str, columns: Sequence[OutputColumn], built: Iterable[Sequence[Any]], expected: Iterable[Sequence[Any]]
) -> list[Difference]:
    """Every key with other values, or with more or fewer rows, in the order of the keys."""
    ours, theirs = by_key(built, columns), by_key(expected, columns)
    names = [column.name for column in columns if not is_measure(column)]
    measures = [column.name for column in columns if is_measure(column)]
    found = []
    for key in sorted({*ours, *theirs}, key=lambda key: tuple(map(str, key))):
        for left, right in zip_longest(*(sorted(rows.get(key, []), key=order) for rows in (ours, theirs))):
            pairs = zip_longest(left or (), right or ())
            for name, (a, b) in zip(measures, pairs, strict=True):
                if left is None or right is None or not same(a, b):
                    shown = MISSING if left is None else a, MISSING if right is None else b
                    found.append(Difference(variant, dict(zip(names, key, strict=True)), name, *shown))
    return found


def order(values: Key) -> tuple[tuple[str, float, str], ...]:
    """A sort key for values of any kinds: numbers by size, the rest by text."""
    numbers = [(float(v), "") if is_number(v) else (0.0, str(v)) for v in values]
    return tuple(("number" if is_number(v) else "other", *pair) for v, pair in zip(values, numbers, strict=True))


def is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal, numbers within the tolerance that sums of floats need.

    >>> same(0.1 + 0.2, 0.3), same(None, 0), same('a', 'b')
    (True, False, False)
    """
    if is_number(a) and is_number(b):
        return math.isclose(float(a), float(b), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(a == b)
