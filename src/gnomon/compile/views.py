"""Union views: every series of an entity in one place, in the original factory's columns and two of ours.

`timeseries_metrics_to_<entity>` holds the series, `key_metrics_to_<entity>` the values over all time. Metrics that
are intermediate are in neither, and dimensions beyond the contract stay in the metric's own table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlglot import exp

from gnomon.compile.constants import no_text, unit_constant, unit_text
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.model import Project, Variant
from gnomon.time import AllTime

SERIES = "series"
"""The alias of a branch's table: without it `metric` would mean the view's own column in some engines."""

DATE, SOURCE, FROM, METRIC, AMOUNT = "metrics_sample_date", "event_source", "from_artifact_id", "metric", "amount"


def union_views(project: Project, specs: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
    """The union views over the variants among `specs`, entity by entity; none for an entity without tables.

    Columns: `metrics_sample_date` (DATE; TIMESTAMP where a variant is hourly), `event_source` and `from_artifact_id`
    (`''` where a metric has none), `to_<entity>_id` (each key column of a composite entity), `metric`
    (`<event_source>_<the row's metric>`), `amount`, `metric_name` (the row's metric), `unit` (canonical JSON or NULL).
    """
    shown = [spec for spec in specs if spec.variant is not None and not spec.variant.metric.is_intermediate]
    entities = dict.fromkeys(variant_of(spec).entity for spec in shown)
    views = []
    for entity in entities:
        of_entity = [spec for spec in shown if variant_of(spec).entity == entity]
        series = [spec for spec in of_entity if not isinstance(variant_of(spec).interval, AllTime)]
        totals = [spec for spec in of_entity if isinstance(variant_of(spec).interval, AllTime)]
        if series:
            about = f"Every metric of each {entity}, in all buckets and rolling windows"
            views.append(union_view(project, f"timeseries_metrics_to_{entity}", entity, series, about))
        if totals:
            about = f"Every metric of each {entity} over all time"
            views.append(union_view(project, f"key_metrics_to_{entity}", entity, totals, about))
    return tuple(views)


def union_view(project: Project, name: str, entity: str, specs: Sequence[ModelSpec], about: str) -> ModelSpec:
    """One view over tables of the same entity."""
    dialect = project.dialect
    keys = entity_names(project, entity, specs)
    columns = (
        common(DATE, [role_column(spec, "sample_date") for spec in specs], dialect, "sample_date", "DATE"),
        common(SOURCE, [named_column(spec, SOURCE) for spec in specs], dialect, "dimension"),
        *(common(key, [entity_columns(spec)[n] for spec in specs], dialect, "entity") for n, key in enumerate(keys)),
        common(FROM, [named_column(spec, FROM) for spec in specs], dialect, "dimension"),
        OutputColumn(METRIC, "TEXT", "metric"),
        OutputColumn(AMOUNT, "DOUBLE", "amount"),
        OutputColumn("metric_name", "TEXT", "metric"),
        OutputColumn("unit", "TEXT", "extra"),
    )
    branches = [branch(spec, columns) for spec in specs]
    return ModelSpec(
        name=f"{project.schema}.{name}",
        query=exp.union(*branches, distinct=False, copy=False) if len(branches) > 1 else branches[0],
        dialect=dialect,
        kind="view",
        columns=columns,
        depends_on=tuple(dict.fromkeys(spec.name for spec in specs)),
        start=project.start,
        description=about,
    )


def branch(spec: ModelSpec, columns: Sequence[OutputColumn]) -> exp.Select:
    """One table's rows in the view's columns."""
    keys = iter(entity_columns(spec))
    choose: Mapping[str, Callable[[], exp.Expr]] = {
        METRIC: lambda: prefixed_metric(spec),
        "metric_name": lambda: series_column(METRIC),
        "unit": lambda: unit_of(spec),
        SOURCE: lambda: text_or_empty(spec, SOURCE),
        FROM: lambda: text_or_empty(spec, FROM),
    }
    selected = []
    for column in columns:
        if column.role == "entity":
            own = next(keys)
            value = aligned(series_column(own.name), own, column, spec.dialect)
        elif column.name in choose:
            value = choose[column.name]()
            own_column = named_column(spec, column.name) if column.role == "dimension" else None
            value = aligned(value, own_column, column, spec.dialect) if own_column else value
        else:
            own = role_column(spec, column.role)
            value = aligned(series_column(own.name), own, column, spec.dialect)
        selected.append(named(value, column.name))
    table = exp.to_table(spec.name, dialect=spec.dialect).as_(SERIES, table=True)
    return exp.select(*selected, copy=False).from_(table, copy=False)


def prefixed_metric(spec: ModelSpec) -> exp.Expr:
    """`<event_source>_<metric>`, or the metric alone where the source is empty or the metric has none."""
    source = named_column(spec, SOURCE)
    if source is None:
        return series_column(METRIC)
    value = as_text(series_column(SOURCE), source, spec.dialect)
    has_none = exp.EQ(this=exp.Coalesce(this=value, expressions=[empty()]), expression=empty())
    joined: exp.Expr = exp.DPipe(this=value.copy(), expression=exp.Literal.string("_"), safe=True)
    joined = exp.DPipe(this=joined, expression=series_column(METRIC), safe=True)
    return exp.case().when(has_none, series_column(METRIC), copy=False).else_(joined, copy=False)


def unit_of(spec: ModelSpec) -> exp.Expr:
    """The unit of the row's amount: a constant, or chosen by another column of the row.

    That is `{"by": column, "map": {value: unit}}`, where a metric's label stands for its id at any interval, or
    `{"kind": "currency", "by": column}`, where the column's value is the code. What a column decides that the table
    does not have is not known.
    """
    unit = role_column(spec, "amount").unit
    if unit is None or "by" not in unit:
        return unit_constant(unit)
    by, suffix = str(unit["by"]), variant_of(spec).suffix
    by = METRIC if by == "metric_name" else by
    if by != METRIC and named_column(spec, by) is None:
        return no_text()
    chosen = exp.case()
    for value, one in unit.get("map", {}).items():
        values = [str(value), f"{value}_{suffix}"] if by == METRIC else [str(value)]
        chosen = chosen.when(series_column(by).isin(*map(exp.Literal.string, values)), unit_constant(one), copy=False)
    if "kind" in unit:
        chosen = chosen.when(exp.not_(exp.Is(this=series_column(by), expression=exp.null())), by_code(by), copy=False)
    return chosen.else_(no_text(), copy=False) if chosen.args["ifs"] else no_text()


def by_code(column: str) -> exp.Expr:
    """The unit JSON of money in the currency that a column says."""
    before, after = unit_text({"kind": "currency", "code": "XXX"}).split("XXX")
    joined = exp.DPipe(this=exp.Literal.string(before), expression=series_column(column), safe=True)
    return exp.DPipe(this=joined, expression=exp.Literal.string(after), safe=True)


def text_or_empty(spec: ModelSpec, name: str) -> exp.Expr:
    """A dimension, or `''` where the table has no such column."""
    return empty() if named_column(spec, name) is None else series_column(name)


def common(
    name: str, given: Sequence[OutputColumn | None], dialect: str, role: Any, default: str = "TEXT"
) -> OutputColumn:
    """The view's column for the tables' own: their type if they agree, TEXT if not; None is a table without it.

    Dates and timestamps meet in the timestamp.
    """
    types = {sql_type(column, dialect) for column in given if column is not None}
    if any(column is None for column in given):
        types.add(exp.DataType.build("TEXT"))
    if len(types) == 1:
        return OutputColumn(name, types.pop().sql(dialect), role)
    if role == "sample_date":
        default = next(kind.sql(dialect) for kind in types if kind.this != exp.DataType.Type.DATE)
    return OutputColumn(name, default, role)


def sql_type(column: OutputColumn, dialect: str) -> exp.DataType:
    """A column's type; every text type is TEXT."""
    kind = exp.DataType.build(column.type, dialect=dialect)
    return exp.DataType.build("TEXT") if kind.this in exp.DataType.TEXT_TYPES else kind


def aligned(value: exp.Expr, own: OutputColumn, wanted: OutputColumn, dialect: str) -> exp.Expr:
    """A value in the view's type, cast only where the table's differs."""
    kind = sql_type(wanted, dialect)
    return value if sql_type(own, dialect) == kind else exp.cast(value, kind)


def as_text(value: exp.Expr, own: OutputColumn, dialect: str) -> exp.Expr:
    return aligned(value, own, OutputColumn("", "TEXT", "extra"), dialect)


def entity_names(project: Project, entity: str, specs: Sequence[ModelSpec]) -> tuple[str, ...]:
    """The view's key columns: `to_<entity>_id`, or a composite entity's own names."""
    width = len(entity_columns(specs[0]))
    declared = project.entities[entity].key if entity in project.entities else ()
    if width == 1:
        return (f"to_{entity}_id",)
    return declared if len(declared) == width else tuple(column.name for column in entity_columns(specs[0]))


def entity_columns(spec: ModelSpec) -> list[OutputColumn]:
    return [column for column in spec.columns if column.role == "entity"]


def role_column(spec: ModelSpec, role: str) -> OutputColumn:
    return next(column for column in spec.columns if column.role == role)


def named_column(spec: ModelSpec, name: str) -> OutputColumn | None:
    """The table's own column of that name; an entity's key is not a dimension besides."""
    return next((c for c in spec.columns if c.name == name and c.role in ("dimension", "extra")), None)


def variant_of(spec: ModelSpec) -> Variant:
    assert spec.variant is not None
    return spec.variant


def series_column(name: str) -> exp.Expr:
    return exp.column(name, table=SERIES)


def named(value: exp.Expr, name: str) -> exp.Expr:
    return value if isinstance(value, exp.Column) and value.name == name else exp.alias_(value, name, copy=False)


def empty() -> exp.Expr:
    return exp.Literal.string("")
