"""What runs leave behind in the warehouse, beside the metrics: up to when each source has been built.

`<schema>.gnomon_runs` has one row per environment and source: `data_through` (the end of the last successful run less
the source's delay, naive, in the project's zone), `run_end` (the day after the last one that was built) and
`execution_time` (naive UTC). A bucket is complete if it ends by `data_through`. Readers need no SQLMesh for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlglot import exp

from gnomon.run.context import Session, local_day

RUNS = "gnomon_runs"
RUN_COLUMNS = {
    "environment": "TEXT",
    "source": "TEXT",
    "data_through": "TIMESTAMP",
    "run_end": "DATE",
    "execution_time": "TIMESTAMP",
}


def record_run(session: Session, environment: str) -> date | None:
    """Writes how far each source of the project is built; returns the run's end, None where nothing is built."""
    ends = [
        max(end for _, end in snapshot.intervals or snapshot.dev_intervals)
        for name, snapshot in session.snapshots(environment).items()
        if name in session.specs
        and session.specs[name].kind == "series"
        and (snapshot.intervals or snapshot.dev_intervals)
    ]
    if not ends:
        return None
    run_end = min(local_day(max(ends)), session.today)
    midnight = datetime(run_end.year, run_end.month, run_end.day)
    executed = session.execution.replace(tzinfo=None)
    rows = [
        (environment, source.name, midnight - source.delay, run_end, executed)
        for source in session.project.sources.values()
    ]
    replace_rows(session, RUNS, RUN_COLUMNS, {"environment": environment}, rows)
    return run_end


def state_table(session: Session, name: str) -> exp.Table:
    """A table of Gnomon's own in the project's schema."""
    return exp.table_(name, db=session.project.schema)


def replace_rows(
    session: Session, name: str, columns: dict[str, str], key: dict[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Replaces the rows of a table of Gnomon's own that match `key`, in one transaction; makes the table if needed."""
    adapter = session.context.engine_adapter
    table = state_table(session, name)
    types = {column: exp.DataType.build(kind) for column, kind in columns.items()}
    adapter.create_schema(session.project.schema)
    adapter.create_table(table, types)
    matches = exp.and_(*(exp.column(column).eq(value) for column, value in key.items()))
    with adapter.transaction():
        adapter.delete_from(table, matches)
        tuples = [exp.Tuple(expressions=[_literal(value) for value in row]) for row in rows]
        if tuples:
            into = exp.Schema(this=table, expressions=[exp.to_identifier(column) for column in columns])
            adapter.execute(exp.Insert(this=into, expression=exp.Values(expressions=tuples)))


def read_rows(session: Session, name: str, columns: Sequence[str], key: dict[str, str]) -> list[tuple[Any, ...]] | None:
    """The rows that match `key`; None where the table was never made."""
    adapter = session.context.engine_adapter
    table = state_table(session, name)
    if not adapter.table_exists(table):
        return None
    matches = [exp.column(column).eq(value) for column, value in key.items()]
    return list(adapter.fetchall(exp.select(*columns).from_(table).where(*matches)))


def _literal(value: Any) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(f"{value:%Y-%m-%d %H:%M:%S.%f}"), "TIMESTAMP")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(str(value))
