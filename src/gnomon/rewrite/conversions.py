"""The macros of units: `@to_unit`, `@qty`, `@as_unit` and `@convert`.

They say what a number is in, so they stay in the tree until the units of their arguments are known. Here each call
gets its arguments in one order, and what can be told without units is checked.

    @to_unit(value, unit, month := days)        @qty(number, unit)
    @as_unit(value, unit)                       @convert(value, currency, on := day, rates := table)
"""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from gnomon.errors import did_you_mean
from gnomon.model import RateTable
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import marker
from gnomon.rewrite.peers import Arguments, word
from gnomon.rewrite.terms import Type, cast, operand
from gnomon.units import UnitError
from gnomon.units.algebra import Product
from gnomon.units.text import parse_text

CONVERSIONS = frozenset({"to_unit", "qty", "as_unit", "convert"})
MONTH_DAYS = Fraction(28), Fraction(31)
LARGEST_INTEGER = 2**63
PLAIN = frozenset({"duckdb", "postgres", "bigquery"})
"""Dialects that divide by a decimal without rounding to its digits, and whose integers do not wrap around."""


def to_unit(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    """A value in another unit of the same dimensions; `month` says how many days a month has."""
    read_unit(args["unit"], context, node)
    month = args.get("month")
    if month is not None and month_days(month) is None:
        raise context.fail(
            "macro_arguments", "'month' says how many days a month has, from 28 to 31", node,
            help="write month := '30.4375' (a year of 365.25 days) or month := '30'",
        )  # fmt: skip
    return arranged(node, args["value"], text(args["unit"]), month=month)


def qty(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    """A number with a unit."""
    read_unit(args["unit"], context, node)
    number = args["number"].unnest()
    if not isinstance(number, exp.Null) and not is_number(number):
        raise context.fail(
            "macro_arguments", "'@qty' gives a unit to a number that is written out", node,
            help="write @qty(7, 'd'), or @as_unit(..., 'd') for an expression",
        )  # fmt: skip
    return arranged(node, args["number"], text(args["unit"]))


def as_unit(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    """An expression whose unit its author knows."""
    read_unit(args["unit"], context, node)
    return arranged(node, args["value"], text(args["unit"]))


def convert(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    """An amount of money in another currency, at the rate of a day."""
    unit = read_unit(args["currency"], context, node)
    if not is_currency(unit):
        raise context.fail(
            "macro_arguments", f"'@convert' converts into a currency, and '{word(args['currency'])}' is none", node,
            help="write @convert(price, 'EUR', on := day), or @to_unit(...) for other units",
        )  # fmt: skip
    rate_table(args.get("rates"), context, node)
    return arranged(node, args["value"], text(args["currency"]), on=args["on"], rates=args.get("rates"))


def rate_table(argument: exp.Expr | None, context: Context, node: exp.Expr) -> RateTable:
    """The table of rates that a call means: the one that it names, or the only one."""
    known, name = context.project.rates, word(argument)
    if name is not None and name.lower() in known:
        return known[name.lower()]
    if not known:
        raise context.fail(
            "no_rates", "the project declares no exchange rates", node,
            help="declare them in sources.yaml: rates: {raw.ecb_rates: {date: day, from: base, to: quote, rate: rate}}",
        )  # fmt: skip
    if name is not None:
        message = f"'{name}' is no table of rates"
        raise context.fail("no_rates", message, node, help=did_you_mean(name.lower(), known))
    if len(known) > 1:
        raise context.fail(
            "no_rates", "the project has several tables of rates", node,
            help=f"write rates := '{sorted(known)[0]}' (known: {', '.join(sorted(known))})",
        )  # fmt: skip
    return next(iter(known.values()))


def read_unit(argument: exp.Expr, context: Context, node: exp.Expr) -> Product:
    """The unit that an argument spells."""
    try:
        return parse_text(word(argument) or "", context.project.vocabulary)
    except UnitError as error:
        raise context.fail("wrong_unit", error.reason, node, help=error.help) from None


def is_currency(unit: Product) -> bool:
    """Whether a unit is one currency and nothing else.

    >>> is_currency(parse_text("EUR")), is_currency(parse_text("EUR/h")), is_currency(parse_text("currency"))
    (True, False, False)
    """
    if unit.scale != 1 or len(unit.powers) != 1:
        return False
    ((symbol, exponent),) = unit.powers
    return symbol.kind == "currency" and symbol.code is not None and exponent == 1


def text(argument: exp.Expr) -> exp.Expr:
    return exp.Literal.string(word(argument) or "")


def arranged(node: exp.Expr, value: exp.Expr, unit: exp.Expr, **others: exp.Expr | None) -> exp.Expr:
    """The call itself: its value and unit by position, the others by name."""
    given = {name: other for name, other in others.items() if other is not None}
    named = [exp.PropertyEQ(this=exp.var(name), expression=other.copy()) for name, other in given.items()]
    node.set("expressions", [value.copy(), unit.copy(), *named])
    return node


def named_argument(node: exp.Expr, name: str) -> exp.Expr | None:
    """An argument of an arranged call, None where it was left out."""
    return next((a.expression for a in node.expressions[2:] if a.this.name == name), None)


def is_number(node: exp.Expr) -> bool:
    return node.is_number or (isinstance(node, exp.Neg) and node.this.is_number)


def month_days(argument: exp.Expr) -> Fraction | None:
    """How many days a policy gives to a month; None where that is no length of a month."""
    try:
        days = Fraction(argument.name)
    except (ValueError, ZeroDivisionError):
        return None
    return days if MONTH_DAYS[0] <= days <= MONTH_DAYS[1] else None


def is_conversion(node: exp.Expr | None) -> bool:
    """Whether a node is a call of a unit macro."""
    return marker(node) in CONVERSIONS


def scaled(value: exp.Expr, factor: Fraction, dialect: str) -> exp.Expr:
    """A number times a factor; divided where that takes a whole number, and never as integers are divided.

    >>> for factor in (Fraction(1, 1000), Fraction(3600), Fraction(5, 3), Fraction(1)):
    ...     scaled(exp.column("x"), factor, "duckdb").sql("duckdb")
    'x / 1000.0'
    'x * 3600'
    '(x * 5) / 3.0'
    'x'
    >>> scaled(exp.column("x"), Fraction(1, 1000), "trino").sql("trino")
    'x / CAST(1000 AS DOUBLE)'
    """
    above, below = factor.numerator, factor.denominator
    made = value
    if above != 1:
        made = exp.Mul(this=operand(made), expression=numeral(above, dialect))
    if below != 1:
        divisor = numeral(below, dialect, is_divisor=True)
        made = exp.Div(this=operand(made), expression=divisor, typed=False, safe=False)
    return made


def numeral(number: int, dialect: str, *, is_divisor: bool = False) -> exp.Expr:
    """A whole number as a factor or, with a point, as a divisor; a DOUBLE where the dialect's decimals round."""
    if number >= LARGEST_INTEGER:
        return cast(exp.Literal.string(repr(float(number))), Type.DOUBLE)
    if dialect in PLAIN:
        return exp.Literal.number(f"{number}.0" if is_divisor else str(number))
    return cast(exp.Literal.number(number), Type.DOUBLE)
