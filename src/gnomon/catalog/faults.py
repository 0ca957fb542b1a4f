"""Why a node cannot be computed: the same answer wherever somebody asks for its status.

A node is valid where SQL can be made of it, and where its SQL, its links, its filters and its dimensions name only what
there is. Of a node without known columns nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.catalog.files.graph import UnreadableSql, read_sql
from gnomon.catalog.files.prepared import FAILURES, Prepared, prepare
from gnomon.catalog.sql import node_sql
from gnomon.catalog.sql.entry import AUTHORED
from gnomon.catalog.sql.graph import FACTS, Nodes
from gnomon.catalog.sql.links import read_condition
from gnomon.catalog.values import Definition, Link, Node, Revision
from gnomon.catalog.versions import FIRST
from gnomon.errors import Problem, UsageError, did_you_mean

WRONG = frozenset(
    {"unknown_column", "unknown_dimension", "unknown_role", "unknown_node", "not_a_metric", "bad_filter"}
    | {"wrong_metric", "wrong_node_query", "unusable_link", "metric_cycle", "node_cycle"}
)
"""Codes of what is the node's own fault; others are those of a request, or of what is not supported yet."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KEYS: Mapping[str, tuple[str, ...]] = {
    "unusable_link": ("dimension_links",),
    "bad_filter": ("filters",),
    "unknown_dimension": ("required_dimensions", "dimensions"),
    "unknown_role": ("required_dimensions", "dimensions"),
}
"""Where in a file a fault may be, by its code; others are in the query, or in a cube's metrics."""


def overlaid(nodes: Nodes, definitions: Mapping[str, Definition]) -> Nodes:
    """Nodes with others in the place of some."""

    def found(names: Iterable[str]) -> Mapping[str, Node]:
        wanted = list(names)
        new = {name: node_of(name, definitions[name]) for name in wanted if name in definitions}
        return {**nodes([name for name in wanted if name not in new]), **new}

    return found


def node_of(name: str, definition: Definition) -> Node:
    """A node that says this, as if it had always been there."""
    return Node(name, Revision(FIRST, definition, LONG_AGO), LONG_AGO)


def nothing(names: Iterable[str]) -> Mapping[str, Node]:
    """No nodes at all."""
    return {}


def faults(nodes: Nodes, name: str) -> tuple[Problem, ...]:
    """All that speaks against computing an active node; nothing where nothing does."""
    definition = nodes([name])[name].revision.definition
    read = active(nodes, [*definition.parents, *(link.dimension for link in definition.links)])
    missing = [parent for parent in definition.parents if parent not in read]
    if missing:
        return (Problem("unknown_node", f"it reads {missing[0]}, which does not exist"),)
    try:
        read_sql(definition.query or "SELECT 1")
    except UnreadableSql as error:
        return (Problem("sql_not_read", f"its SQL cannot be read: {error}"),)
    found = [*of_columns(name, definition, read), *of_links(name, definition, read)]
    return tuple(dict.fromkeys(found or of_statement(nodes, name)))


def active(nodes: Nodes, names: Iterable[str]) -> dict[str, Definition]:
    """What those of some nodes say that are active."""
    return {name: each.revision.definition for name, each in nodes(names).items() if each.deactivated_at is None}


def of_statement(nodes: Nodes, name: str) -> Iterator[Problem]:
    """Why no statement can be made of a node."""
    try:
        node_sql(nodes, name)
    except UsageError as error:
        yield from (problem for problem in error.problems if problem.code in WRONG)
    except (SqlglotError, RecursionError) as error:
        yield Problem("wrong_node_query", f"no SQL can be made of '{name}': {str(error)[:200]}")


def of_links(name: str, definition: Definition, read: Mapping[str, Definition]) -> Iterator[Problem]:
    """Links that name a column which there is not, on either side. Links to nodes that are not there say nothing."""
    for link in definition.links if definition.kind in FACTS else ():
        if link.dimension in read:
            yield from of_link(name, definition, link, read[link.dimension])


def of_link(name: str, definition: Definition, link: Link, dimension: Definition) -> Iterator[Problem]:
    """What is wrong with one link."""
    mine, other = [link.column or ""], [link.dimension_column or ""]
    if link.kind == "join":
        if link.join_type == "cross" or not link.join_on:
            return
        try:
            condition = read_condition(name, link.dimension, link.join_on, AUTHORED)
        except UsageError as error:
            yield from error.problems
            return
        mine, other = sorted(condition.left), sorted(condition.right)
    for node, said, columns in ((name, definition, mine), (link.dimension, dimension, other)):
        known = [column.name for column in said.columns]
        for column in columns if known else ():
            if column and column.lower() not in map(str.lower, known):
                message = f"the link from '{name}' to '{link.dimension}': '{node}' has no column '{column}'"
                yield Problem("unusable_link", message, help=did_you_mean(column, known))


def of_columns(name: str, definition: Definition, read: Mapping[str, Definition]) -> Iterator[Problem]:
    """Columns that the query of a transform or a dimension reads and nothing that it reads has."""
    if definition.query is None or definition.kind == "metric":
        return
    try:
        prepared = prepare(read_sql(definition.query), name, definition, read)
        scopes = list(traverse_scope(prepared.tree))
    except FAILURES:
        return
    for scope in scopes:
        for column in scope.columns:
            if (table := lacks(scope, column, prepared, read)) is not None:
                message = f"'{name}' reads '{column.name}', which {table} does not have"
                yield Problem("unknown_column", message)


def lacks(scope: Scope, column: exp.Column, prepared: Prepared, read: Mapping[str, Definition]) -> str | None:
    """What does not have a column that is read from it, None where it has it or nobody knows."""
    wanted = column.name.lower()
    if column.table:
        known = columns_of(scope.sources.get(column.table), prepared, read)
        return None if known is None or wanted in known[1] else known[0]
    if may_be_outside(scope) or wanted in other_outputs(scope, column):
        return None
    sources = [columns_of(source, prepared, read) for source in scope.sources.values()]
    if not sources or any(each is None or wanted in each[1] for each in sources):
        return None
    return " or ".join(dict.fromkeys(each[0] for each in sources if each is not None))


def may_be_outside(scope: Scope) -> bool:
    """Whether a name without a table may be of something else than what a SELECT reads from."""
    if scope.expression.find(exp.Lateral, exp.Pivot, exp.Unnest, exp.UDTF):
        return True
    around: Scope | None = scope
    while around is not None:
        if around.is_subquery:
            return True
        around = around.parent
    return False


def other_outputs(scope: Scope, column: exp.Column) -> set[str]:
    """The names of a SELECT's outputs, but for the one that a column stands in."""
    selects = scope.expression.selects if isinstance(scope.expression, exp.Query) else []
    return {each.alias_or_name.lower() for each in selects if all(column is not one for one in each.walk())}


def columns_of(source: object, prepared: Prepared, read: Mapping[str, Definition]) -> tuple[str, set[str]] | None:
    """A name for what a query reads from, and its columns in lower case; None where they are not known."""
    if isinstance(source, exp.Table):
        node = prepared.nodes.get(source.name)
        columns = read[node].columns if node is not None and node in read else ()
        return (f"'{node}'", {each.name.lower() for each in columns}) if columns else None
    if isinstance(source, Scope) and isinstance(source.expression, exp.Query):
        names = source.expression.named_selects
        is_known = names and not source.expression.is_star and all(names)
        return ("the query inside", {each.lower() for each in names}) if is_known else None
    return None
