"""Measures: for each parent the components of metrics at a grain, to build tables of, and how metrics come of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from gnomon.catalog.sql.components import Aggregability, Component, components_of
from gnomon.catalog.sql.entry import AUTHORED, known_dialect, warnings_of, written
from gnomon.catalog.sql.graph import Graph, Nodes
from gnomon.catalog.sql.kept import kept
from gnomon.catalog.sql.known_types import types_of
from gnomon.catalog.sql.metric import Formula
from gnomon.catalog.sql.outputs import columns_of, described, outputs_of
from gnomon.catalog.sql.reach import Attribute
from gnomon.catalog.sql.request import Asked, Request, resolve
from gnomon.catalog.sql.row_units import row_units
from gnomon.catalog.sql.statement import OutputColumn
from gnomon.catalog.sql.tables import Tables
from gnomon.catalog.sql.totals import Cut, bound, totals
from gnomon.catalog.sql.windows import divided, refuse_added, unseen
from gnomon.catalog.sql.words import Names, identifier
from gnomon.errors import Problem, UsageError

Grain = tuple[str, Aggregability, tuple[tuple[str, str], ...]]
"""A parent, a kind of component, and the keys that are kept apart: each a column and what it is called."""
Taken = Mapping[str, tuple[tuple[Component, ...], exp.Expr]]
"""Base metrics taken apart."""
COUNTS = ("COUNT", "COUNT_IF")
"""Aggregations that have a value over no rows."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How SQL is written: in which dialect, with which catalogs under other names."""

    dialect: str
    catalogs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GrainGroup:
    """A statement with the components of some metrics of one parent. `grain` are its keys by output name."""

    sql: str
    columns: tuple[OutputColumn, ...]
    grain: tuple[str, ...]
    aggregability: Aggregability
    metrics: tuple[str, ...]
    components: tuple[Component, ...]
    parent_name: str


@dataclass(frozen=True, slots=True)
class MetricFormula:
    """How a metric comes of components: `combiner` is SQL over their names, or over metrics if it is derived."""

    name: str
    short_name: str
    query: str
    combiner: str
    components: tuple[str, ...]
    is_derived: bool
    parent_name: str | None


@dataclass(frozen=True, slots=True)
class Measures:
    """The grain groups of a request, and the formulas of its metrics."""

    grain_groups: tuple[GrainGroup, ...]
    metric_formulas: tuple[MetricFormula, ...]
    dialect: str
    requested_dimensions: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


def measures_sql(
    nodes: Nodes,
    metrics: Sequence[str],
    dimensions: Sequence[str] = (),
    filters: Sequence[str] = (),
    *,
    dialect: str = AUTHORED,
    authored: str = AUTHORED,
    catalogs: Mapping[str, str] | None = None,
) -> Measures:
    """The statements that compute metrics' components by dimensions, one for each parent and kind of component.

    A group that is `full` may be added up to coarser grains; a `limited` one keeps the counted key in its grain; the
    values of one that is `none` hold at its own grain. Filters are on dimensions only.
    Raises UsageError as `metrics_sql` does, and `bad_filter` for a condition on a metric, or on what a window follows.
    """
    known_dialect(dialect)
    graph = Graph(nodes, authored)
    request = resolve(graph, Asked(metrics, dimensions, filters))
    if request.after:
        raise UsageError(Problem("bad_filter", "measures are filtered before there are metrics", help="leave it out"))
    graph.load_upstream(request.nodes)
    taken = {base: components_of(graph, graph.formula(base)) for bases in request.parents.values() for base in bases}
    writing = Writing(dialect, catalogs or {})
    found = sorted_groups(request, taken)
    groups = [group_of(graph, request, grain, bases, taken, writing) for grain, bases in found.items()]
    formulas = tuple(formula_of(graph, request, name, taken, dialect) for name in request.metrics)
    said = warnings_of(request, row_units(graph, request, outputs_of(request).dimensions))
    warnings = dict.fromkeys([*said, *(problem for _, unknown in groups for problem in unknown)])
    return Measures(tuple(group for group, _ in groups), formulas, dialect, request.dimensions, tuple(warnings))


def sorted_groups(request: Request, taken: Taken) -> dict[Grain, list[str]]:
    """Base metrics by parent, kind of component, and the keys that a limited one keeps.

    Values of a row that counts under several values of a dimension do not add up; keys that are kept are still counted
    once.
    """
    found: dict[Grain, list[str]] = {}
    for parent, bases in request.parents.items():
        many = any(request.has_many(parent, name) for name in request.dimensions)
        for base in bases:
            parts = taken[base][0]
            own = parts[0].aggregability
            kind: Aggregability = "none" if many and own == "full" else own
            level = tuple(sorted((part.tree.name, part.name) for part in parts)) if kind == "limited" else ()
            found.setdefault((parent, kind, level), []).append(base)
    return found


def group_of(
    graph: Graph, request: Request, grain: Grain, bases: Sequence[str], taken: Taken, writing: Writing
) -> tuple[GrainGroup, tuple[Problem, ...]]:
    """One grain group, and what to warn of."""
    parent, kind, level = grain
    outputs, names = outputs_of(request), Names()
    dimensions = [(names.new(output), name) for name, output in outputs.dimensions.items()]
    keys = {f"{parent}.{key}": names.new(name) for key, name in level}
    attributes = {**request.attributes[parent], **{f"{parent}.{key}": Attribute((), key, ()) for key, _ in level}}
    parts = {part.name: part for base in bases for part in taken[base][0]}
    measures = [
        (names.new(part.name), Formula(part.name, aliased(part.tree), parent))
        for part in parts.values()
        if part.aggregability != "limited"
    ]
    tables = Tables(graph, request.nodes, writing.catalogs)
    cut = Cut(parent, [*dimensions, *((o, k) for k, o in keys.items())], request.before, measures, attributes)
    *stages, (_, select) = totals(tables, cut, "")
    made = [exp.CTE(this=tree, alias=exp.TableAlias(this=identifier(n))) for n, tree in [*tables.stages(), *stages]]
    select.set("with_", exp.With(expressions=made) if made else None)
    columns = [column for column in columns_of(graph, outputs) if column.semantic_type == "dimension"]
    columns += [
        described(graph.column(parent, key), keys[f"{parent}.{key}"], f"{parent}.{key}", "dimension")
        for key, _ in level
    ]
    columns += [OutputColumn(output, "unknown", f"{parent}:{formula.name}", "metric") for output, formula in measures]
    components = tuple(parts.values())
    if kind == "none":
        components = tuple(replace(part, aggregability=kind, merge=None) for part in components)
    sql, unknown = written(select, writing.dialect, graph)
    keyed = (*(output for output, _ in dimensions), *keys.values())
    return GrainGroup(sql, tuple(columns), keyed, kind, tuple(bases), components, parent), unknown


def aliased(tree: exp.Expr) -> exp.Expr:
    """A component's tree with names as `with_names` writes them."""
    return bound(tree, {each.name: exp.column(each.name, quoted=True) for each in tree.find_all(exp.Column)})


def counted(parts: Sequence[Component], tree: exp.Expr) -> exp.Expr:
    """A metric over its components, in which a count of no groups is zero: a count of no rows is.

    Beside another parent's components the sum stays null, as is a metric whose parent has no row.
    """
    counts = {part.name for part in parts if part.aggregation in COUNTS}

    def whole(node: exp.Expr) -> exp.Expr:
        is_count = isinstance(node, exp.Sum) and isinstance(node.this, exp.Column) and node.this.name in counts
        return exp.Coalesce(this=node, expressions=[exp.Literal.number(0)]) if is_count else node

    return tree.copy().transform(whole, copy=False)


def over_components(graph: Graph, request: Request, name: str, merged: Mapping[str, exp.Expr]) -> exp.Expr:
    """A derived metric over components, with dimensions as groups call them. Its windows are those of `metrics_sql`.

    Raises UsageError `many_values_added`, and `bad_filter` where its windows see rows before a filter's boundary, which
    are in no group.
    """
    measured = request.measured[name]
    tree = divided(request, measured)
    refuse_added(request, name, tree)
    for at in sorted(unseen(graph, request, measured) if measured.has_window else ()):
        message = f"metric '{name}' looks at rows before those of the filter '{request.before[at].text}'"
        help = "leave the filter out, and put it on what comes of the measures"
        raise UsageError(Problem("bad_filter", message, help=help))
    known: dict[str, exp.Expr] = {base: exp.Paren(this=each) for base, each in merged.items()}
    known |= {asked: exp.column(output, quoted=True) for asked, output in outputs_of(request).dimensions.items()}
    return bound(tree, known)


def formula_of(graph: Graph, request: Request, name: str, taken: Taken, dialect: str) -> MetricFormula:
    """How one metric comes of its components."""
    measured, formula = request.measured[name], graph.formula(name)
    one_parent = len({graph.formula(base).parent for base in measured.bases}) == 1
    merged = {base: counted(*taken[base]) if one_parent else taken[base][1].copy() for base in measured.bases}
    tree = merged[name] if formula.parent is not None else over_components(graph, request, name, merged)
    return MetricFormula(
        name,
        name.rpartition(".")[2],
        graph.definition(name).query or "",
        kept(tree, dialect, graph.authored, types_of(graph.known))[0].sql(dialect),
        tuple(dict.fromkeys(part.name for base in measured.bases for part in taken[base][0])),
        formula.parent is None,
        formula.parent,
    )
