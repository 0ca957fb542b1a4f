"""Dated exchange rates in SQL: a stage with one row for each currency and day, joined to the rows that need one.

The stage is laid out by days because every engine joins equal days fast; to compare each row with all of a currency's
rates by `valid_from` and `valid_to` takes DuckDB a hundred times as long. It has at most one row for a day, so a join
never adds rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp, select

from gnomon.model import RateTable
from gnomon.rewrite.context import Context
from gnomon.rewrite.dates import digits, local_date, move, numbers
from gnomon.rewrite.tables import column_of
from gnomon.rewrite.terms import Type, call, cast, operand, text
from gnomon.time import Grain

QUOTED = "quoted"
RAISERS = {"duckdb": "ERROR", "bigquery": "ERROR", "spark": "RAISE_ERROR", "databricks": "RAISE_ERROR", "trino": "FAIL"}
"""What ends a query with a message of its own; other dialects cast the message to a number, which fails with it."""
STAGES = "rate_stages"


def rate_stages(context: Context) -> dict[str, exp.Query]:
    """The stages of rates that the closed query reads, by name, to be put before it."""
    found: dict[str, exp.Query] = context.facts.setdefault(STAGES, {})
    return found


def declare_rates(table: RateTable, query: exp.Expr, context: Context) -> str:
    """Add a table's stage to those that the statement needs, once, and return its name."""
    stages, stem = rate_stages(context), f"{table.name.rpartition('.')[2]}_by_day"
    taken = {cte.alias for cte in query.find_all(exp.CTE)} | context.bridges.keys()
    name = next(word for word in (stem, *(f"{stem}_{n}" for n in range(2, 100))) if word not in taken)
    stages.setdefault(name, rates_by_day(table, context))
    return name


def rates_by_day(table: RateTable, context: Context) -> exp.Select:
    """The rate that counts on each day: the pair's last one on or before it, up to `max_age` days old.

    With `via`: `currency`, `day`, `rate`, how many of the currency one of `via` is; without it `from_currency`,
    `to_currency`, `day`, `rate`. Two different rates of one pair and day are none: `rate` is null until the next one.
    """
    codes = [*code_columns(table)]
    day, dialect = exp.column("day"), context.dialect
    cap = move(day, Grain.DAY, table.max_age.days + 1, dialect=dialect)
    order = exp.Order(expressions=[day.copy()])
    following = exp.Window(this=exp.Lead(this=day.copy()), partition_by=[*map(exp.column, codes)], order=order)
    until = exp.case().when(exp.LT(this=following, expression=cap), following.copy()).else_(cap.copy())
    spans = select(*codes, "day", "rate", until.as_("valid_to")).from_("known_rates")
    held = move(exp.column("day", table="rate_spans"), Grain.DAY, exp.column("day_number"), dialect=dialect)
    daily = select(*codes, held.as_("day"), "rate").from_("rate_spans")
    daily = daily.join("rate_ages", on=exp.LT(this=held.copy(), expression=exp.column("valid_to")))
    ages = numbers(len(str(table.max_age.days)))
    for name, stage in (
        ("known_rates", known_rates(table, context)),
        ("rate_spans", spans),
        ("digits", digits()),
        ("rate_ages", ages),
    ):
        daily = daily.with_(name, as_=stage, copy=False)
    return daily


def code_columns(table: RateTable) -> tuple[str, ...]:
    """What the stage's columns of currencies are called."""
    return ("from_currency", "to_currency") if table.via is None else ("currency",)


def known_rates(table: RateTable, context: Context) -> exp.Select:
    """One row for each pair, or each currency, and day on which the table has a positive rate."""
    from_code, to_code, rate, date = (
        exp.column(name, table=QUOTED) for name in (table.from_code, table.to_code, table.rate, table.date)
    )
    declared = column_of(context, table.name, table.date)
    calendar = context.project.calendar
    day = local_date(
        date, type=declared.type if declared else None, source_zone=calendar.time_zone, calendar=calendar,
        dialect=context.dialect, type_dialect=context.project.dialect,
    )  # fmt: skip
    value = cast(rate, Type.DOUBLE)
    source = exp.alias_(exp.to_table(table.name), QUOTED, table=True)
    codes: list[exp.Expr] = [from_code, to_code]
    where: list[exp.Expr] = [exp.GT(this=rate.copy(), expression=exp.Literal.number(0))]
    own = agreed(value)
    if table.via is not None:
        via = text(table.via)
        is_from, is_to = from_code.eq(via), to_code.eq(via)
        codes = [exp.case().when(is_from, to_code).else_(from_code)]
        inverse = exp.Div(this=exp.Literal.number("1.0"), expression=agreed(exp.case().when(is_to, value)))
        own = exp.Coalesce(this=agreed(exp.case().when(is_from, value)), expressions=[inverse])
        where.append(exp.or_(is_from, is_to))
    columns = [exp.alias_(code, name) for code, name in zip(codes, code_columns(table), strict=True)]
    rates = select(*columns, exp.alias_(day, "day"), exp.alias_(own, "rate")).from_(source).where(*where)
    return rates.group_by(*(code.copy() for code in codes), day.copy())


def agreed(value: exp.Expr) -> exp.Expr:
    """The one value that all rows of a group have, null where they differ."""
    least = exp.Min(this=value.copy())
    return exp.case().when(exp.EQ(this=least, expression=exp.Max(this=value.copy())), least.copy())


def shown(value: exp.Expr) -> exp.Expr:
    """A code or a date as text, also where it is null."""
    return (
        value.copy()
        if value.is_string
        else exp.Coalesce(this=cast(value.copy(), Type.TEXT), expressions=[text("null")])
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where a conversion is looked up: the SELECT that joins the rates, the table of rates with its stage, the day.

    In a query that groups, `is_grouped` says that the value is a group's: its rows share the day, and so the rate.
    """

    select: exp.Select
    table: RateTable
    stage: str
    day: exp.Expr
    is_grouped: bool
    dialect: str

    def converted(self, value: exp.Expr, source: exp.Expr, target: str) -> exp.Expr:
        """An amount in the currency whose code is `source`, a text or an expression, as one in the currency `target`.

        Null stays null, and an amount in `target` already is not looked up.
        """
        code = source.name if source.is_string else None
        if code == target:
            return value
        made, needed = self.multiplied(value, source, target)
        cases = exp.case()
        if code is None:
            cases = cases.when(source.eq(target), value.copy())
        if self.table.missing == "error":
            is_missing = exp.or_(*(leg.copy().is_(exp.null()) for leg in needed))
            has_value = value.copy().is_(exp.null()).not_()
            cases = cases.when(exp.and_(has_value, is_missing), self.failure(source, target))
        return cases.else_(made) if cases.args.get("ifs") else made

    def multiplied(self, value: exp.Expr, source: exp.Expr, target: str) -> tuple[exp.Expr, list[exp.Expr]]:
        """The amount times or by its rates, and the rates."""
        via = self.table.via
        if via is None:
            rate = self.joined({"from_currency": source, "to_currency": text(target)})
            return exp.Mul(this=operand(value.copy()), expression=rate), [rate]
        made, needed = value.copy(), []
        if not (source.is_string and source.name == via):
            rate = self.joined({"currency": source})
            if not source.is_string:
                rate = exp.case().when(source.eq(via), exp.Literal.number("1.0")).else_(rate)
            made = exp.Div(this=operand(made), expression=rate, typed=False, safe=False)
            needed.append(rate)
        if target != via:
            rate = self.joined({"currency": text(target)})
            made = exp.Mul(this=made if isinstance(made, exp.Div) else operand(made), expression=rate)
            needed.append(rate)
        return made, needed

    def joined(self, codes: Mapping[str, exp.Expr]) -> exp.Expr:
        """The rate of some currencies on the day; its table is joined once for each."""

        def condition(alias: str) -> exp.Expr:
            same = [exp.column(name, table=alias).eq(code.copy()) for name, code in codes.items()]
            return exp.and_(*same, exp.column("day", table=alias).eq(self.day.copy()), copy=False)

        joined = [join for join in self.select.args.get("joins") or [] if join.this.name == self.stage]
        names = (join.alias_or_name for join in joined if join.args.get("on") == condition(join.alias_or_name))
        alias = next(names, None)
        if alias is None:
            alias = self.free_alias()
            table = exp.alias_(exp.to_table(self.stage), alias, table=True)
            self.select.append("joins", exp.Join(this=table, side="LEFT", on=condition(alias)))
        rate = exp.column("rate", table=alias)
        return exp.Max(this=rate) if self.is_grouped else rate

    def free_alias(self) -> str:
        """A name that nothing in the query has."""
        taken = {node.alias_or_name for node in self.select.root().find_all(exp.Table, exp.Subquery, exp.CTE)}
        return next(name for name in ("rates", *(f"rates_{n}" for n in range(2, 1000))) if name not in taken)

    def failure(self, source: exp.Expr, target: str) -> exp.Expr:
        """An expression that ends the query, saying which rate is missing."""
        where = f" in {self.table.name}, up to {self.table.max_age.days} days before"
        parts = (text("no exchange rate from "), shown(source), text(f" to {target} on "), shown(self.day), text(where))
        message = reduce(lambda before, part: exp.DPipe(this=before, expression=part), parts)
        if (raiser := RAISERS.get(self.dialect)) is not None:
            return call(raiser, message)
        return cast(message, Type.DOUBLE)
