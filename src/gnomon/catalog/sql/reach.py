"""Where links lead from a node, and which column a dimension is there.

The state of a walk is a node and the roles met on the way; the shortest way to a state is the way to it, and two that
are equally short make it ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from gnomon.catalog.sql.defaults import default_of
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.links import ONE_EACH, Condition, check_link, read_condition, wrong_link
from gnomon.catalog.values import Column, Link
from gnomon.errors import Problem, UsageError, did_you_mean

FURTHEST = 8
"""Hops of the longest way that is looked for."""
SHOWN = 8
"""Dimensions named in an error."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One link, as a step. `at` is its place among the links of the node that it leaves."""

    origin: str
    target: str
    at: int
    role: str | None
    join_type: str
    one_each: bool

    @classmethod
    def over(cls, origin: str, at: int, link: Link) -> Hop:
        """The step over a link."""
        kind = "cross" if link.join_type == "cross" else link.join_type
        one_each = link.cardinality in ONE_EACH and kind != "cross"
        return cls(origin, link.dimension, at, link.role or None, kind, one_each)


Path = tuple[Hop, ...]
KINDS = (exp.DataType.INTEGER_TYPES, exp.DataType.TEXT_TYPES)
"""Types whose values are equal in one way only."""
State = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a state; `others` says that another one is as short."""

    path: Path
    others: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """A dimension as a column that can be read: `column` of the node at the end of `path`.

    `via` is the way to the dimension's own node, which is longer than `path` where a key is read on the near side of
    its link: the link's condition equates the two. `default` replaces null.
    """

    path: Path
    column: str
    via: Path
    default: exp.Expr | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A dimension as it is asked for."""

    node: str
    column: str
    roles: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Reference:
        """A dimension of `node.column[role->role]`. Raises UsageError `unknown_dimension`.

        >>> Reference.read("shop.date.year[a->b]")
        Reference(node='shop.date', column='year', roles=('a', 'b'))
        """
        base, bracket, rest = text.strip().partition("[")
        node, _, column = base.strip().rpartition(".")
        roles = tuple(role.strip() for role in rest.removesuffix("]").split("->")) if bracket else ()
        if not node or not column or (bracket and (not rest.endswith("]") or not all(roles))):
            help = "a dimension is node.column, or node.column[role]"
            raise UsageError(Problem("unknown_dimension", f"{text!r} names no dimension", help=help))
        return cls(node, column, roles)

    def __str__(self) -> str:
        return f"{self.node}.{self.column}" + (f"[{'->'.join(self.roles)}]" if self.roles else "")


def ways_from(graph: Graph, start: str) -> dict[State, Way]:
    """The shortest way to each state that links reach from a node; `graph` holds all nodes on them."""
    ways: dict[State, Way] = {(start, ()): Way(())}
    frontier: list[State] = [(start, ())]
    for _ in range(FURTHEST):
        new: dict[State, Way] = {}
        for state in frontier:
            way = ways[state]
            for hop in hops(graph, state[0]):
                to = (hop.target, (*state[1], hop.role) if hop.role else state[1])
                if to in ways or hop.target in {start, *(each.target for each in way.path)}:
                    continue
                new[to] = Way((*way.path, hop), way.others or to in new)
        ways |= new
        frontier = list(new)
    return ways


def hops(graph: Graph, node: str) -> Iterator[Hop]:
    """The joins that leave a node to nodes that there are."""
    for at, link in enumerate(links_of(graph, node)):
        if link.kind == "join" and graph.get(link.dimension) is not None:
            yield Hop.over(node, at, link)


def links_of(graph: Graph, node: str) -> tuple[Link, ...]:
    """The links of a node, none of one that there is not."""
    found = graph.get(node)
    return found.links if found else ()


def condition_of(graph: Graph, hop: Hop) -> Condition | None:
    """A hop's condition, None of a cross join. Raises UsageError `unusable_link`."""
    link = graph.definition(hop.origin).links[hop.at]
    check_link(hop.origin, link)
    if hop.join_type == "cross":
        return None
    condition = read_condition(hop.origin, hop.target, link.join_on or "", graph.authored)
    for node, names in ((hop.origin, condition.left), (hop.target, condition.right)):
        for name in names:
            if graph.column(node, name) is None:
                raise wrong_link(hop.origin, hop.target, f"'{node}' has no column '{name}'")
    return condition


def attribute(graph: Graph, ways: Mapping[State, Way], start: str, asked: Reference) -> Attribute:
    """The column that a dimension is, seen from a node.

    Raises UsageError `unknown_dimension`, `unknown_role`, `ambiguous_dimension` or `unusable_link`.
    """
    referenced = through_reference(graph, ways, asked)
    if referenced is not None:
        return referenced
    way = ways.get((asked.node, asked.roles))
    if way is None:
        way = only_way(graph, ways, start, asked)
    if way.others:
        message = f"'{asked}' is reached from '{start}' in two ways of the same length"
        raise UsageError(Problem("ambiguous_dimension", message, help="give one of the links a role, and ask by it"))
    known = graph.column(asked.node, asked.column)
    if known is None:
        hint = did_you_mean(asked.column, [column.name for column in graph.columns(asked.node).values()])
        raise UsageError(Problem("unknown_dimension", f"'{asked.node}' has no column '{asked.column}'", help=hint))
    for hop in way.path:
        condition_of(graph, hop)
    return nearest(graph, way.path, known)


def only_way(graph: Graph, ways: Mapping[State, Way], start: str, asked: Reference) -> Way:
    """The one way to a dimension that is asked for without a role; otherwise UsageError."""
    found = {roles: way for (node, roles), way in ways.items() if node == asked.node}
    if any(link.dimension == asked.node and link.role in asked.roles for link in links_of(graph, asked.node)):
        message = "its condition cannot tell a node from itself"
        raise wrong_link(asked.node, asked.node, message, "link to another node over the same table")
    listed = ", ".join(f"[{'->'.join(roles)}]" for roles in sorted(found) if roles)
    if not found:
        near = [f"{node}.{column.name}" for node, _ in ways for column in graph.columns(node).values()]
        said = ", ".join(sorted({str(reference) for reference, _ in references_to(graph, ways, asked.node)}))
        message = f"'{asked}' is no dimension of '{start}': no link leads to '{asked.node}'"
        message += f", but for references to {said}" if said else ""
        help = did_you_mean(f"{asked.node}.{asked.column}", near)
        few = len(near) <= SHOWN or help.startswith("did")
        raise UsageError(Problem("unknown_dimension", message, help=help if few else None))
    if asked.roles:
        message = f"no links from '{start}' to '{asked.node}' have the role [{'->'.join(asked.roles)}]"
        raise UsageError(Problem("unknown_role", message, help=f"roles: {listed}" if listed else "ask without a role"))
    if len(found) > 1:
        message = f"'{asked}' is reached from '{start}' in several roles"
        raise UsageError(Problem("ambiguous_dimension", message, help=f"name one: {listed}"))
    return next(iter(found.values()))


def through_reference(graph: Graph, ways: Mapping[State, Way], asked: Reference) -> Attribute | None:
    """A dimension that a column near the start says itself, by a reference link; in whichever role if it is asked for
    without one, and no join leads to its node."""
    named = [each for each in references_to(graph, ways, asked.node) if each[0].column.lower() == asked.column.lower()]
    found = [attribute for reference, attribute in named if reference.roles == asked.roles]
    if not found and not asked.roles and not any(node == asked.node for node, _ in ways):
        found = [attribute for _, attribute in named]
    found.sort(key=lambda each: len(each.path))
    direct = ways.get((asked.node, asked.roles))
    if not found or (direct is not None and len(direct.path) <= len(found[0].path)):
        return None
    if len(found) > 1 and len(found[1].path) == len(found[0].path):
        message = f"'{asked}' is two columns: {found[0].column} and {found[1].column}"
        listed = ", ".join(sorted(str(reference) for reference, _ in named if reference.roles))
        help = f"name one: {listed}" if listed else "give one of the links a role, and ask by it"
        raise UsageError(Problem("ambiguous_dimension", message, help=help))
    return found[0]


def references_to(graph: Graph, ways: Mapping[State, Way], target: str) -> list[tuple[Reference, Attribute]]:
    """The columns that are a node's columns themselves, and the dimensions that they are."""
    found = []
    for (node, roles), way in ways.items():
        for link in graph.definition(node).links if not way.others else ():
            if link.kind == "reference" and link.dimension == target and link.column and link.dimension_column:
                own = (*roles, link.role) if link.role else roles
                found.append(
                    (Reference(target, link.dimension_column, own), Attribute(way.path, link.column, way.path))
                )
    return found


def nearest(graph: Graph, path: Path, known: Column) -> Attribute:
    """A column read where it is first known: a key on the near side of its link needs no join."""
    end, near = path, known
    while end and end[-1].one_each and end[-1].join_type == "left":
        hop = end[-1]
        condition = condition_of(graph, hop)
        names = [left for left, right in (condition.equal if condition else ()) if right == near.name.lower()]
        found = graph.column(hop.origin, names[0]) if names else None
        if found is None or not alike(found, near) or default_at(graph, hop, near) is not None:
            break
        end, near = end[:-1], found
    return Attribute(end, near.name, path, default_at(graph, end[-1], near) if end else None)


def default_at(graph: Graph, hop: Hop, column: Column) -> exp.Expr | None:
    """What a column of a link's dimension is for rows that have none, where the link says it."""
    return default_of(graph.definition(hop.origin).links[hop.at].default_value, column)


def alike(near: Column, far: Column) -> bool:
    """Whether two columns that are equal hold values of one kind, as far as their types are known."""
    try:
        built = [exp.DataType.build(each.type, dialect="spark").this for each in (near, far) if each.type]
    except (ParseError, TokenError, ValueError):
        return near.type == far.type
    return len(built) < 2 or built[0] == built[1] or any(set(built) <= set(kind) for kind in KINDS)
