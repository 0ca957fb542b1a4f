"""How far the data of a series reaches: from the first date of its sources to the end of the last run.

Where a metric marks its rows, that is what its coverage table says, as its marked views do. For any other the sources
are asked for their first date, and `gnomon_runs` for the last run of prod.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from gnomon.compile.completeness import DATA_FROM, DATA_THROUGH, Reach
from gnomon.compile.marked import coverage_name, together
from gnomon.engine import Engine
from gnomon.model import Metric, Project, SourceTable
from gnomon.query.request import Series
from gnomon.rewrite.parse import marker, parse_query
from gnomon.time import Calendar


def complete_ranges(engine: Engine, project: Project, series: Sequence[Series]) -> dict[str, Reach]:
    """For each series by column what its sources hold; left out where that is not known."""
    reached = {each.column: reach(engine, project, each.variant.metric) for each in series}
    return {column: Reach.of(*ends, project.calendar) for column, ends in reached.items() if ends is not None}


def reach(engine: Engine, project: Project, metric: Metric) -> tuple[date, datetime] | None:
    """The first local date that all sources of a metric hold, and the time up to which they are whole."""
    if metric.partial == "mark":
        return marked_reach(engine, coverage_name(metric))
    sources = list(sources_of(project, metric))
    through = data_through(engine, project, sources)
    first = first_date(engine, sources, project.calendar) if through is not None else None
    return None if first is None or through is None else (first, through)


def marked_reach(engine: Engine, table: str) -> tuple[date, datetime] | None:
    """What a coverage table says; None where it is not built, or does not know."""
    if DATA_FROM not in engine.columns(table):
        return None
    row = engine.execute(together(table, engine.dialect).sql(engine.dialect)).to_pylist()[0]
    first, through = row[DATA_FROM], row[DATA_THROUGH]
    return None if first is None or through is None else (first, through)


def sources_of(project: Project, metric: Metric, seen: frozenset[str] = frozenset()) -> Iterator[SourceTable]:
    """The sources that a metric reads, its peers' included."""
    for table in parse_query(metric.sql, metric.dialect).find_all(exp.Table):
        if (source := project.sources.get(exp.table_name(table).lower())) is not None:
            yield source
    for peer in peers_of(project, metric):
        if peer.key not in seen:
            yield from sources_of(project, peer, seen | {metric.key, peer.key})


def peers_of(project: Project, metric: Metric) -> list[Metric]:
    """The metrics that a metric's SQL refers to, in order."""
    calls = (node for node in parse_query(metric.sql, metric.dialect).walk() if marker(node) == "metrics_peer_ref")
    named = dict.fromkeys(call.expressions[0].name for call in calls if call.expressions)
    return [project.metrics[name] for name in named if name in project.metrics]


def first_date(engine: Engine, sources: Sequence[SourceTable], calendar: Calendar) -> date | None:
    """The first date for which every source has rows; None where one is empty, missing or without a declared time."""
    firsts: list[date] = []
    for source in sources:
        if source.time is None or source.time not in {name.lower() for name in engine.columns(source.name)}:
            return None
        query = exp.select(exp.alias_(exp.Min(this=exp.column(source.time, quoted=True)), "first", quoted=True))
        query = query.from_(exp.to_table(source.name))
        value = engine.execute(query.sql(engine.dialect))["first"][0].as_py()
        if value is None:
            return None
        firsts.append(local_date(value, source.time_zone, calendar))
    return max(firsts, default=None)


def local_date(value: date, zone: str, calendar: Calendar) -> date:
    """The project's local date of a source's time: a DATE as it is, a naive TIMESTAMP in the source's zone.

    >>> local_date(datetime(2024, 1, 1, 3), "UTC", Calendar("America/New_York"))
    datetime.date(2023, 12, 31)
    """
    if not isinstance(value, datetime):
        return value
    return calendar.local_date(value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone)))


def data_through(engine: Engine, project: Project, sources: Sequence[SourceTable]) -> datetime | None:
    """The local time before which the data is whole: the least of the sources', as the last run of prod left it.

    None before the first run.
    """
    table = f"{project.schema}.gnomon_runs"
    if not sources or not {"environment", "source", "data_through"} <= engine.columns(table).keys():
        return None
    query = exp.select("source", "data_through").from_(exp.to_table(table))
    query = query.where(exp.column("environment").eq(exp.Literal.string("prod")))
    rows = engine.execute(query.sql(engine.dialect)).to_pylist()
    reached = {row["source"]: row["data_through"] for row in rows}
    known = [reached.get(source.name) for source in sources]
    return min((moment for moment in known if moment is not None), default=None) if None not in known else None
