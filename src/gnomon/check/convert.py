"""Replace the calls of unit macros by plain SQL, once it is known what their arguments are in.

Between `rewrite` and `plan`: a plan has to see the arithmetic, to tell what aggregates are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from gnomon.check.calls import Call, by_key, cases
from gnomon.check.money import in_currency
from gnomon.check.units.infer import Inferred
from gnomon.check.units.values import UNKNOWN, Any, RowTyped
from gnomon.errors import DefinitionError
from gnomon.rewrite.context import Context
from gnomon.rewrite.conversions import is_conversion, month_days, named_argument, scaled
from gnomon.rewrite.parse import as_text, marker
from gnomon.units.algebra import Product, unit_of
from gnomon.units.symbols import Symbol
from gnomon.units.text import text_of
from gnomon.units.wire import UnitError

CALENDAR, DAY = "calendar", Symbol("time", "d", "time", Fraction(86_400))


def close_conversions(query: exp.Query, inferred: Inferred, context: Context) -> exp.Query:
    """A bound query without unit macros: itself where it has none, else a copy.

    The stages that it reads beside are `rewrite.rates.rate_stages(context)`. Raises DefinitionError: `unit_needed`,
    `incompatible_units`, `calendar_policy_needed`, `convert_date`, `convert_not_grouped`, `convert_place`.
    """
    calls = [node for node in query.find_all(exp.Anonymous) if is_conversion(node)]
    if not calls:
        return query
    closed = query.copy()
    copies = [node for node in closed.find_all(exp.Anonymous) if is_conversion(node)]
    found = (inferred.conversions.get(id(call)) for call in calls)
    sources = {id(copy): UNKNOWN if known is None else known.source for copy, known in zip(copies, found, strict=True)}
    for scope in traverse_scope(closed):
        for node in reversed([node for node in scope.find_all(exp.Anonymous) if is_conversion(node)]):
            made = RULES[marker(node) or ""](Call(node, scope, sources[id(node)], context))
            made.meta.setdefault("written", as_text(node))  # what a message about it shows
            beside = isinstance(node.parent, exp.Binary | exp.Neg | exp.Not | exp.Between | exp.In)
            node.replace(exp.paren(made, copy=False) if beside and isinstance(made, exp.Binary) else made)
    for node in closed.find_all(exp.Anonymous):
        if is_conversion(node):
            raise context.fail(
                "convert_place", f"'{as_text(node)}' stands in no query", node, help="move it to a SELECT"
            )
    return closed


def stated(call: Call) -> exp.Expr:
    """What `@qty` and `@as_unit` say is for people and for inference alone."""
    return call.value.copy()


def in_unit(call: Call) -> exp.Expr:
    """The value in another unit."""
    if isinstance(call.source, Any):
        return call.value.copy()
    results = by_key(call, lambda unit: converted(unit, call))
    if not isinstance(call.source, RowTyped):
        return results[None]
    rest = call.source.rest
    return cases(call.source.key, results, converted(rest.product, call) if rest is not None else None)


def converted(unit: Product, call: Call) -> exp.Expr:
    """The value from one unit into the call's."""
    return scaled(call.value.copy(), factor(unit, call), call.context.dialect)


def factor(source: Product, call: Call) -> Fraction:
    """What to multiply numbers of a unit by to convert them."""
    target, month = call.unit, named_argument(call.node, "month")
    if month is not None and (days := month_days(month)) is not None:
        source, target = by_days(source, days), by_days(target, days)
    if not source.fits(target):
        raise does_not_fit(call, source, target)
    try:
        return source.ratio(target)
    except UnitError as error:
        raise call.fail("incompatible_units", error.reason, error.help or "convert what the root is taken of") from None


def by_days(unit: Product, days: Fraction) -> Product:
    """A unit whose months have so many days."""
    made = Product((), unit.scale)
    for symbol, exponent in unit.powers:
        if symbol.dimension == CALENDAR:
            made *= unit_of(DAY).scaled(days * symbol.factor) ** exponent
        else:
            made *= unit_of(symbol) ** exponent
    return made


def does_not_fit(call: Call, source: Product, target: Product) -> DefinitionError:
    units = f"'{text_of(source)}' to '{text_of(target)}'"
    if by_days(source, Fraction(30)).fits(by_days(target, Fraction(30))):
        return call.fail(
            "calendar_policy_needed", f"a month has no fixed number of days, so {units} needs one",
            f"write @to_unit(..., '{text_of(target)}', month := '30.4375')",
        )  # fmt: skip
    return call.fail(
        "incompatible_units", f"'{as_text(call.value)}' cannot be converted from {units}",
        "convert into a unit of the same dimensions",
    )  # fmt: skip


RULES: dict[str, Callable[[Call], exp.Expr]] = {
    "to_unit": in_unit,
    "qty": stated,
    "as_unit": stated,
    "convert": in_currency,
}
