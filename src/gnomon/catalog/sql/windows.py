"""Windows over metrics: the rows they see, and what divides them.

A window that follows a dimension is divided by all other dimensions of the request, and sees the rows before a filter's
boundary: conditions on the dimension that it follows are not put on its rows, but on which of them are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from gnomon.catalog.sql.filters import Condition
from gnomon.catalog.sql.formulas import Measured
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.reach import Attribute, condition_of
from gnomon.catalog.sql.request import Request, place
from gnomon.catalog.sql.words import names_in
from gnomon.errors import Problem, UsageError


def unseen(graph: Graph, request: Request, measured: Measured) -> frozenset[int]:
    """The places in `request.before` of the conditions that a metric's windows look past.

    Raises UsageError `mixed_windows` where its windows do not agree on that, and `bad_filter` for a condition that is
    only in part on what a window follows.
    """
    found = set()
    for at, condition in enumerate(request.before if measured.ordered_by else ()):
        inside = [name for name in condition.names if follows(graph, request, measured, name)]
        if inside and len(inside) < len(condition.names):
            message = f"metric '{measured.name}' follows '{inside[0]}', and the filter has other dimensions beside it"
            raise UsageError(Problem("bad_filter", message, help="make them filters of their own"))
        if inside:
            found.add(at)
    if found and measured.unordered:
        message = f"metric '{measured.name}' has windows that a filter is before, and windows that it is after"
        raise UsageError(Problem("mixed_windows", message, help="make two metrics of them, or leave out the filter"))
    return frozenset(found)


def follows(graph: Graph, request: Request, measured: Measured, name: str) -> bool:
    """Whether a dimension is, or says something about, what a metric's windows follow."""
    parent = request.parents_of(measured)[0]
    attributes = request.attributes[parent]
    return any(is_of(graph, attributes[name], attributes[order]) for order in measured.ordered_by)


def is_of(graph: Graph, found: Attribute, order: Attribute) -> bool:
    """Whether an attribute is of the dimension that another is of: on its node or beyond it, or its key."""
    if place(found) == place(order) or (order.via and found.via[: len(order.via)] == order.via):
        return True
    if not order.via or found.path != order.via[:-1]:
        return False
    condition = condition_of(graph, order.via[-1])
    return condition is not None and found.column.lower() in {near for near, _ in condition.equal}


def divided(request: Request, measured: Measured) -> exp.Expr:
    """A metric's expression with dimensions as they are asked for, and its windows divided by the others."""
    parents = request.parents_of(measured)
    asked = {name: request.asked_as(name, parents) or name for name in measured.dimensions}

    def renamed(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name in asked:
            return exp.column(asked[node.name], quoted=True)
        return node

    made = measured.expression.copy().transform(renamed, copy=False)
    for window in made.find_all(exp.Window):
        order = names_in(window.args["order"]) if window.args.get("order") else []
        if order and set(order) <= set(request.dimensions):
            written = window.args.get("partition_by") or []
            own = {*order, *(name for each in written for name in names_in(each))}
            more = list(dividing(request, measured, order, own))
            window.set("partition_by", [*written, *(exp.column(name, quoted=True) for name in more)])
    return made


def dividing(request: Request, measured: Measured, order: Iterable[str], own: Iterable[str]) -> Iterator[str]:
    """The other dimensions of a request. Raises UsageError `ambiguous_window` for one of those that are followed."""
    attributes: Mapping[str, Attribute] = request.attributes[request.parents_of(measured)[0]]
    followed = [attributes[name].via for name in order if attributes[name].via]
    for name in request.dimensions:
        if name in own:
            continue
        if attributes[name].via in followed:
            message = (
                f"metric '{measured.name}' follows {' and '.join(order)}, and '{name}' of the same dimension is asked"
            )
            help = f"say in its window whether {name} is in PARTITION BY or in ORDER BY, or do not ask for it"
            raise UsageError(Problem("ambiguous_window", message, help=help))
        yield name


def refuse_added(request: Request, name: str, tree: exp.Expr) -> None:
    """Refuse a metric whose windows add rows among which a row of a parent counts more than once.

    `tree` is the metric as `divided` makes it. Raises UsageError `many_values_added`.
    """
    for window in tree.find_all(exp.Window):
        bases, written = set(names_in(window.this)), window.args.get("partition_by") or ()
        apart = {each for part in written for each in names_in(part)}
        parents = [parent for parent, measured in request.parents.items() if bases & set(measured)]
        many = [(p, d) for p in parents for d in request.dimensions if d not in apart and request.has_many(p, d)]
        if many and window.this.find(exp.Sum):
            parent, dimension = many[0]
            message = f"a row of '{parent}' has many values of '{dimension}', and '{name}' would add it up for each"
            help = f"write PARTITION BY {dimension} in its window, or do not ask for {dimension}"
            raise UsageError(Problem("many_values_added", message, help=help))


def conditions_for(request: Request, without: frozenset[int]) -> tuple[Condition, ...]:
    """The conditions on rows but for some."""
    return tuple(condition for at, condition in enumerate(request.before) if at not in without)
