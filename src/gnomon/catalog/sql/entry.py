"""What a caller asks for: the SQL of metrics, of a cube, of a node's own rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from gnomon.catalog.sql.graph import Graph, Nodes
from gnomon.catalog.sql.kept import kept
from gnomon.catalog.sql.known_types import types_of
from gnomon.catalog.sql.outputs import columns_of, outputs_of
from gnomon.catalog.sql.plan import Plan
from gnomon.catalog.sql.request import Asked, Request, resolve
from gnomon.catalog.sql.row_units import RowUnit, row_units
from gnomon.catalog.sql.rows import rows_of
from gnomon.catalog.sql.statement import Statement
from gnomon.catalog.sql.tables import Tables
from gnomon.catalog.sql.words import reserve
from gnomon.errors import Problem, UsageError, did_you_mean

AUTHORED = "spark"
"""The dialect of the SQL in nodes and filters, where a catalog does not say otherwise: DataJunction's."""


def metrics_sql(
    nodes: Nodes,
    metrics: Sequence[str],
    dimensions: Sequence[str] = (),
    filters: Sequence[str] = (),
    *,
    order_by: Sequence[str] = (),
    limit: int | None = None,
    dialect: str = AUTHORED,
    authored: str = AUTHORED,
    catalogs: Mapping[str, str] | None = None,
) -> Statement:
    """One statement for metrics by dimensions, `node.column` or `node.column[role->role]`, in a dialect.

    It has one row for each combination of dimensions that any of the metrics' parents has, and the columns asked for:
    dimensions, then metrics. Filters on dimensions choose rows, those on metrics choose among the results; all have to
    hold. `catalogs` gives sources' catalogs other names, an empty one to leave it out.

    Raises UsageError with everything that is wrong with the request.
    """
    known_dialect(dialect)
    graph = Graph(nodes, authored)
    request = resolve(graph, Asked(metrics, dimensions, filters, order_by, limit))
    graph.load_upstream(request.nodes)
    tables = Tables(graph, request.nodes, catalogs or {})
    outputs = outputs_of(request)
    tree = Plan(graph, request, tables, outputs, dialect).statement()
    sql, unknown = written(tree, dialect, graph)
    units = row_units(graph, request, outputs.dimensions)
    return Statement(sql, columns_of(graph, outputs, units), dialect, (*warnings_of(request, units), *unknown))


def cube_sql(
    nodes: Nodes,
    cube: str,
    dimensions: Sequence[str] = (),
    filters: Sequence[str] = (),
    *,
    order_by: Sequence[str] = (),
    limit: int | None = None,
    dialect: str = AUTHORED,
    authored: str = AUTHORED,
    catalogs: Mapping[str, str] | None = None,
) -> Statement:
    """The statement of a cube's metrics by its dimensions, or by some others, under its filters and further ones.

    Raises UsageError `unknown_node`, `not_a_cube`, and what `metrics_sql` raises.
    """
    graph = Graph(nodes, authored)
    graph.load([cube])
    definition = graph.definition(cube)
    if definition.cube is None:
        raise UsageError(Problem("not_a_cube", f"'{cube}' is a {definition.kind}, not a cube"))
    found = metrics_sql(
        nodes,
        definition.cube.metrics,
        dimensions or definition.cube.dimensions,
        (*definition.cube.filters, *filters),
        order_by=order_by,
        limit=limit,
        dialect=dialect,
        authored=authored,
        catalogs=catalogs,
    )
    return replace(found, cube=cube)


def known_dialect(dialect: str) -> None:
    """Refuse a dialect that SQLGlot does not write. Raises UsageError `unknown_dialect`."""
    if dialect not in Dialect.classes or not dialect:
        help = did_you_mean(dialect, [name for name in Dialect.classes if name])
        raise UsageError(Problem("unknown_dialect", f"there is no dialect '{dialect}'", help=help))


def written(tree: exp.Expr, dialect: str, graph: Graph) -> tuple[str, tuple[Problem, ...]]:
    """A tree as SQL that means in a dialect what it means where it was written, and what is not known to.

    Raises UsageError `meaning_differs`, and `not_in_dialect` where SQLGlot would leave a part of it out.
    """
    tree, unknown = kept(tree, dialect, graph.authored, types_of(graph.known))
    reserve(tree, dialect)
    try:
        sql = tree.sql(dialect, pretty=True, comments=False, copy=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        message = f"what the nodes say cannot be said in {dialect}: {error}"
        raise UsageError(Problem("not_in_dialect", message, help="ask for another dialect")) from None
    return sql, tuple(unknown)


def warnings_of(request: Request, units: Mapping[str, RowUnit]) -> Iterable[Problem]:
    """What a reader of the numbers should know."""
    yield from dict.fromkeys(each.differs for each in units.values() if each.differs is not None)
    for parent in request.parents:
        for name in request.dimensions:
            if request.has_many(parent, name):
                message = f"a row of '{parent}' has many values of '{name}', and counts once under each of them"
                yield Problem("many_values", message, severity="warning", help="do not add these rows up")


def node_sql(
    nodes: Nodes,
    name: str,
    dimensions: Sequence[str] = (),
    filters: Sequence[str] = (),
    *,
    limit: int | None = None,
    dialect: str = AUTHORED,
    authored: str = AUTHORED,
    catalogs: Mapping[str, str] | None = None,
) -> Statement:
    """The statement of any node: a metric's or a cube's values, or the rows of another with dimensions beside them.

    Raises UsageError `unknown_node`, and what `metrics_sql` raises.
    """
    known_dialect(dialect)
    graph = Graph(nodes, authored)
    graph.load([name])
    kind = graph.definition(name).kind
    more = {"dialect": dialect, "authored": authored}
    if kind == "metric":
        return metrics_sql(nodes, [name], dimensions, filters, limit=limit, catalogs=catalogs, **more)
    if kind == "cube":
        return cube_sql(nodes, name, dimensions, filters, limit=limit, catalogs=catalogs, **more)
    tree, columns, warnings = rows_of(graph, name, dimensions, filters, limit, catalogs or {})
    sql, unknown = written(tree, dialect, graph)
    return Statement(sql, columns, dialect, (*warnings, *unknown))
