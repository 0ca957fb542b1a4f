"""Make the groups, partitions and outputs of a query those of a single date."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.plan.aggregates import is_window
from gnomon.plan.carried import SAMPLE_DATE, NotCarried, select_of


def refuse_limits(query: exp.Query) -> None:
    for clause in ("limit", "offset", "fetch"):
        if query.args.get(clause) is not None:
            raise NotCarried(f"a {clause.upper()} counts the rows of one date")


def carry_in_aggregates(scope: Scope, date: exp.Expr) -> None:
    """Make every group, partition and DISTINCT ON of a query one of a single date."""
    select = select_of(scope)
    group = select.args.get("group")
    if group is not None:
        if any(group.args.get(kind) for kind in ("grouping_sets", "cube", "rollup")):
            raise NotCarried("GROUPING SETS, CUBE and ROLLUP also group across dates")
        if date not in group.expressions:
            group.append("expressions", date.copy())
    elif any(not is_window(node) for node in scope.find_all(exp.AggFunc)):
        raise NotCarried("an aggregate without GROUP BY gives a row also where there are none")
    for window in list(scope.find_all(exp.Window)):
        if window.args.get("alias") is not None and window.parent is not select:
            continue
        if date not in (window.args.get("partition_by") or []):
            window.append("partition_by", date.copy())
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        on = distinct.args["on"]
        on.append("expressions", date.copy())


def project_date(select: exp.Select, date: exp.Expr, is_root: bool, by_bounds: bool) -> str | None:
    """The output that is the sample date; added below the root, where the author does not select it."""
    for projection in select.expressions:
        if projection.unalias() == date:
            return str(projection.alias_or_name)
    if is_root or not by_bounds:
        return None
    select.select(date.copy().as_(SAMPLE_DATE), copy=False)
    return SAMPLE_DATE
