"""What differs between two definitions of a node, and how much it matters: one line of rules a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gnomon.catalog.values import Column, CubeDetails, Definition, Link, MetricDetails
from gnomon.catalog.versions import Level

Rule = Callable[[Any, Any], Level]
LEVELS: tuple[Level, ...] = ("none", "patch", "minor", "major")


def words(before: Any, after: Any) -> Level:
    """Words about the thing, for people."""
    return "patch"


def addition(before: Any, after: Any) -> Level:
    """Where nothing was said it is an addition; anything else breaks."""
    return "major" if before else "minor"


def broken(before: Any, after: Any) -> Level:
    """Whatever it was, others rely on it."""
    return "major"


def reworded(before: str | None, after: str | None) -> Level:
    """SQL of the same words and meaning in other lines, comments or case is a matter of words; any other breaks.

    >>> reworded("SELECT a FROM t", "select a -- the first\\n  from t"), reworded("SELECT a FROM t", "SELECT A FROM t")
    ('patch', 'major')
    """
    from gnomon.catalog.files.graph import DIALECT, UnreadableSql, read_sql

    try:
        old, new = read_sql(before or ""), read_sql(after or "")
    except UnreadableSql:
        return "major"
    is_same = old == new and old.sql(DIALECT, comments=False) == new.sql(DIALECT, comments=False)
    return "patch" if is_same else "major"


def set_of(before: Any, after: Any) -> Level:
    """More of them is an addition, another order is a matter of words, and one less breaks."""
    old, new = set(before or ()), set(after or ())
    if not old <= new:
        return "major"
    return "minor" if old < new else "patch"


def looks(before: Any, after: Any) -> Level:
    """How something is used or shown; its values stay."""
    return "minor"


COLUMN: Mapping[str, Rule] = {
    "type": addition,
    "unit": addition,
    "unit_ext": addition,
    "unit_by": addition,
    "display_name": words,
    "description": words,
    "attributes": set_of,
    "partition": addition,
    "lineage": words,
}
LINK: Mapping[str, Rule] = {
    "kind": broken,
    "join_on": broken,
    "join_type": broken,
    "cardinality": broken,
    "default_value": broken,
    "hints": words,
    "column": broken,
    "dimension_column": broken,
}
METRIC: Mapping[str, Rule] = {
    "direction": looks,
    "legacy_unit": addition,
    "significant_digits": words,
    "min_decimal_exponent": words,
    "max_decimal_exponent": words,
    "required_dimensions": broken,
    "fixed_grain": broken,
    "reaggregate": broken,
}
CUBE: Mapping[str, Rule] = {"metrics": set_of, "dimensions": set_of, "filters": broken, "materialization": looks}
DEFINITION: Mapping[str, Rule] = {
    "display_name": words,
    "description": words,
    "mode": looks,
    "query": reworded,
    "catalog": broken,
    "schema": broken,
    "table": broken,
    "parents": words,
    "tags": words,
    "owners": words,
    "custom": words,
    "authored": words,
}
"""`parents` and `lineage` follow from the SQL, whose change is counted by itself."""

RULES: Mapping[type, Mapping[str, Rule]] = {
    Column: COLUMN,
    Link: LINK,
    MetricDetails: METRIC,
    CubeDetails: CUBE,
    Definition: DEFINITION,
}

PIECES = ("columns", "links", "metric", "cube")
"""The fields of a definition that are compared piece by piece."""

Difference = tuple[str, Level]


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """Each path that differs, such as `columns.amount.unit`, and its level.

    >>> old = Definition("source", columns=(Column("a", "int"),))
    >>> new = Definition("source", columns=(Column("a", "bigint"), Column("b")), description="rows")
    >>> differences(old, new)
    (('description', 'patch'), ('columns.a.type', 'major'), ('columns.b', 'minor'))
    """
    found = list(compared("", before, after))
    found += pieces("columns", {c.name: c for c in before.columns}, {c.name: c for c in after.columns})
    found += pieces("links", links_of(before), links_of(after))
    found += compared("metric.", before.metric or MetricDetails(), after.metric or MetricDetails())
    found += compared("cube.", before.cube or CubeDetails(), after.cube or CubeDetails())
    return tuple(found)


def level_of(found: tuple[Difference, ...]) -> Level:
    """The largest level of several differences; `none` of none."""
    return max((level for _, level in found), key=LEVELS.index, default="none")


def links_of(definition: Definition) -> dict[str, Link]:
    """Links by what tells them apart: the dimension, the role, and the column of a reference."""
    return {f"{link.dimension}[{link.role or ''}]{link.column or ''}": link for link in definition.links}


def compared(path: str, before: Any, after: Any) -> Iterator[Difference]:
    """The fields of one piece that differ, each by its rule."""
    for name, rule in RULES[type(before)].items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{path}{name}", rule(old, new)


def pieces(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Pieces that are gone, changed or new, and whether those of both stand in another order."""
    for name, old in before.items():
        if name in after:
            yield from compared(f"{path}.{name}.", old, after[name])
        else:
            yield f"{path}.{name}", "major"
    yield from ((f"{path}.{name}", "minor") for name in after if name not in before)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"{path} (order)", "patch"
