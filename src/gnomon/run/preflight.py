"""Look at the warehouse before anything is written: the tables that the definitions read, their keys and times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from gnomon.compile.own_buckets import as_buckets, rows_query
from gnomon.errors import DefinitionError, Problem, RunError, did_you_mean
from gnomon.model import Project, SourceTable
from gnomon.run.context import Session
from gnomon.source import Span
from gnomon.time import OwnGrain, own_grain

PULL = "load it, or correct its name; `gnomon sources pull` shows what the warehouse holds"


def check_tables(session: Session, *, may_be_empty: bool) -> None:
    """Refuse to build on tables that are missing, that lack a declared time or key column, or that are empty.

    Tables that the project's own models make are left out. Raises DefinitionError `missing_table`,
    `missing_column`, `empty_source` or `calendar_not_whole`, with every problem.
    """
    own = {str(model.name).lower() for model in session.context.models.values()}
    read = sorted({name for spec in session.specs.values() for name in spec.depends_on} - own)
    problems = [problem for name in read for problem in table_problems(name, session, may_be_empty)]
    if problems:
        raise DefinitionError(*problems)


def table_problems(name: str, session: Session, may_be_empty: bool) -> Iterator[Problem]:
    adapter, span = session.context.engine_adapter, place(session.project, name)
    if not adapter.table_exists(name):
        yield Problem("missing_table", f"table '{name}' is not in the warehouse", span, PULL)
        return
    source = session.project.sources.get(name)
    if source is None:
        yield from calendar_problems(name, session)
        return
    columns = {column.lower() for column in adapter.columns(name)}
    for column in needed(source):
        if column not in columns:
            message = f"'{name}' has no column '{column}' in the warehouse"
            yield Problem("missing_column", message, span, did_you_mean(column, columns))
    if not may_be_empty and not adapter.fetchall(exp.select("1").from_(exp.to_table(name)).limit(1)):
        yield Problem("empty_source", f"source '{name}' has no rows", span, "load it before the first plan")


def calendar_problems(name: str, session: Session) -> Iterator[Problem]:
    """What keeps a table from being the calendar that series are built by; its first mistake only."""
    adapter, span = session.context.engine_adapter, place(session.project, name)
    columns = {column.lower() for column in adapter.columns(name)}
    for grain in used_grains(session, name):
        for column in (grain.day, grain.start):
            if column not in columns:
                message = f"'{name}' has no column '{column}' in the warehouse"
                yield Problem("missing_column", message, span, did_you_mean(column, columns))
                return
        try:
            as_buckets(grain, adapter.fetchall(rows_query(grain, exp.to_table(name))))
        except RunError as error:
            yield replace(error.problems[0], span=span)
            return


def used_grains(session: Session, table: str) -> list[OwnGrain]:
    """The grains of a calendar's table that some series has."""
    found = (own_grain(spec.variant.interval) for spec in session.specs.values() if spec.variant is not None)
    return [grain for grain in dict.fromkeys(found) if grain is not None and grain.table == table]


def needed(source: SourceTable) -> list[str]:
    """The columns without which a source is none: its time and its keys."""
    times = [source.time] if source.time else []
    return [*times, *dict.fromkeys(column for key in source.keys for column in key.columns)]


def place(project: Project, name: str) -> Span | None:
    """Where a table is declared."""
    declared = project.sources.get(name) or project.references.get(name)
    hop = next((hop for hop in project.relationships if hop.table == name), None)
    return declared.span if declared else hop.span if hop else None
