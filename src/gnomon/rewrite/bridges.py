"""Bridge tables as queries: the distinct pairs of a key and the entity that it belongs to.

Straight from the key to the entity, so that an artifact in two projects of one collection is in the collection once.
"""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp, select

from gnomon.model import Relationship
from gnomon.rewrite.paths import Path

OPEN_FROM, OPEN_TO = "0001-01-01", "9999-12-31"


def is_dated(path: Path) -> bool:
    """Whether membership along the path holds for a stretch of time only."""
    return any(hop.valid_from or hop.valid_to for hop in path)


def from_names(path: Path) -> tuple[str, ...]:
    """The bridge's columns on the key's side."""
    return path[0].from_columns


def to_names(path: Path) -> tuple[str, ...]:
    """The bridge's columns on the entity's side, told apart from the key's where their names are equal."""
    taken = set(from_names(path))
    return tuple(f"{name}_of_{path[-1].to_entity}" if name in taken else name for name in path[-1].to_columns)


def bridge_pairs(path: Path) -> exp.Select:
    """One row for each distinct (key, entity) along a path of undated hops; rows without an entity are left out."""
    return joined(path).distinct()


def joined(path: Path) -> exp.Select:
    """The hops joined one to the next, with the key's columns and the entity's."""
    first = path[0]
    last = f"hop_{len(path)}"
    query = select(
        *(exp.column(column, table="hop_1") for column in first.from_columns),
        *(
            exp.column(column, table=last).as_(name) if column != name else exp.column(column, table=last)
            for column, name in zip(path[-1].to_columns, to_names(path), strict=True)
        ),
    ).from_(hop_table(first, 1))
    for number, (before, hop) in enumerate(pairwise(path), start=2):
        pairs = zip(before.to_columns, hop.from_columns, strict=True)
        on = exp.and_(
            *(exp.column(a, table=f"hop_{number - 1}").eq(exp.column(b, table=f"hop_{number}")) for a, b in pairs)
        )
        query = query.join(hop_table(hop, number), on=on)
    for column in path[-1].to_columns:
        query = query.where(exp.column(column, table=last).is_(exp.null()).not_())
    return query


def hop_table(hop: Relationship, number: int) -> exp.Expr:
    return exp.alias_(exp.to_table(hop.table), f"hop_{number}", table=True)


def dated_pairs(path: Path, name: str) -> list[tuple[str, exp.Select]]:
    """Named queries, the last called `name`: (key, entity, valid_from, valid_to), half-open, none overlapping.

    A path holds where all its hops do. Overlapping and touching stretches of one pair are merged, so that an event
    meets each entity once.
    """
    columns = [exp.column(column) for column in (*from_names(path), *to_names(path))]
    spans = dated_spans(path)
    by_pair = [column.copy() for column in columns]
    order = [exp.column("valid_from"), exp.column("valid_to")]
    reached = exp.Window(
        this=exp.Max(this=exp.column("valid_to")),
        partition_by=[column.copy() for column in by_pair],
        order=exp.Order(expressions=[column.copy() for column in order]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="1", end_side="PRECEDING"),
    )
    begins = exp.case().when(exp.column("valid_from") <= reached, "0").else_("1").as_("begins")
    marked = select(*(c.copy() for c in columns), *order, begins).from_(f"{name}_spans")
    stretch = exp.Window(
        this=exp.Sum(this=exp.column("begins")),
        partition_by=[column.copy() for column in by_pair],
        order=exp.Order(expressions=[column.copy() for column in order]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )
    numbered = select(*(c.copy() for c in columns), *(c.copy() for c in order), stretch.as_("stretch"))
    merged = (
        select(
            *(c.copy() for c in columns),
            exp.Min(this=exp.column("valid_from")).as_("valid_from"),
            exp.Max(this=exp.column("valid_to")).as_("valid_to"),
        )
        .from_(f"{name}_stretches")
        .group_by(*(c.copy() for c in columns), exp.column("stretch"))
    )
    return [
        (f"{name}_spans", spans),
        (f"{name}_marked", marked),
        (f"{name}_stretches", numbered.from_(f"{name}_marked")),
        (name, merged),
    ]


def dated_spans(path: Path) -> exp.Select:
    """The stretches in which all hops hold, as they stand in the tables; empty ones are left out."""
    starts, ends = [], []
    for number, hop in enumerate(path, start=1):
        if hop.valid_from:
            starts.append(validity(hop.valid_from, number, OPEN_FROM))
        if hop.valid_to:
            ends.append(validity(hop.valid_to, number, OPEN_TO))
    start = extreme(exp.Greatest, starts, OPEN_FROM)
    end = extreme(exp.Least, ends, OPEN_TO)
    return joined(path).select(start.as_("valid_from"), end.as_("valid_to")).where(start.copy() < end.copy())


def validity(column: str, number: int, open_end: str) -> exp.Expr:
    """A validity bound as a date, null being open."""
    date = exp.cast(exp.column(column, table=f"hop_{number}"), "DATE")
    return exp.Coalesce(this=date, expressions=[exp.cast(exp.Literal.string(open_end), "DATE")])


def extreme(function: type[exp.Func], values: list[exp.Expr], default: str) -> exp.Expr:
    if not values:
        return exp.cast(exp.Literal.string(default), "DATE")
    return values[0] if len(values) == 1 else function(this=values[0], expressions=values[1:])
