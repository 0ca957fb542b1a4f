"""The ways to compute one rolling series per entity, as SQL for DuckDB.

Each way gives the same columns: metrics_sample_date, to_artifact_id, metric, amount as DOUBLE. A way that is linear in
the dates may be asked for some dates only, and its time is then scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bench.project import AMOUNTS

OUTPUT = "SELECT {day} AS metrics_sample_date, to_artifact_id, '{name}' AS metric, CAST({amount} AS DOUBLE) AS amount"
PARTS = {"sum": ("SUM(amount)",), "count": ("SUM(units)",), "average": ("SUM(amount)", "COUNT(amount)")}
"""What DuckDB's windowed aggregate takes from a day for the aggregates that add up."""


def output(day: str, aggregate: str, amount: str) -> str:
    return OUTPUT.format(day=day, name=aggregate, amount=amount)


def floor(aggregate: str) -> str:
    """One plain scan of the same rows, grouped by entity and day: what any way has to do at the least."""
    return f"{output('bucket_day', aggregate, AMOUNTS[aggregate])} FROM raw.events AS events GROUP BY 1, 2"


def per_date(aggregate: str, window: int, sample: date) -> str:
    """The metric over exactly the window of one date: what each other way has to equal."""
    day = f"DATE '{sample}'"
    return f"""{output(day, aggregate, AMOUNTS[aggregate])} FROM raw.events AS events
        WHERE bucket_day > {day} - {window} AND bucket_day <= {day} GROUP BY 2"""


def range_join(aggregate: str, window: int, samples: Sequence[date]) -> str:
    """Each row joined to each of the dates whose window holds it."""
    dates = ", ".join(f"(DATE '{sample}')" for sample in samples)
    return f"""WITH dates(sample) AS (VALUES {dates})
        {output("sample", aggregate, AMOUNTS[aggregate])} FROM raw.events AS events
        JOIN dates ON bucket_day <= sample AND bucket_day > sample - {window} GROUP BY 1, 2"""


def windowed(aggregate: str, window: int) -> str:
    """DuckDB's windowed aggregate: rows only on days that have events, nothing between.

    What adds up, and extremes, run over one row a day, which is the faster form; a distinct count has to see all rows.
    """
    frame = f"""WINDOW w AS (PARTITION BY to_artifact_id ORDER BY bucket_day
        RANGE BETWEEN INTERVAL {window - 1} DAYS PRECEDING AND CURRENT ROW)"""
    if aggregate == "distinct":
        amount = "COUNT(DISTINCT from_artifact_id) OVER w"
        distinct = output("bucket_day", aggregate, amount).replace("SELECT", "SELECT DISTINCT", 1)
        return f"{distinct} FROM raw.events {frame}"
    parts = PARTS.get(aggregate, (AMOUNTS[aggregate],))
    named = ", ".join(f"{part} AS part_{number}" for number, part in enumerate(parts))
    over = "SUM({part}) OVER w" if aggregate in PARTS else f"{aggregate.upper()}({{part}}) OVER w"
    amount = " / ".join(over.format(part=f"part_{number}") for number in range(len(parts)))
    return f"""WITH daily AS (SELECT bucket_day, to_artifact_id, {named} FROM raw.events AS events GROUP BY 1, 2)
        {output("bucket_day", aggregate, amount)} FROM daily {frame}"""
