"""One call of a unit macro, and what is known of the unit of its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.check.units.values import Known, RowTyped, Value
from gnomon.errors import DefinitionError
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import as_text, marker
from gnomon.units.algebra import Product
from gnomon.units.text import parse_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its arguments in order, the query that it stands in, and what its first argument is in."""

    node: exp.Expr
    scope: Scope
    source: Value
    context: Context

    @property
    def value(self) -> exp.Expr:
        return self.node.expressions[0]  # type: ignore[no-any-return]

    @property
    def unit(self) -> Product:
        return parse_text(self.node.expressions[1].name, self.context.project.vocabulary)

    def fail(self, code: str, message: str, help: str) -> DefinitionError:
        return self.context.fail(code, message, self.node, help=help)


def by_key(call: Call, rule: Callable[[Product], T]) -> dict[str | None, T]:
    """What a rule says of the value's unit, for each key that the unit depends on; under None where it is one.

    All of the units have to be known.
    """
    units = dict(call.source.units) if isinstance(call.source, RowTyped) else {None: call.source}
    known = {key: unit.product for key, unit in units.items() if isinstance(unit, Known)}
    if len(known) < len(units):
        raise unknown_unit(call)
    return {key: rule(unit) for key, unit in known.items()}


def cases(key: exp.Expr, results: Mapping[str | None, exp.Expr], default: exp.Expr | None = None) -> exp.Expr:
    """One result for each value of a key, and null or a default for others; without CASE where all are the same."""
    if default is None and len(set(results.values())) == 1:
        return next(iter(results.values()))
    if default is not None and not results:
        return default
    made = exp.case()
    for value, result in results.items():
        made = made.when(key.is_(exp.null()) if value is None else key.eq(value), result)
    return made.else_(default) if default is not None else made


def unknown_unit(call: Call) -> DefinitionError:
    """The error for a value of which nothing says what it is in."""
    columns = {column.name for column in call.value.find_all(exp.Column)}
    name = columns.pop() if len(columns) == 1 else "<column>"
    kind, code = ("currency", "USD") if marker(call.node) == "convert" else ("time", "ms")
    return call.fail(
        "unit_needed", f"the unit of '{as_text(call.value)}' is not known, so it cannot be converted",
        f"declare it in sources.yaml, as in columns: {{{name}: {{unit: {{kind: {kind}, code: {code}}}}}}}, "
        f"or say it in the query: @as_unit(..., '{code}')",
    )  # fmt: skip
