"""Values with one unit for each value of a key column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from gnomon.check.units.answers import evaluate, is_of_key, is_same
from gnomon.check.units.facts import Fact, is_list, pinned, texts
from gnomon.check.units.logic import MAYBE, spelled_out, truth
from gnomon.check.units.values import ANY, UNKNOWN, Any, Known, RowTyped, Value
from gnomon.units.algebra import Product, unit_of
from gnomon.units.symbols import Symbol, plain
from gnomon.units.vocabulary import Vocabulary
from gnomon.units.wire import UnitError

HOLE = "*"
"""The code that stands for the key's own value."""


def by_code(key: exp.Expr, kind: str = "currency") -> RowTyped:
    """A quantity whose code is what another column says."""
    return RowTyped(key, {}, Known(unit_of(plain(kind, HOLE))))


def has_hole(product: Product) -> bool:
    return any(symbol.code == HOLE for symbol, _ in product.powers)


def filled(known: Known, code: str | None, vocabulary: Vocabulary) -> Value:
    """The unit of `rest` for one key: its code takes the hole's place. Unknown where the key is no such code."""
    hole = next((symbol for symbol, _ in known.product.powers if symbol.code == HOLE), None)
    if hole is None:
        return known
    try:
        return replaced(known, hole, vocabulary.symbol(hole.kind, code)) if code is not None else UNKNOWN
    except UnitError:
        return UNKNOWN


def replaced(known: Known, old: Symbol, new: Symbol) -> Known:
    """The same with one symbol in the place of another."""
    exponent = dict(known.product.powers).get(old)
    if exponent is None:
        return known
    others = Product(tuple(each for each in known.product.powers if each[0] != old), known.product.scale)
    return known.with_product(others * unit_of(new) ** exponent)


def at(value: Value, key: str | None, vocabulary: Vocabulary) -> Value:
    """The value for one key; NULL, which goes with everything, for a key that does not occur."""
    if not isinstance(value, RowTyped):
        return value
    if key in value.units:
        return value.units[key]
    return filled(value.rest, key, vocabulary) if value.rest is not None else ANY


def narrowed(value: RowTyped, facts: Sequence[Fact], vocabulary: Vocabulary) -> Value:
    """The value in rows where facts hold. A key that they name and nobody declared is unknown."""
    about = [fact for fact in facts if any(is_same(node, value.key) for node in fact.predicate.walk())]
    if not about:
        return value
    only = next((text for fact in about if (text := pinned(fact, value.key)) is not None), None)
    is_known = only is not None and only in value.units
    possible = {only: value.units[only]} if is_known else known_keys(value, about, vocabulary)
    allowed = {key: unit for key, unit in possible.items() if all(fact.allows(value.key, key) for fact in about)}
    rest = value.rest
    if rest is not None and any(is_finite(fact, value.key) for fact in about):
        if not any(fact.holds and is_list(fact.predicate, value.key) for fact in about):
            return UNKNOWN
        rest = None
    if not allowed and rest is None:
        return UNKNOWN
    left = replace(value, units=allowed, rest=rest)
    doubtful = value.is_doubtful or any(is_riddle(fact, value.key, allowed) for fact in about)
    return replace(left, is_doubtful=doubtful and one_unit(left) is None)


def is_riddle(fact: Fact, key: exp.Expr, keys: Iterable[str | None]) -> bool:
    """Whether a fact decides by the key alone, or by a query, which of some keys there are, and nobody can say how."""
    parts = [*fact.predicate.walk(prune=lambda part: isinstance(part, exp.Query))]
    is_asked = any(isinstance(part, exp.Query) for part in parts)
    is_asked &= all(is_same(part, key) for part in parts if isinstance(part, exp.Column))
    if not is_asked and not is_of_key(fact.predicate, key):
        return False
    return any(truth(evaluate(fact.predicate, key, each)) is MAYBE for each in keys)


def known_keys(value: RowTyped, about: Sequence[Fact], vocabulary: Vocabulary) -> dict[str | None, Value]:
    """The keys that are declared, and those that facts name."""
    found: dict[str | None, Value] = {}
    for text in texts(about):
        if any(fact.holds and truth(evaluate(fact.predicate, value.key, text)) is True for fact in about):
            found[text] = at(value, text, vocabulary) if value.rest else UNKNOWN
    return {**found, **value.units}


def is_finite(fact: Fact, key: exp.Expr) -> bool:
    """Whether a fact leaves only some keys: those that it names, or those like a pattern."""
    return fact.holds and truth(evaluate(fact.predicate, key, "\0 no key")) in (False, None)


def one_unit(value: RowTyped) -> Value | None:
    """The unit that all keys share; None where they differ."""
    if value.rest is not None:
        return (
            None if has_hole(value.rest.product) or any(u != value.rest for u in value.units.values()) else value.rest
        )
    units = iter(value.units.values())
    first = next(units)
    if isinstance(first, Known):
        same = (isinstance(u, Known) and u.product.same(first.product) and u.ledger == first.ledger for u in units)
        return first if all(same) else None
    return first if all(unit == first for unit in units) else None


def differ(value: RowTyped) -> bool:
    """Whether the units of the keys are known to differ: what is unknown could be anything, and may not be there."""
    if value.is_doubtful:
        return False
    known = {key: unit for key, unit in value.units.items() if isinstance(unit, Known)}
    if value.rest is not None:
        return has_hole(value.rest.product) or one_unit(replace(value, units=known)) is None
    return bool(known) and one_unit(replace(value, units=known)) is None


def lifted(values: Sequence[Value], rule: Callable[[Sequence[Value]], Value], vocabulary: Vocabulary) -> Value:
    """A rule for plain values, applied key by key where some are row-typed. Different keys give an unknown."""
    keyed = [value for value in values if isinstance(value, RowTyped)]
    if not keyed:
        return rule(values)
    key = keyed[0].key
    if not all(is_same(value.key, key) for value in keyed):
        plain_values = [one_unit(v) if isinstance(v, RowTyped) and not is_same(v.key, key) else v for v in values]
        known = [value for value in plain_values if value is not None]
        return lifted(known, rule, vocabulary) if len(known) == len(values) else UNKNOWN
    keys = dict.fromkeys(name for value in keyed for name in value.units)
    doubtful = any(value.is_doubtful for value in keyed)
    units = {name: rule([at(value, name, vocabulary) for value in values]) for name in keys}
    if all(value.rest is None for value in keyed):
        if all(isinstance(unit, Any) for unit in units.values()):  # NULL in each row: what it would be of
            shared = [one_unit(value) if isinstance(value, RowTyped) else value for value in values]
            return rule([value for value in shared if value is not None]) if None not in shared else ANY
        return RowTyped(key, units, is_doubtful=doubtful)
    rests = [(value.rest or ANY) if isinstance(value, RowTyped) else value for value in values]
    rest = rule(rests)
    if not isinstance(rest, Known):
        return UNKNOWN
    return RowTyped(key, units, rest, doubtful)


def recoded(value: RowTyped, expression: exp.Expr, merge: Callable[[Sequence[Value]], Value]) -> RowTyped | None:
    """The value keyed by an expression of its key; None where that cannot be evaluated.

    Keys that become one name are merged.
    """
    if value.rest is not None:
        return None
    groups: dict[str | None, list[Value]] = {}
    for key, unit in value.units.items():
        name = spelled_out(evaluate(expression, value.key, key))
        if not (name is None or isinstance(name, str)):
            return None
        groups.setdefault(name, []).append(unit)
    merged = {name: merge(units) for name, units in groups.items()}
    return RowTyped(expression, merged, is_doubtful=value.is_doubtful)
