"""Whether values can stand side by side: added, compared, in the branches of one CASE, in one column of a union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gnomon.check.units.ledger import Named, meeting
from gnomon.check.units.values import (
    ANY,
    UNKNOWN,
    Any,
    Fields,
    Known,
    Literal,
    NotQuantity,
    Unknown,
    Value,
)
from gnomon.units.algebra import Product, unit_of
from gnomon.units.symbols import plain

COUNT = plain("count", None)
LARGEST = 8
"""How many different numbers a literal remembers."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values, by position, that cannot stand side by side."""

    code: str
    first: int
    second: int


class Joined(NamedTuple):
    """What values have in common, and the first two that do not go together."""

    value: Value
    conflict: Conflict | None = None


def joined(values: Sequence[Value], named: Named) -> Joined:
    """The unit that plain values share. Known beside unknown is unknown, and numbers take the unit of the others."""
    quantity: Known | None = None
    at = 0
    for position, value in enumerate(values):
        if not isinstance(value, Known):
            continue
        if quantity is None:
            quantity, at = value, position
            continue
        met = meeting(quantity, value, named) or met_as_counts(quantity, value, at, position)
        if not isinstance(met, Known):
            return Joined(UNKNOWN, met)
        quantity = replace(met, nature=quantity.nature if quantity.nature == value.nature else None)
    if quantity is not None:
        mixed = any(isinstance(value, Unknown | NotQuantity | Fields) for value in values)
        return Joined(UNKNOWN if mixed else quantity)
    return Joined(without_quantity(values, named))


def met_as_counts(one: Known, other: Known, first: int, second: int) -> Known | Conflict | None:
    """Counts are softer than what is measured: what both are, or their conflict; None where that is not known.

    A count without label goes with every count, and so does a rank. A mean (`USD` per unlabelled count) goes with its
    quantity.
    """
    a, b = one.product, other.product
    if is_rank(one) and is_count(b):
        return replace(other, ledger=())
    if is_rank(other) and is_count(a):
        return replace(one, ledger=())
    erased_a, erased_b = unlabelled(a), unlabelled(b)
    if erased_a is not None and erased_b is not None and erased_a.same(erased_b):
        if COUNT in dict(a.powers) or COUNT in dict(b.powers):
            return replace(one, product=erased_a, ledger=())
        return Conflict(code="count_label_mismatch", first=first, second=second)
    if is_mean_of(a, b) or is_mean_of(b, a):
        return None
    return Conflict(code="unit_scale_mismatch" if a.fits(b) else "incompatible_units", first=first, second=second)


def is_rank(known: Known) -> bool:
    """Whether a number is a place in an order, which is as good a count of the rows up to it."""
    return known.product.is_number and known.nature == "count"


def is_count(unit: Product) -> bool:
    return len(unit.powers) == 1 and unit.powers[0][0].kind == "count" and unit.powers[0][1] == 1


def unlabelled(unit: Product) -> Product | None:
    """The unit with its count's label left out; None where it has no count, or several."""
    counts = [(symbol, exponent) for symbol, exponent in unit.powers if symbol.kind == "count"]
    if len(counts) != 1 or counts[0][0].factor != 1:
        return None
    rest = Product(tuple(each for each in unit.powers if each[0].kind != "count"), unit.scale)
    return rest * unit_of(COUNT) ** counts[0][1]


def is_mean_of(mean: Product, unit: Product) -> bool:
    """Whether one is the other per count: SUM / COUNT beside AVG."""
    return dict(mean.powers).get(COUNT) == -1 and (mean * unit_of(COUNT)).same(unit)


def without_quantity(values: Sequence[Value], named: Named) -> Value:
    """What values have in common of which none is a quantity."""
    present = [value for value in values if not isinstance(value, Any)]
    if not present:
        return ANY
    first = present[0]
    if all(value == first for value in present):
        return replace(first, constant=None) if isinstance(first, NotQuantity) and len(present) < len(values) else first
    if all(isinstance(value, Literal) for value in present):
        return union_of(present)
    if all(isinstance(value, Fields) for value in present):
        return joined_fields(present, named)
    entities = {value.entity if isinstance(value, Unknown | NotQuantity) else None for value in present}
    entity = entities.pop() if len(entities) == 1 else None
    if all(isinstance(value, NotQuantity) for value in present):
        kinds = {value.kind for value in present if isinstance(value, NotQuantity)}
        return NotQuantity(entity=entity, kind=kinds.pop() if len(kinds) == 1 else None)
    return Unknown(entity) if not any(isinstance(value, Literal | Fields) for value in present) else UNKNOWN


def union_of(literals: Sequence[Value]) -> Literal:
    """All the numbers that one of several literals can be."""
    sets = [value.numbers for value in literals if isinstance(value, Literal)]
    numbers = frozenset().union(*(each for each in sets if each is not None))
    return Literal(numbers if None not in sets and len(numbers) <= LARGEST else None)


def joined_fields(structs: Sequence[Value], named: Named) -> Value:
    """Structs field by field, where they have the same fields."""
    maps = [value.values for value in structs if isinstance(value, Fields)]
    if len({tuple(fields) for fields in maps}) > 1:
        return UNKNOWN
    return Fields({name: joined([fields[name] for fields in maps], named).value for name in maps[0]})
