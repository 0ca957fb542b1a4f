"""Put the table of dates first in a FROM, and join to it everything that already carries a date."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from gnomon.plan.carried import NotCarried
from gnomon.plan.dated_rows import DATE
from gnomon.plan.frame import DATES

BEFORE = "series"
"""The dates of the left side of an outer join, of which those of the joined rows are made."""


def join_dates(select: exp.Select, below: Mapping[str, str], name: str) -> None:
    """Read the table of dates in a SELECT, in place.

    `below` are the inputs that carry a date, with the column that holds it; `name` is that column's where it is added.
    """
    if select.args.get("laterals"):
        raise NotCarried("LATERAL VIEW stands beside the dates")
    joins: list[exp.Join] = select.args.get("joins") or []
    first = select.args.get("from_")
    if first is not None:
        joins = [exp.Join(this=first.this.pop(), kind="CROSS"), *joins]
    outer = [place for place, join in enumerate(joins) if join.side.upper() in ("RIGHT", "FULL")]
    dates = exp.to_table(DATES, alias=BEFORE if outer else None)
    date: exp.Expr = exp.column("sample_date", table=dates.alias_or_name)
    found: list[exp.Join] = []
    for place, join in enumerate(joins):
        date = join_date(join, date, below, name)
        found.append(join)
        if outer and place == outer[-1]:
            found.append(exp.Join(this=exp.to_table(DATES), on=DATE.eq(date)))
            date = DATE
    select.set("from_", exp.From(this=dates))
    select.set("joins", found)


def join_date(join: exp.Join, date: exp.Expr, below: Mapping[str, str], name: str) -> exp.Expr:
    """Join an input by its date, where it carries one, and give the date of the joined rows."""
    alias, side = join.this.alias_or_name, join.side.upper()
    if side in ("RIGHT", "FULL"):
        if any(column.table == DATES for column in join.args.get("on", join).find_all(exp.Column)):
            raise NotCarried(f"the condition of a {side} JOIN depends on the dates")
        own = exp.column(below[alias] if alias in below else spread(join, name), table=alias)
    elif alias in below:
        own = exp.column(below[alias], table=alias)
    else:
        if not any(join.args.get(part) for part in ("on", "using", "side", "kind", "method")):
            join.set("kind", "CROSS")  # a comma binds less than the joins before it
        return date
    if join.args.get("using") or join.args.get("method") or isinstance(join.this, exp.Lateral):
        raise NotCarried("a join other than by ON is one of several dates")
    if join.kind.upper() == "CROSS":
        join.set("kind", None)
    join.set("on", exp.and_(join.args.get("on"), own.eq(date), copy=False))
    if side == "FULL":
        return exp.Coalesce(this=date.copy(), expressions=[own])
    return own if side == "RIGHT" else date


def spread(join: exp.Join, name: str) -> str:
    """Repeat an input that has no dates for each of them, under its own alias; give the column of the date."""
    alias = join.this.alias_or_name
    rows = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(alias)), DATE.as_(name)).from_(DATES)
    rows = rows.join(join.this.copy(), join_type="cross", copy=False)
    join.set("this", rows.subquery(alias, copy=False))
    return name
