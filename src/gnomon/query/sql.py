"""A request -> one SELECT over built tables, as a SQLGlot tree.

<metric>        one CTE a series: its rows in range, after the filters
stacked         all of them, one under the other
side_by_side    one row for each sample date, entity and dimension
<entity>_names  display names, one for each id
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlglot import exp

from gnomon.compile.completeness import Reach, instant, is_by_hour, is_whole
from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.model import Display, Project
from gnomon.query.request import Request, Series
from gnomon.query.where import parse_where
from gnomon.time import Calendar

SAMPLE_DATE = "metrics_sample_date"
IS_COMPLETE = "is_complete"
DAY = timedelta(days=1)

Complete = Mapping[str, Reach]
"""For each series by column what its sources hold, where that is known."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of an answer, in order: sample date, the entity's keys and its name, dimensions, values."""

    keys: tuple[str, ...]
    dimensions: tuple[str, ...]
    values: tuple[str, ...]
    name: str | None = None
    is_complete: bool = False

    @property
    def grain(self) -> tuple[str, ...]:
        return (SAMPLE_DATE, *self.keys, *self.dimensions)

    @property
    def columns(self) -> tuple[str, ...]:
        name = (self.name,) if self.name else ()
        flag = (IS_COMPLETE,) if self.is_complete else ()
        return (SAMPLE_DATE, *self.keys, *name, *self.dimensions, *self.values, *flag)


def layout_of(project: Project, request: Request, series: Sequence[Series], complete: Complete) -> Layout:
    """Names for the answer's columns; entity keys and dimensions are named as in the first metric's table."""
    first = series[0]
    display = project.entities[request.by].display if request.by in project.entities else None
    taken = {SAMPLE_DATE, IS_COMPLETE, *first.keys, *first.dimensions}
    name = f"{request.by}_name" if display else None
    if name in taken:
        name = f"{request.by}_display_name"
    taken |= {name} if name else set()
    values = tuple(each.column if each.column not in taken else f"{each.column}_amount" for each in series)
    known = all(each.column in complete for each in series)
    flag = known and any(each.variant.metric.partial != "hide" for each in series)
    return Layout(first.keys, first.dimensions, values, name, flag)


def build(
    project: Project, request: Request, series: Sequence[Series], layout: Layout, complete: Complete, dialect: str
) -> exp.Select:
    """The statement that answers a request."""
    ctes: list[tuple[str, exp.Expr]] = [
        (each.column, series_rows(project, request, each, layout, complete, dialect)) for each in series
    ]
    rows = series[0].column
    if len(series) > 1:
        ctes += [("stacked", stacked(series, layout)), ("side_by_side", side_by_side(layout))]
        rows = "side_by_side"
    display = project.entities[request.by].display if layout.name else None
    if display is not None:
        ctes.append((f"{request.by}_names", names(display)))
    query = answer(project, request, series, layout, complete, rows, display, dialect)
    for alias, body in ctes:
        query = query.with_(exp.to_identifier(alias, quoted=True), as_=body, copy=False)
    return query


def series_rows(
    project: Project, request: Request, series: Series, layout: Layout, complete: Complete, dialect: str
) -> exp.Select:
    """One series' rows in range, with the answer's column names."""
    renamed = zip(layout.keys, series.keys, strict=True)
    columns = [
        exp.alias_(name(series.date_column), SAMPLE_DATE, quoted=True),
        *(exp.alias_(name(mine), theirs, quoted=True) for theirs, mine in renamed),
        *(name(dimension) for dimension in layout.dimensions),
        exp.alias_(name(series.amount), value_name(series, layout), quoted=True),
    ]
    query = exp.select(*columns).from_(exp.to_table(series.variant.name, dialect="duckdb"))
    for condition in conditions(project, request, series, complete, dialect):
        query = query.where(condition, copy=False)
    return query


def value_name(series: Series, layout: Layout) -> str:
    """The answer's column for a series."""
    return series.column if series.column in layout.values else f"{series.column}_amount"


def conditions(project: Project, request: Request, series: Series, complete: Complete, dialect: str) -> list[exp.Expr]:
    """What keeps a row of a series in the answer."""
    found: list[exp.Expr] = []
    if series.label is not None and series.metric_column is not None:
        found.append(name(series.metric_column).isin(*(exp.Literal.string(label) for label in series.labels)))
    day = name(series.date_column)
    low, high = sample_range(request, series, project.calendar)
    found += [exp.GTE(this=day.copy(), expression=moment(low))] if low else []
    found += [exp.LT(this=day.copy(), expression=moment(high))] if high else []
    if series.variant.metric.partial == "hide" and series.column in complete:
        found.append(completeness(project, series, day, complete, dialect))
    if request.entity_ids:
        found.append(exp.or_(*(is_entity(series, entity_id) for entity_id in request.entity_ids), copy=False))
    columns = filterable(request, series)
    found += [exp.paren(parse_where(text, columns, dialect), copy=False) for text in request.where]
    return found


def filterable(request: Request, series: Series) -> dict[str, exp.Expr]:
    """The names that a filter may use: the table's columns, and the entity's name for an id of one column."""
    columns: dict[str, exp.Expr] = {column.name.lower(): name(column.name) for column in series.columns}
    if len(series.keys) == 1:
        columns.setdefault(request.by, name(series.keys[0]))
    columns.setdefault(series.column, name(series.amount))
    return columns


def sample_range(request: Request, series: Series, calendar: Calendar) -> tuple[date | None, date | None]:
    """The half-open range of sample dates; for hourly series the instants at which its local days begin and end."""
    high = request.end + DAY if request.end else None
    if not is_by_hour(series.variant.interval):
        return request.start, high
    return tuple(instant(calendar, day) if day else None for day in (request.start, high))  # type: ignore[return-value]


def is_entity(series: Series, entity_id: str) -> exp.Expr:
    """Whether a row is of one entity; the columns of a composite id are given joined by commas."""
    parts = [entity_id] if len(series.keys) == 1 else [part.strip() for part in entity_id.split(",")]
    if len(parts) != len(series.keys):
        message = f"'{entity_id}' is not an id of {series.variant.entity}, which has {len(series.keys)} columns"
        raise UsageError(Problem("bad_entity_id", message, help=f"write {','.join(series.keys)} in this order"))
    pairs = zip(series.keys, parts, strict=True)
    return exp.and_(
        *(exp.EQ(this=exp.cast(name(key), "TEXT"), expression=exp.Literal.string(part)) for key, part in pairs),
        copy=False,
    )


def stacked(series: Sequence[Series], layout: Layout) -> exp.Expr:
    """The rows of all series under each other, each with nulls in the others' columns."""
    branches = []
    for own in series:
        mine = value_name(own, layout)
        values = [name(v) if v == mine else exp.alias_(exp.Null(), v, quoted=True) for v in layout.values]
        table = exp.table_(own.column, quoted=True)
        branches.append(exp.select(*map(name, layout.grain), *values).from_(table))
    return exp.union(*branches, distinct=False, copy=False)


def side_by_side(layout: Layout) -> exp.Select:
    """One row for each sample date, entity and dimension: null where a metric has no row."""
    values = [exp.alias_(exp.Max(this=name(value)), value, quoted=True) for value in layout.values]
    grain = [name(column) for column in layout.grain]
    return exp.select(*grain, *values).from_("stacked").group_by(*(column.copy() for column in grain), copy=False)


def names(display: Display) -> exp.Select:
    """Each id's display name; the first in order where a table holds several."""
    keys = [name(column) for column in display.key]
    query = exp.select(*keys, exp.alias_(exp.Min(this=name(display.column)), "display_name", quoted=True))
    return query.from_(exp.to_table(display.table)).group_by(*(key.copy() for key in keys), copy=False)


def answer(
    project: Project,
    request: Request,
    series: Sequence[Series],
    layout: Layout,
    complete: Complete,
    rows: str,
    display: Display | None,
    dialect: str,
) -> exp.Select:
    """The last step: display names, the completeness of each row, the order and the limit."""
    selected: list[exp.Expr] = []
    for column in layout.columns:
        if column == layout.name:
            selected.append(exp.alias_(exp.column("display_name", table="names", quoted=True), column, quoted=True))
        elif column == IS_COMPLETE:
            flags = (completeness(project, each, in_series(SAMPLE_DATE), complete, dialect) for each in series)
            selected.append(exp.alias_(exp.and_(*flags, copy=False), column, quoted=True))
        else:
            selected.append(exp.column(column, table="series", quoted=True))
    query = exp.select(*selected).from_(exp.alias_(exp.table_(rows, quoted=True), "series"))
    if display is not None:
        pairs = zip(layout.keys, display.key, strict=True)
        same = exp.and_(*(exp.EQ(this=in_series(key), expression=in_names(their)) for key, their in pairs), copy=False)
        table = exp.table_(f"{request.by}_names", quoted=True)
        query = query.join(exp.alias_(table, "names"), on=same, join_type="left", copy=False)
    query = query.order_by(*ordering(request, layout), copy=False)
    return query.limit(request.limit, copy=False) if request.limit is not None else query


def completeness(project: Project, series: Series, day: exp.Expr, complete: Complete, dialect: str) -> exp.Expr:
    """Whether a series' row of a sample date stands for its whole bucket or window."""
    return is_whole(day, series.variant.interval, complete[series.column], project.calendar, dialect)


def ordering(request: Request, layout: Layout) -> list[exp.Expr]:
    """The requested order, then the answer's own, so that equal requests print equal rows."""
    asked: list[exp.Expr] = []
    known = {column.lower(): column for column in layout.columns}
    for text in request.order:
        word, _, direction = text.strip().removeprefix("-").partition(" ")
        column = known.get(word.lower())
        if column is None:
            message = f"there is no column '{word}' to order by"
            raise UsageError(Problem("unknown_column", message, help=did_you_mean(word, layout.columns)))
        if direction.strip().lower() not in ("", "asc", "desc"):
            message = f"'{direction.strip()}' is not an order"
            raise UsageError(Problem("bad_order", message, help=f"write '{word}', '-{word}' or '{word} desc'"))
        descending = text.strip().startswith("-") or direction.strip().lower() == "desc"
        asked.append(exp.Ordered(this=name(column), desc=descending, nulls_first=False))
    named = {part.this.name for part in asked}
    rest = [column for column in layout.grain if column not in named]
    return asked + [exp.Ordered(this=name(column), desc=False, nulls_first=False) for column in rest]


def name(column: str) -> exp.Column:
    return exp.column(column, quoted=True)


def in_series(column: str) -> exp.Column:
    return exp.column(column, table="series", quoted=True)


def in_names(column: str) -> exp.Column:
    return exp.column(column, table="names", quoted=True)


def moment(value: date) -> exp.Expr:
    """A DATE or TIMESTAMP literal."""
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")
    return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
