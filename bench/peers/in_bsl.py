"""Boring Semantic Layer: a distinct count by day, and over it the moving window of its documentation."""

from __future__ import annotations

from pathlib import Path

import ibis
from boring_semantic_layer import to_semantic_table
from handover import best, events_sql, job, report


def main() -> None:
    given = job()
    file = Path(given["folder"]) / "bench.duckdb"
    backend = ibis.duckdb.connect(file, threads=given["threads"])
    backend.raw_sql(f"CREATE TABLE events AS {events_sql(given)}")
    table = to_semantic_table(backend.table("events"), name="events")
    table = table.with_measures(actors=lambda t: t.from_artifact_id.nunique())
    table = table.with_dimensions(bucket_day=lambda t: t.bucket_day)
    window = ibis.window(rows=(1 - given["window"], 0), order_by="bucket_day")
    series = table.group_by("bucket_day").aggregate("actors")
    series = series.mutate(rolling_actors=lambda t: t.actors.sum().over(window)).order_by("bucket_day")
    frame, seconds = best(series.execute, max(2, given["rounds"]))
    backend.disconnect()
    found = {str(day)[:10]: float(n) for day, n in zip(frame["bucket_day"], frame["rolling_actors"], strict=True)}
    report("boring-semantic-layer", file, given, found, seconds)


if __name__ == "__main__":
    main()
