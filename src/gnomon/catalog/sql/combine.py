"""Stages side by side: totals of several parents joined on their dimensions, null equal to null."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from gnomon.catalog.sql.words import column, identifier


def plain(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """IS NOT DISTINCT FROM, or `<=>`."""
    return exp.NullSafeEQ(this=left, expression=right)


def as_jsonb(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Equal JSON arrays of one, in which null equals null: FULL JOIN cannot hash IS NOT DISTINCT FROM."""
    near, far = (call("TO_JSONB", exp.Array(expressions=[side])) for side in (left, right))
    return exp.EQ(this=near, expression=far)


def as_json(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Equal JSON texts, where FULL JOIN takes equalities only."""
    return exp.EQ(this=call("TO_JSON_STRING", left), expression=call("TO_JSON_STRING", right))


def call(name: str, tree: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[tree])


def as_texts(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Equal texts, and both null or neither, where FULL JOIN takes equalities only."""

    def text(tree: exp.Expr) -> exp.Expr:
        return exp.Coalesce(this=exp.cast(tree.copy(), "text"), expressions=[exp.Literal.string("")])

    def missing(tree: exp.Expr) -> exp.Expr:
        return exp.Paren(this=exp.Is(this=tree.copy(), expression=exp.Null()))

    both = exp.EQ(this=missing(left), expression=missing(right))
    return exp.and_(exp.EQ(this=text(left), expression=text(right)), both)


SAME: Mapping[str, Callable[[exp.Expr, exp.Expr], exp.Expr]] = {
    "postgres": as_jsonb,
    "trino": as_texts,
    "presto": as_texts,
    "athena": as_texts,
    "bigquery": as_json,
}


def same(keys: Sequence[tuple[exp.Expr, exp.Expr]], dialect: str) -> exp.Expr | None:
    """The condition that pairs are the same, null included; None where there is no pair."""
    write = SAME.get(dialect, plain)
    return exp.and_(*(write(left.copy(), right.copy()) for left, right in keys)) if keys else None


def side_by_side(stages: Sequence[str], keys: Sequence[str], dialect: str) -> tuple[exp.Select, dict[str, exp.Expr]]:
    """FROM over stages that have the same keys, each row of any stage in it once, and the tree of each key."""
    first, *others = stages
    select = exp.Select().from_(exp.Table(this=identifier(first)), copy=False)
    seen = [first]
    for stage in others:
        near = merged(seen, keys)
        condition = same([(near[key], column(key, stage)) for key in keys], dialect)
        table = exp.Table(this=identifier(stage))
        kind = {"side": "FULL", "kind": "OUTER", "on": condition} if condition is not None else {"kind": "CROSS"}
        select.append("joins", exp.Join(this=table, **kind))
        seen.append(stage)
    return select, merged(seen, keys)


def merged(stages: Sequence[str], keys: Sequence[str]) -> dict[str, exp.Expr]:
    """Each key over stages of which any may lack the row."""
    found: dict[str, exp.Expr] = {}
    for key in keys:
        first, *others = (column(key, stage) for stage in stages)
        found[key] = exp.Coalesce(this=first, expressions=others) if others else first
    return found
