"""Run a request and say exactly what its rows are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from gnomon.engine import Engine, connect
from gnomon.errors import Problem, RunError, UsageError
from gnomon.model import Project
from gnomon.query import bounds
from gnomon.query.contract import Contract
from gnomon.query.freshness import complete_ranges
from gnomon.query.own import with_buckets
from gnomon.query.request import Request, Series, resolve
from gnomon.query.sql import SAMPLE_DATE, Layout, build, layout_of, value_name

if TYPE_CHECKING:
    import pyarrow as pa

METADATA = b"gnomon"


def ask(project: Project, request: Request, engine: Engine | None, contract: Contract) -> pa.Table:
    """The rows of a request, with units and bounds in the schema's metadata."""
    check_range(request)
    series = resolve(project, request, contract)
    with nullcontext(engine) if engine is not None else connect(project) as opened:
        check_built(opened, series)
        project = with_buckets(project, opened, (each.variant.interval for each in series))
        complete = complete_ranges(opened, project, series)
        layout = layout_of(project, request, series, complete)
        statement = build(project, request, series, layout, complete, opened.dialect)
        try:
            rows = opened.execute(statement.sql(opened.dialect))
        except RunError as error:
            raise with_filter(error, request) from None
    return described(rows, project, request, series, layout)


def check_range(request: Request) -> None:
    if request.start and request.end and request.end < request.start:
        message = f"the range is empty: it ends on {request.end}, before it starts on {request.start}"
        raise UsageError(Problem("empty_range", message, help="start and end are sample dates, both included"))


def check_built(engine: Engine, series: Sequence[Series]) -> None:
    """Refuse series whose tables do not exist yet, or are older than their definitions."""
    problems = []
    for table, columns in {each.variant.name: each.columns for each in series}.items():
        built = engine.columns(table)
        missing = [column.name for column in columns if column.name not in built]
        if not built:
            problems.append(Problem("not_built", f"{table} is not built yet", help="build it: gnomon plan"))
        elif missing:
            message = f"{table} was built before its definition changed: it lacks {', '.join(missing)}"
            problems.append(Problem("not_built", message, help="build it again: gnomon plan"))
    if problems:
        raise RunError(*problems)


def with_filter(error: RunError, request: Request) -> RunError | UsageError:
    """An engine's refusal of a value in a filter, as the mistake of the caller that it is."""
    text = error.problems[0].message
    if request.where and text.lower().startswith(("conversion error", "binder error")):
        return UsageError(Problem("bad_filter", text, help="compare a column with a literal of its own type"))
    return error


def described(rows: pa.Table, project: Project, request: Request, series: Sequence[Series], layout: Layout) -> pa.Table:
    """The rows with their metadata."""
    import pyarrow as pa

    units = {value_name(each, layout): each.unit for each in series}
    fields = [
        field.with_metadata({b"unit": dump(units[field.name])}) if field.name in units else field
        for field in rows.schema
    ]
    about = about_rows(rows, project, request, series, layout)
    return rows.cast(pa.schema(fields, metadata={METADATA: dump(about)}))


def about_rows(
    rows: pa.Table, project: Project, request: Request, series: Sequence[Series], layout: Layout
) -> dict[str, Any]:
    """What a program needs to know about the rows: columns with roles and units, and the bounds."""
    import pyarrow.compute as pc

    days = pc.min_max(rows[SAMPLE_DATE]).as_py()
    samples = [days["min"], days["max"]] if rows.num_rows else []
    variant = series[0].variant
    roles = dict.fromkeys(layout.keys, "entity") | dict.fromkeys(layout.dimensions, "dimension")
    roles |= {SAMPLE_DATE: "sample_date"} | ({layout.name: "display_name"} if layout.name else {})
    columns: list[dict[str, Any]] = []
    for column in layout.columns:
        own = next((each for each in series if value_name(each, layout) == column), None)
        if own is None:
            columns.append({"name": column, "role": roles.get(column, "is_complete")})
        else:
            metric, table = own.variant.metric, own.variant.name
            shown = metric.metadata.display_name if own.label is None else ""
            described = {"metric": metric.key, "display_name": shown or column, "table": table, "unit": own.unit}
            described |= {"shown_unit": own.shown_unit} if own.shown_unit != own.unit else {}
            columns.append({"name": column, "role": "value", **described})
    where = {"where": list(request.where)} if request.where else {}
    asked = {"by": request.by, "interval": request.interval, **where}
    asked |= {name: str(day) for name, day in (("start", request.start), ("end", request.end)) if day}
    return {**asked, "columns": columns, "bounds": bounds.describe(variant, samples, project.calendar)}


def about(rows: pa.Table) -> dict[str, Any]:
    """What the schema's metadata of an answer says."""
    said: dict[str, Any] = json.loads(rows.schema.metadata[METADATA])
    return said


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=dict).encode()
