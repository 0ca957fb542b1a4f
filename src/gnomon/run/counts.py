"""How many rows tables hold, where that is known without reading them."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from gnomon.run.context import Session

COUNTS_ARE_CHEAP = {"duckdb"}
"""Dialects whose engines count a table's rows from its metadata."""

AT_ONCE = 50
"""How many tables one query counts: a longer chain of unions is too deep for some parsers."""


def rows_of(session: Session, environment: str, models: Collection[str]) -> int | None:
    """The rows that the tables of some series hold now; views are not counted. None where that means reading them."""
    adapter = session.context.engine_adapter
    if adapter.dialect not in COUNTS_ARE_CHEAP:
        return None
    counts = [
        exp.select(exp.Count(this=exp.Star()).as_("n")).from_(exp.to_table(snapshot.table_name(_deployable(snapshot))))
        for name, snapshot in session.snapshots(environment).items()
        if (spec := session.specs.get(name)) and spec.variant and spec.kind != "view" and spec.name in models
    ]
    return sum(_sum(session, counts[first : first + AT_ONCE]) for first in range(0, len(counts), AT_ONCE))


def _sum(session: Session, counts: list[exp.Select]) -> int:
    every = exp.union(*counts, distinct=False) if len(counts) > 1 else counts[0]
    query = exp.select(exp.func("SUM", exp.column("n"))).from_(every.subquery("counted"))
    return int(session.context.engine_adapter.fetchone(query)[0])


def _deployable(snapshot: object) -> bool:
    return bool(getattr(snapshot, "intervals", ()))
