"""What a definition has to be before it is kept: names that are names, each column once, units that are units."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gnomon.catalog.differences import links_of
from gnomon.catalog.rows import row_of
from gnomon.catalog.values import KINDS, LONGEST_NAME, NAME, Column, Definition, namespace_of
from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.units.wire import NOTHING_OWN, Own, UnitError, parse_unit

LARGEST = 1_000
"""The digits and exponents that numbers are shown with."""


def check_definitions(
    definitions: Mapping[str, Definition], own: Own = NOTHING_OWN, namespace: str | None = None
) -> dict[str, Definition]:
    """Definitions with units in canonical form; UsageError with everything that is wrong with any of them."""
    problems: list[Problem] = []
    checked: dict[str, Definition] = {}
    for name, definition in definitions.items():
        problems += wrong_name(name)
        if namespace is not None and not name.startswith(f"{namespace}."):
            message = f"'{name}' is not in the namespace '{namespace}'"
            problems.append(Problem("wrong_namespace", message, help=f"name it {namespace}.{name}"))
        wrong = list(wrong_parts(name, definition))
        problems += wrong
        if wrong:
            continue
        columns = tuple(canonical(name, column, own, problems) for column in definition.columns)
        custom = json.loads(json.dumps(definition.custom))  # as it will be read again: keys are text, tuples lists
        checked[name] = replace(definition, columns=columns, custom=custom)
    if problems:
        raise UsageError(*problems)
    return checked


def check_name(name: str) -> None:
    """Raise UsageError `wrong_node_name` where a text names no node and no namespace."""
    problems = list(wrong_name(name))
    if problems:
        raise UsageError(*problems)


def wrong_name(name: str) -> Iterator[Problem]:
    """What is wrong with a name."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        shown = name if len(name) <= 80 else f"{name[:80]}..."
        help = f"words of letters, digits and _ with dots between them, at most {LONGEST_NAME} characters"
        yield Problem("wrong_node_name", f"{shown!r} names no node", help=help)


def wrong_parts(name: str, definition: Definition) -> Iterator[Problem]:
    """What is wrong with a definition, but for its units."""
    if definition.kind not in KINDS:
        message = f"'{name}' has the unknown kind '{definition.kind}'"
        yield Problem("wrong_kind", message, help=did_you_mean(str(definition.kind), KINDS))
    for column, times in Counter(column.name for column in definition.columns).items():
        if times > 1:
            yield Problem("repeated_column", f"'{name}' has {times} columns named '{column}'")
    yield from wrong_values(name, definition)
    if len(links_of(definition)) < len(definition.links):
        yield Problem("repeated_link", f"'{name}' has two links to one dimension", help="give each a role of its own")


def wrong_values(name: str, definition: Definition) -> Iterator[Problem]:
    """What no database keeps: text that is not UTF-8 or holds a null character, numbers beyond 32 bits, and in
    metadata what JSON has no words for."""
    try:
        written = json.dumps(definition, default=row_of, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (TypeError, ValueError, RecursionError) as error:
        yield Problem("value_not_kept", f"'{name}' holds what cannot be kept: {error}")
        return
    if "\\u0000" in written:
        yield Problem("value_not_kept", f"'{name}' holds a null character")
    for field in ("significant_digits", "min_decimal_exponent", "max_decimal_exponent"):
        number = getattr(definition.metric, field, None)
        if number is not None and abs(number) > LARGEST:
            yield Problem("value_not_kept", f"'{name}' has {field} {number}, which is beyond {LARGEST}")


def canonical(name: str, column: Column, own: Own, problems: list[Problem]) -> Column:
    """A column whose units are canonical; what is no unit is added to the problems."""
    try:
        unit = parse_unit(column.unit, own)
        unit_by = column.unit_by and by_row(column.unit_by, own)
    except UnitError as error:
        message = f"column '{column.name}' of '{name}': {error.reason}"
        problems.append(Problem("wrong_unit", message, help=error.help))
        return column
    return replace(column, unit=unit, unit_by=unit_by)


def by_row(unit_by: Mapping[str, Any], own: Own) -> dict[str, Any]:
    """A unit for each value of another column, each canonical."""
    if not isinstance(unit_by.get("by"), str) or not isinstance(unit_by.get("map"), Mapping):
        raise UnitError("a unit by another column's value is {by: column, map: {value: unit}}")
    return {"by": unit_by["by"], "map": {value: parse_unit(unit, own) for value, unit in unit_by["map"].items()}}


def own_codes(columns: Iterable[Column]) -> dict[str, str]:
    """The codes that units of columns have and that only a project's units.yaml can have defined, with their kinds.

    >>> own_codes([Column("fee", unit={"kind": "currency", "code": "wei"}), Column("paid", unit={"kind": "currency"})])
    {'wei': 'currency'}
    """
    return {
        atom["code"]: atom["kind"]
        for column in columns
        for unit in units_of(column)
        for atom in (unit.get("numerator", unit), unit.get("denominator", unit))
        if "code" in atom and not is_known(atom)
    }


def units_of(column: Column) -> Iterator[Mapping[str, Any]]:
    """The units that a column has, or may have by another's value."""
    by_value = column.unit_by.get("map", {}) if column.unit_by is not None else {}
    yield from (unit for unit in (column.unit, *by_value.values()) if unit is not None)


def is_known(atom: Mapping[str, Any]) -> bool:
    """Whether a unit is one that everybody has."""
    try:
        parse_unit(atom)
    except UnitError:
        return False
    return True


def roots(names: Iterable[str]) -> set[str]:
    """The first words of nodes' namespaces: two writers of one root wait for each other.

    >>> sorted(roots(["shop.eu.orders", "shop.us.orders", "orders"]))
    ['default', 'shop']
    """
    return {namespace_of(name).partition(".")[0] for name in names}
