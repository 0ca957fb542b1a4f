"""Questions about built series: a request -> guarded SQL -> Arrow.

request -> resolve to variants -> one SELECT -> rows with units and exact bounds in the schema's metadata
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from gnomon.model import Project
from gnomon.query.contract import Contract, columns_of
from gnomon.query.request import Request

if TYPE_CHECKING:
    import pyarrow as pa

    from gnomon.engine import Engine

__all__ = ["Request", "query"]


def query(
    project: Project,
    metrics: Sequence[str] | str,
    by: Sequence[str] | str,
    interval: str,
    where: Sequence[str] | str = (),
    start: date | str | None = None,
    end: date | str | None = None,
    *,
    entity_ids: Sequence[str] = (),
    order: Sequence[str] = (),
    limit: int | None = None,
    engine: Engine | None = None,
    contract: Contract = columns_of,
) -> pa.Table:
    """Read built series side by side: one row for each sample date, entity and dimension, one column a metric.

    `by` is an entity type and `interval` a suffix such as `monthly` or `over_30_day_window`; `start` and `end` are
    sample dates, both included. `where` filters on the columns of the built tables. Values are null where a metric
    has no row. Each field's metadata holds its `unit` (JSON, `null` where unset), and the schema's metadata under
    `gnomon` the exact bounds of the rows. Without an `engine`, the project's default gateway is read.

    Raises UsageError for what does not exist, and RunError `not_built` where `gnomon plan` has not run yet.
    """
    from gnomon.query.answer import ask

    request = Request(
        metrics=many(metrics),
        by=entity_type(by),
        interval=interval,
        where=many(where),
        start=as_date(start, "start"),
        end=as_date(end, "end"),
        entity_ids=tuple(entity_ids),
        order=tuple(order),
        limit=limit,
    )
    return ask(project, request, engine, contract)


def many(words: Sequence[str] | str) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def entity_type(by: Sequence[str] | str) -> str:
    """The one entity type of a request."""
    from gnomon.errors import Problem, UsageError

    named = many(by)
    if len(named) != 1:
        raise UsageError(Problem("one_entity", f"a query is by one entity type, and {len(named)} are given"))
    return named[0]


def as_date(value: date | str | None, which: str) -> date | None:
    """A date, read from ISO text where it is one. Raises UsageError `bad_date`."""
    from datetime import datetime

    from gnomon.errors import Problem, UsageError

    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(
            Problem("bad_date", f"{which} is '{value}', which is not a date", help="write it as 2024-01-31")
        ) from None
