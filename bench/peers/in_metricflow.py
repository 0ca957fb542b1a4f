"""MetricFlow: a dbt project with one cumulative metric, asked by `mf query`, whose own seconds are taken."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from handover import events_sql, job, report

FILES = {
    "dbt_project.yml": """name: bench
version: "1.0"
profile: bench
model-paths: [models]
flags: {{send_anonymous_usage_stats: false}}
""",
    "profiles.yml": """bench:
  target: dev
  outputs:
    dev: {{type: duckdb, path: bench.duckdb, threads: {threads}, settings: {{threads: {threads}}}}}
""",
    "models/events.sql": "{{{{ config(materialized='table') }}}}\n{events}\n",
    "models/days.sql": """{{{{ config(materialized='table') }}}}
SELECT CAST(d AS DATE) AS bucket_day
FROM generate_series(DATE '{start}', DATE '{end}', INTERVAL 1 DAY) AS days(d)
""",
    "models/bench.yml": """models:
  - name: days
    time_spine: {{standard_granularity_column: bucket_day}}
    columns: [{{name: bucket_day, granularity: day}}]
semantic_models:
  - name: events
    model: ref('events')
    defaults: {{agg_time_dimension: bucket_day}}
    entities: [{{name: everyone, type: primary, expr: everyone_id}}]
    dimensions: [{{name: bucket_day, type: time, type_params: {{time_granularity: day}}}}]
    measures: [{{name: actors, agg: count_distinct, expr: from_artifact_id}}]
metrics:
  - name: rolling_actors
    label: Actors
    type: cumulative
    type_params: {{measure: actors, cumulative_type_params: {{window: {window} days}}}}
""",
}
QUERY = "query --metrics rolling_actors --group-by metric_time__day --order metric_time__day --csv series.csv"
REPORTED = re.compile(r"completed after ([\d.]+) seconds")


def main() -> None:
    given = job()
    root = Path(given["folder"])
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text.format(**{**given, "events": events_sql(given)}))

    def run(tool: str, arguments: str) -> str:
        command = [str(Path(sys.executable).with_name(tool)), *arguments.split()]
        environment = {**os.environ, "DBT_PROFILES_DIR": str(root), "DO_NOT_TRACK": "1"}
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{tool} {arguments}: {(done.stdout + done.stderr)[-500:]}")
        return done.stdout + done.stderr

    run("dbt", "build")
    seconds, walls = [], []
    for _ in range(given["rounds"]):
        before = time.perf_counter()
        said = REPORTED.search(run("mf", QUERY))
        walls.append(time.perf_counter() - before)
        seconds.append(float(said[1]) if said else walls[-1])
    with (root / "series.csv").open() as lines:
        series = {row["metric_time__day"][:10]: float(row["rolling_actors"]) for row in csv.DictReader(lines)}
    note = f"as it reports itself; {min(walls):.1f} s with its start"
    report("metricflow", root / "bench.duckdb", given, series, min(seconds), note)


if __name__ == "__main__":
    main()
