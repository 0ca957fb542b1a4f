"""Marked views: a variant's rows, each with whether it is complete, for metrics that say `partial: mark`.

`metrics_coverage_<key>` has one row for each day that was built and each source of the metric: the source's first
date, and how far it was whole when that day ended. Each run adds its days after the metric's own tables, so that they
are of the same environment and version. `<variant>_marked` compares its rows with them when it is read, and is never
built again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlglot import exp

from gnomon.compile.completeness import DATA_FROM, DATA_THROUGH, UTC_FROM, UTC_THROUGH, Reach, is_whole
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.errors import DefinitionError, Problem
from gnomon.model import Metric, Project, SourceTable, Variant
from gnomon.names import variant_table
from gnomon.rewrite.dates import boundary, local_date, move
from gnomon.rewrite.dialects import phrases
from gnomon.rewrite.terms import Type, cast
from gnomon.time import Grain, TimeAggregation, own_grain

IS_COMPLETE = "is_complete"
DAY, SOURCE = "day", "source"
LONGEST = {"postgres": 63, "redshift": 127}
"""The most characters of a name, where an engine cuts longer ones off."""


def marked_views(project: Project, specs: Sequence[ModelSpec]) -> tuple[ModelSpec, ...]:
    """The coverage table of each metric among `specs` that marks its rows, and a view of each of its variants.

    Raises DefinitionError `name_collision` where a metric has a column `is_complete`, or a view the name of a table.
    """
    by_metric: dict[str, list[ModelSpec]] = {}
    for spec in specs:
        if spec.variant is not None and spec.variant.metric.partial == "mark":
            by_metric.setdefault(spec.variant.metric.key, []).append(spec)
    made = [one for own in by_metric.values() for one in (coverage(project, own), *marked(project, own))]
    problems = list(collisions(specs, made))
    if problems:
        raise DefinitionError(*problems)
    return tuple(made)


def marked_name(variant: Variant, dialect: str) -> str:
    """The name of a variant's marked view, with its schema."""
    suffix = f"{variant.suffix}_marked"
    table = variant_table(variant.metric.name, variant.entity, suffix, max_length=LONGEST.get(dialect))
    return f"{variant.metric.schema}.{table}"


def coverage_name(metric: Metric) -> str:
    """The name of a metric's coverage table, with its schema."""
    return f"{metric.schema}.metrics_coverage_{metric.key}"


def coverage(project: Project, specs: Sequence[ModelSpec]) -> ModelSpec:
    """A metric's coverage table.

    Columns: `day`, `source`, `data_from` (the source's first local date as that run found it; NULL where it is empty
    or has no declared time), `data_through` (TIMESTAMP in the project's zone: the end of the day less the source's
    delay), and both as naive UTC TIMESTAMPs.
    """
    metric, dialect, zone = metric_of(specs[0]), project.dialect, project.calendar.time_zone
    sources = [project.sources[name] for name in sorted({name for spec in specs for name in sources_of(spec)})]
    branches = [source_row(project, source) for source in sources] or [no_source(project)]
    first, wall = exp.column(DATA_FROM), exp.column(DATA_THROUGH)
    utc_from = boundary(first, type="TIMESTAMP", source_zone="UTC", calendar=project.calendar, dialect=dialect)
    utc_through = wall.copy() if zone == "UTC" else phrases(dialect).rezone(wall.copy(), zone, "UTC")
    values = {UTC_FROM: timestamp(utc_from, dialect), UTC_THROUGH: timestamp(utc_through, dialect)}
    query = exp.select(DAY, SOURCE, first, wall, *(exp.alias_(value, name) for name, value in values.items()))
    union = exp.union(*branches, distinct=False, copy=False) if len(branches) > 1 else branches[0]
    kind = timestamp_type(dialect)
    types = {DAY: "DATE", SOURCE: "TEXT", DATA_FROM: "DATE", DATA_THROUGH: kind, UTC_FROM: kind, UTC_THROUGH: kind}
    return ModelSpec(
        name=coverage_name(metric),
        query=query.from_("built").with_("built", as_=union),
        dialect=dialect,
        kind="series",
        columns=tuple(OutputColumn(name, type_, "extra") for name, type_ in types.items()),
        depends_on=tuple(
            sorted({*(spec.name for spec in specs), *(source.name for source in sources), calendar_name(project)})
        ),
        start=metric.start,
        time_column=DAY,
        grain=(DAY, SOURCE),
        description=f"From when and up to when the sources of {metric.key} are whole",
        owner=metric.owner,
        properties={"interval": TimeAggregation(Grain.DAY)},
    )


def calendar_name(project: Project) -> str:
    """The table of the project's days."""
    return f"{project.schema}.calendar"


def source_row(project: Project, source: SourceTable) -> exp.Select:
    """One source's row of each day of a run. Without a declared time, its first date is not known."""
    dialect, say = project.dialect, phrases(project.dialect)
    first: exp.Expr = exp.null()
    if source.time is not None:
        column = source.columns.get(source.time)
        first = local_date(
            exp.Min(this=exp.column(source.time)),
            type=column.type if column is not None else None,
            source_zone=source.time_zone,
            calendar=project.calendar,
            dialect=dialect,
        )
        first = exp.select(exp.alias_(first, DATA_FROM)).from_(exp.to_table(source.name, dialect=dialect)).subquery()
    day = exp.column(DAY)
    through = say.midnight(move(day, Grain.DAY, 1, dialect=dialect))
    if minutes := -(-source.delay // timedelta(minutes=1)):
        through = say.add_time(through, "MINUTE", -minutes)
    return days_of_run(project).select(
        exp.alias_(exp.Literal.string(source.name), SOURCE),
        exp.alias_(cast(first, Type.DATE), DATA_FROM),
        exp.alias_(timestamp(through, dialect), DATA_THROUGH),
    )


def no_source(project: Project) -> exp.Select:
    """The rows of a metric that reads no declared source: nothing is known of what it covers."""
    empty = {DATA_FROM: cast(exp.null(), Type.DATE), DATA_THROUGH: timestamp(exp.null(), project.dialect)}
    columns = [exp.alias_(value, name) for name, value in empty.items()]
    return days_of_run(project).select(exp.alias_(exp.Literal.string(""), SOURCE), *columns)


def days_of_run(project: Project) -> exp.Select:
    """The days that a run builds."""
    day = exp.column(DAY)
    low, high = (cast(exp.Placeholder(this=name), Type.DATE) for name in ("start_ds", "end_ds"))
    calendar = exp.to_table(calendar_name(project), dialect=project.dialect)
    return exp.select(day).from_(calendar).where(day >= low).where(day <= high)


def marked(project: Project, specs: Sequence[ModelSpec]) -> Iterator[ModelSpec]:
    """The marked views of a metric's variants."""
    metric, dialect = metric_of(specs[0]), project.dialect
    table = coverage_name(metric)
    for spec in specs:
        assert spec.variant is not None
        interval = spec.variant.interval
        date_column = next(column.name for column in spec.columns if column.role == "sample_date")
        sample = exp.column(date_column, table="series")
        flag = is_whole(sample, interval, Reach.beside("coverage"), project.calendar, dialect)
        columns = [exp.column(column.name, table="series") for column in spec.columns]
        query = exp.select(*columns, exp.alias_(flag, IS_COMPLETE))
        query = query.from_(exp.alias_(exp.to_table(spec.name, dialect=dialect), "series", table=True))
        query = query.join(together(table, dialect).subquery("coverage"), join_type="cross")
        own = (grain.table,) if (grain := own_grain(interval)) is not None else ()
        yield ModelSpec(
            name=marked_name(spec.variant, dialect),
            query=query,
            dialect=dialect,
            kind="view",
            columns=(*spec.columns, OutputColumn(IS_COMPLETE, "BOOLEAN", "extra")),
            depends_on=tuple(dict.fromkeys((spec.name, table, *own))),
            start=metric.start,
            tags=spec.tags,
            description=spec.description,
            owner=metric.owner,
        )


def together(table: str, dialect: str) -> exp.Select:
    """What all of a metric's sources hold: one row, NULL where one of them is not known."""
    each = {DATA_FROM: exp.Min, UTC_FROM: exp.Min, DATA_THROUGH: exp.Max, UTC_THROUGH: exp.Max}
    sources = exp.select(*(exp.alias_(function(this=exp.column(name)), name) for name, function in each.items()))
    sources = sources.from_(exp.to_table(table, dialect=dialect)).group_by(SOURCE)
    query = exp.select().from_(sources.subquery("sources"))
    for name, of_each in each.items():
        of_all = exp.Max if of_each is exp.Min else exp.Min
        all_known = exp.Count(this=exp.column(name)).eq(exp.Count(this=exp.Star()))
        query = query.select(exp.alias_(exp.case().when(all_known, of_all(this=exp.column(name))), name))
    return query


def collisions(specs: Sequence[ModelSpec], made: Sequence[ModelSpec]) -> Iterator[Problem]:
    """Views that would have the name of another table, and metrics that have a column `is_complete` of their own."""
    names = {spec.name: spec for spec in specs}
    for spec in made:
        if spec.name in names:
            message, help = f"two tables would be called {spec.name}", "give one of the metrics another name"
            variant = names[spec.name].variant
            yield Problem("name_collision", message, variant.metric.span("name") if variant else None, help=help)
        names.setdefault(spec.name, spec)
    for spec in specs:
        if spec.variant is None or spec.variant.metric.partial != "mark":
            continue
        if any(column.name.lower() == IS_COMPLETE for column in spec.columns):
            message = f"metric '{spec.variant.metric.key}' has a column '{IS_COMPLETE}', which its marked views add"
            help = "give the column another name, or leave 'partial: mark' out"
            yield Problem("name_collision", message, spec.variant.metric.span("partial"), help=help)


def metric_of(spec: ModelSpec) -> Metric:
    assert spec.variant is not None
    return spec.variant.metric


def sources_of(spec: ModelSpec) -> tuple[str, ...]:
    """The sources that a variant reads, its peers' included."""
    found: tuple[str, ...] = spec.properties.get("sources", ())
    return found


def timestamp(value: exp.Expr, dialect: str) -> exp.Expr:
    """A value as a timestamp without zone."""
    return cast(value, phrases(dialect).NAIVE)


def timestamp_type(dialect: str) -> str:
    """The SQL type of a timestamp without zone."""
    return exp.DataType(this=phrases(dialect).NAIVE).sql(dialect)
