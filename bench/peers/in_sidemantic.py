"""Sidemantic: a distinct count, and its own cumulative metric over it."""

from __future__ import annotations

from pathlib import Path

from handover import best, events_sql, job, report
from sidemantic import Dimension, Metric, Model, SemanticLayer


def main() -> None:
    given = job()
    file = Path(given["folder"]) / "bench.duckdb"
    layer = SemanticLayer(connection=f"duckdb:///{file}")
    layer.adapter.execute(f"SET threads = {given['threads']}")
    layer.adapter.execute(f"CREATE TABLE events AS {events_sql(given)}")
    day = Dimension(name="bucket_day", type="time", sql="bucket_day", granularity="day")
    actors = Metric(name="actors", agg="count_distinct", sql="from_artifact_id")
    layer.add_model(Model(name="events", table="events", primary_key="everyone_id", dimensions=[day], metrics=[actors]))
    window = f"{given['window']} days"
    layer.add_metric(Metric(name="rolling_actors", type="cumulative", sql="events.actors", window=window))
    by = ["events.bucket_day__day"]
    rows, seconds = best(
        lambda: layer.query(metrics=["rolling_actors"], dimensions=by, order_by=by).fetchall(), given["rounds"]
    )
    layer.adapter.close()
    report("sidemantic", file, given, {str(row[0])[:10]: float(row[-1]) for row in rows}, seconds)


if __name__ == "__main__":
    main()
