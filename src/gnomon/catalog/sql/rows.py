"""The rows of one node, with dimensions beside its own columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from gnomon.catalog.sql.filters import Condition, read_filter
from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.outputs import candidates, described
from gnomon.catalog.sql.reach import Reference
from gnomon.catalog.sql.request import attributes_of, each_of, settle
from gnomon.catalog.sql.statement import OutputColumn
from gnomon.catalog.sql.tables import Tables
from gnomon.catalog.sql.totals import Joins, alias, bound, select_from
from gnomon.catalog.sql.words import Names, identifier
from gnomon.errors import Problem


def rows_of(
    graph: Graph,
    node: str,
    dimensions: Sequence[str],
    filters: Sequence[str],
    limit: int | None,
    catalogs: Mapping[str, str],
) -> tuple[exp.Select, tuple[OutputColumn, ...], list[Problem]]:
    """A node's columns and then dimensions, one row for each of the node's rows; and what to warn of."""
    problems: list[Problem] = []
    conditions = [each for text in filters for each in own_names(node, read_filter(text, graph.authored))]
    asked = each_of(lambda text: str(Reference.read(text)), dict.fromkeys(dimensions), problems)
    settle(problems)
    named = [*asked.values(), *(name for each in conditions for name in each.names)]
    attributes = attributes_of(graph, {node: ()}, named)[node]
    nodes = dict.fromkeys([node, *(hop.target for each in attributes.values() for hop in each.path)])
    graph.load_upstream(nodes)
    tables = Tables(graph, nodes, catalogs)
    joins, names = Joins(tables, node), Names()
    read = {name: joins.read(node, attribute) for name, attribute in attributes.items()}
    own = [(names.new(column.name), f"{node}.{column.name}", column) for column in graph.columns(node).values()]
    tables.want(node, [column.name for _, _, column in own] or None)
    shown = [alias(tables.column(node, column.name, joins.alias), output) for output, _, column in own]
    beside = {column.name.lower(): output for output, _, column in own}
    outputs = [described(column, output, entity, "dimension", beside) for output, entity, column in own]
    for name in dict.fromkeys(asked.values()):
        reference, output = Reference.read(name), names.new(*candidates(Reference.read(name)))
        shown.append(alias(read[name].copy(), output))
        outputs.append(described(graph.column(reference.node, reference.column), output, name, "dimension"))
    select = select_from(tables, node, joins, [bound(each.tree, read) for each in conditions])
    select.set("expressions", shown or [exp.Star()])
    made = [exp.CTE(this=tree, alias=exp.TableAlias(this=identifier(name))) for name, tree in tables.stages()]
    select.set("with_", exp.With(expressions=made) if made else None)
    warning = Problem("many_values", f"rows of '{node}' are repeated, once for each value", severity="warning")
    limited = select if limit is None else select.limit(limit, copy=False)
    return limited, tuple(outputs), [warning] * joins.multiplies


def own_names(node: str, conditions: Sequence[Condition]) -> list[Condition]:
    """Conditions in which a name without dots is a column of the node itself."""

    def full(name: str) -> str:
        return name if "." in name else f"{node}.{name}"

    made = []
    for each in conditions:
        names = {name: exp.column(full(name), quoted=True) for name in each.names}
        made.append(Condition(bound(each.tree, names), tuple(full(name) for name in each.names), each.text))
    return made
