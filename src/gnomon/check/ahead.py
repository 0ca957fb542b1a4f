"""Refuse rows that are made of a later row of a peer: a run has written them when that one comes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import SAMPLE_DATE
from gnomon.rewrite.parse import as_text, marker

OFFSET = "rolling_window_offset"


def check_ahead(query: exp.Query, context: Context) -> None:
    """Raise DefinitionError `offset_ahead` where a row has the date of one peer, joined with a later one of another."""
    if not context.peers:
        return
    for scope in traverse_scope(query):
        own = own_peer(scope)
        for term, later in windows_ahead(scope, own) if own else ():
            raise context.fail(
                "offset_ahead",
                f"'{as_text(term)}' joins a window after the row's own: it is not there yet when a run writes the row",
                term,
                help=f"date the row by the later window: SELECT {later}.{SAMPLE_DATE}, and go back from there with -1",
            )


def own_peer(scope: Scope) -> str | None:
    """The source whose sample date is the scope's own."""
    select = scope.expression
    for projection in select.selects if isinstance(select, exp.Select) else ():
        value = projection.unalias()
        if projection.alias_or_name == SAMPLE_DATE and isinstance(value, exp.Column) and value.name == SAMPLE_DATE:
            return value.table
    return None


def windows_ahead(scope: Scope, own: str) -> Iterator[tuple[exp.EQ, str]]:
    """Each equation that makes the sample date of another source later than that of `own`, with that source."""
    for term in scope.find_all(exp.EQ):
        for moved, column in ((term.left, term.right), (term.right, term.left)):
            if marker(moved) != OFFSET or not isinstance(column, exp.Column) or len(moved.expressions) < 2:
                continue
            base, count = moved.expressions[0], whole(moved.expressions[1])
            if not isinstance(base, exp.Column) or count is None or base.table == column.table:
                continue
            if count > 0 and base.table == own:
                yield term, column.table
            elif count < 0 and column.table == own:
                yield term, base.table


def whole(node: exp.Expr) -> int | None:
    """A whole number that is written out, or None.

    >>> whole(exp.Neg(this=exp.Literal.number(2))), whole(exp.column("x"))
    (-2, None)
    """
    if isinstance(node, exp.Neg):
        inner = whole(node.this)
        return None if inner is None else -inner
    return int(node.name) if isinstance(node, exp.Literal) and node.is_int else None
