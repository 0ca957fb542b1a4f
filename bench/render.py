"""What it costs to turn 45 definitions into the SQL of 569 tables, and to ask for help.

    python bench/render.py [--dialect duckdb] [--profile FILE]

The mix of metrics is that of the largest public project of this kind: half plain sums, then distinct counts,
averages, extremes, CTEs and metrics over other metrics. CPU seconds, since wall time says more about the machine.
"""

from __future__ import annotations

import argparse
import cProfile
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

START, END = date(2024, 1, 1), date(2024, 12, 31)
MS_PER_VARIANT, HELP_SECONDS = 8.0, 0.3
METRICS, VARIANTS = 45, 569

INTERVALS = {
    2: ["monthly", "yearly"],
    3: ["daily", "weekly", "monthly"],
    4: ["daily", "weekly", "monthly", "yearly"],
    5: ["daily", "weekly", "monthly", "yearly", "over_all_time"],
    7: ["daily", "weekly", "monthly", "quarterly", "biannually", "yearly", "over_all_time"],
}
"""The intervals of a metric, by how many it has."""


class Kind(NamedTuple):
    """One kind of metric: its SQL, and how many intervals each of its metrics has at all three entities."""

    sql: str
    counts: list[int]


PLAIN = """SELECT @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.event_source,
  events.to_artifact_id, '' AS from_artifact_id, @metric_name() AS metric, {amount} AS amount
FROM raw.events AS events
WHERE events.event_type IN @kinds AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
"""
ACTIVE_DAYS = PLAIN.format(amount="COUNT(DISTINCT events.bucket_day)").replace(
    "'' AS from_artifact_id", "events.from_artifact_id AS from_artifact_id"
)
SHARES = """WITH parts AS (
  SELECT @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.event_source, events.to_artifact_id,
    events.from_artifact_id, SUM(events.amount) AS part
  FROM raw.events AS events
  WHERE events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY 1, 2, 3, 4
), wholes AS (
  SELECT metrics_sample_date, event_source, to_artifact_id, SUM(part) AS whole FROM parts GROUP BY 1, 2, 3
), ranked AS (
  SELECT parts.metrics_sample_date, parts.event_source, parts.to_artifact_id, parts.part, wholes.whole,
    ROW_NUMBER() OVER (
      PARTITION BY parts.metrics_sample_date, parts.event_source, parts.to_artifact_id ORDER BY parts.part DESC
    ) AS place
  FROM parts
  INNER JOIN wholes ON parts.metrics_sample_date = wholes.metrics_sample_date
    AND parts.event_source = wholes.event_source AND parts.to_artifact_id = wholes.to_artifact_id
), running AS (
  SELECT metrics_sample_date, event_source, to_artifact_id, whole, place, SUM(part) OVER (
      PARTITION BY metrics_sample_date, event_source, to_artifact_id ORDER BY place ROWS UNBOUNDED PRECEDING
    ) AS so_far
  FROM ranked
)
SELECT metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id, @metric_name() AS metric,
  MIN(place) AS amount
FROM running WHERE so_far >= whole * 0.5 GROUP BY 1, 2, 3, 4, 5
"""
ENTITY = "@metrics_entity_type_col('to_{{entity_type}}_id', table_alias := active{alias})"
CLASS = f"""SELECT active.metrics_sample_date, active.event_source,
  {ENTITY.format(alias=", include_column_alias := true")}, '' AS from_artifact_id, @metric_name('{{label}}') AS metric,
  COUNT(DISTINCT active.from_artifact_id) AS amount
FROM @metrics_peer_ref(active_days_1, time_aggregation := @time_aggregation) AS active
{{condition}}
GROUP BY metric, from_artifact_id, {ENTITY.format(alias="")}, event_source, metrics_sample_date
"""
PER_DAY = "active.amount / @metrics_sample_interval_length(active.metrics_sample_date, 'day')"
CLASSES = "UNION ALL\n".join(
    CLASS.replace("{{", "{").replace("}}", "}").replace("{label}", label).replace("{condition}", condition)
    for label, condition in (("often", f"WHERE {PER_DAY} >= 0.3"), ("seldom", f"WHERE {PER_DAY} < 0.3"), ("all", ""))
)
SCORE_PART = """SELECT @metrics_entity_type_col('to_{entity_type}_id') AS entity_id,
    @metrics_sample_date(metrics_sample_date) AS metrics_sample_date, event_source, 'PEER' AS part, amount
  FROM @metrics_peer_ref(PEER, time_aggregation := @time_aggregation)"""
SCORE = f"""WITH parts AS (
  {" UNION ALL ".join(SCORE_PART.replace("PEER", peer) for peer in ("sum_1", "sum_2", "sum_3", "distinct_1"))}
)
SELECT metrics_sample_date, event_source, entity_id AS @metrics_entity_type_col('to_{{entity_type}}_id'),
  '' AS from_artifact_id, @metric_name() AS metric,
  SUM(CASE WHEN part = 'sum_1' THEN amount ELSE 2 * amount END) AS amount
FROM parts GROUP BY 1, 2, 3, 4, 5
"""
LENGTH = "@metrics_sample_interval_length(events.bucket_day, 'day')"
KINDS = {
    "sum": Kind(PLAIN.format(amount="SUM(events.amount)"), [5] * 16 + [7, 4]),
    "project_sum": Kind(PLAIN.format(amount="SUM(events.amount / 1e18)"), [5]),  # of projects alone
    "rate": Kind(PLAIN.format(amount=f"SUM(events.amount) / {LENGTH}"), [5, 4, 4]),
    "distinct": Kind(PLAIN.format(amount="COUNT(DISTINCT events.from_artifact_id)"), [5] * 4),
    "active_days": Kind(ACTIVE_DAYS, [2] * 3),
    "approximate": Kind(PLAIN.format(amount="APPROX_DISTINCT(events.from_artifact_id)"), [5, 3, 2]),
    "average": Kind(PLAIN.format(amount="AVG(events.amount)"), [5, 2]),
    "extreme": Kind(PLAIN.format(amount="MAX(events.amount)"), [5, 5]),
    "median": Kind(PLAIN.format(amount="APPROX_PERCENTILE(events.amount, 0.5)"), [5]),
    "shares": Kind(SHARES, [5, 5, 4]),
    "score": Kind(SCORE, [4]),
    "classes": Kind(CLASSES, [2] * 4),
}
SOURCES = """sources:
  raw.events:
    time: bucket_day
    keys: {to_artifact_id: artifact, from_artifact_id: artifact}
    columns:
      bucket_day: {type: date}
      event_source: {type: text}
      event_type: {type: text}
      to_artifact_id: {type: text}
      from_artifact_id: {type: text}
      amount: {type: double}
"""


def write_project(root: Path) -> None:
    """The project's files: the three entities and bridge tables are those of a project that declares none."""
    (root / "queries").mkdir(parents=True)
    (root / "gnomon.yaml").write_text("{name: bench, start: 2024-01-01, default_dialect: trino}\n")
    (root / "sources.yaml").write_text(SOURCES)
    lines = []
    for kind, (sql, counts) in KINDS.items():
        (root / "queries" / f"{kind}.sql").write_text(sql)
        for number, count in enumerate(counts, start=1):
            words = ", ".join(word for word in INTERVALS[count] if word != "over_all_time")
            extra = ", over_all_time: true" if "over_all_time" in INTERVALS[count] else ""
            extra += ", entity_types: [project]" if kind == "project_sum" else ""
            lines.append(
                f"{kind}_{number}: {{ref: {kind}.sql, time_aggregations: [{words}], vars: {{kinds: [A, B]}}{extra}}}"
            )
    (root / "metrics.yaml").write_text("\n".join(lines) + "\n")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work returns, and its CPU seconds."""
    before = time.process_time()
    result = work()
    return result, time.process_time() - before


def help_seconds() -> float:
    """The wall time of `gnomon --help`, the best of five."""
    script = Path(sys.executable).with_name("gnomon")
    command = [str(script)] if script.exists() else [shutil.which("gnomon") or "gnomon"]
    best = float("inf")
    for _ in range(5):
        before = time.perf_counter()
        subprocess.run([*command, "--help"], check=True, capture_output=True)
        best = min(best, time.perf_counter() - before)
    return best


def measure(root: Path, dialect: str, profile: str | None) -> list[tuple[str, str, str]]:
    """The rows of the table: what, how much, and what is aimed at."""
    import gnomon
    from gnomon.compile.project import compile_project

    project, load = timed(lambda: gnomon.load(root))
    variants, expand = timed(lambda: gnomon.expand(project))
    assert (len(project.metrics), len(variants)) == (METRICS, VARIANTS), (len(project.metrics), len(variants))
    problems, check = timed(lambda: gnomon.check(project))
    assert not problems, problems
    recorder = cProfile.Profile()
    if profile:
        recorder.enable()
    rendered, render = timed(lambda: gnomon.render(project, dialect=dialect, start=START, end=END))
    if profile:
        recorder.dump_stats(profile)
    specs, build = timed(lambda: compile_project(project))
    plans = ", ".join(f"{count} {plan}" for plan, count in Counter(each.plan.name for each in rendered).most_common())
    size = sum(len(each.sql) for each in rendered)
    return [
        ("load", f"{load:.2f} s", ""),
        ("expand", f"{expand * 1000:.1f} ms", ""),
        ("check", f"{check:.2f} s", ""),
        (f"render, {dialect}", f"{render:.2f} s", f"{len(rendered)} queries, {size:,} characters"),
        ("render, a variant", f"{render / len(rendered) * 1000:.2f} ms", f"at most {MS_PER_VARIANT:g} ms"),
        ("compile the models", f"{build:.2f} s", f"{len(specs)} models with views and metadata"),
        ("gnomon --help, wall", f"{help_seconds():.2f} s", f"at most {HELP_SECONDS:g} s"),
        ("plans", "", plans),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dialect", default="duckdb")
    parser.add_argument("--profile", metavar="FILE", help="write a profile of the rendering, for pstats")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder) / "bench")
        rows = measure(Path(folder) / "bench", options.dialect, options.profile)
    print(f"{METRICS} metrics, {VARIANTS} variants; CPU time")
    for what, figure, note in rows:
        print(f"  {what:<22}{figure:>10}  {note}".rstrip())


if __name__ == "__main__":
    main()
