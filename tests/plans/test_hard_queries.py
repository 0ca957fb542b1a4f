"""Queries through which a date is hard to carry: whatever the plan, the rows are those of each date by itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import gnomon
from gnomon.compile.sql import Options, per_date
from gnomon.expand import expand
from gnomon.model import Project
from oracle.clock import DAY
from oracle.spell import project_files
from plans.picked import BOUNDS, SAMPLE
from property.trial import connect
from property.world import Knobs, rows_of, world

KIND = Knobs(seed=21, rows=80, nulls=0.2)
INTERVALS: dict[str, Any] = {
    "time_aggregations": ["monthly"],
    "rolling": {"windows": [7], "unit": "day", "cron": "@daily"},
}
DATES = {
    "monthly": [date(2024, 2, 1), date(2024, 3, 1)],
    "over_7_day_window": [date(2024, 2, 25) + n * DAY for n in range(8)],
}
ROWS = f"SELECT {SAMPLE}, e.* FROM raw.events AS e WHERE {BOUNDS}"
OUTPUTS = "metrics_sample_date, to_artifact_id, @metric_name() AS metric"
SUMS = f"SELECT {SAMPLE}, e.to_artifact_id, SUM(e.amount) AS total FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2"
COUNTS = f"SELECT {SAMPLE}, e.to_artifact_id, COUNT(*) AS rows FROM raw.others AS e WHERE {BOUNDS} GROUP BY 1, 2"
NAMES = "SELECT DISTINCT to_artifact_id AS name FROM raw.others"
WEEKDAY = "DAYOFWEEK(@metrics_sample_date(e.happened))"


def plain(amount: str, where: str = BOUNDS, rest: str = "GROUP BY 1, 2, 3", dims: str = "") -> str:
    outputs = f"{SAMPLE}, e.to_artifact_id, @metric_name() AS metric, {dims}{amount} AS amount"
    return f"SELECT {outputs} FROM raw.events AS e WHERE {where} {rest}"


def joined(kind: str, amount: str = "COALESCE(a.total, 0) - COALESCE(b.rows, 0)", on: str = "") -> str:
    return f"""WITH a AS ({SUMS}), b AS ({COUNTS}) SELECT COALESCE(a.metrics_sample_date, b.metrics_sample_date)
        AS metrics_sample_date, COALESCE(a.to_artifact_id, b.to_artifact_id) AS to_artifact_id,
        @metric_name() AS metric, {amount} AS amount FROM a {kind} JOIN b ON a.to_artifact_id = b.to_artifact_id {on}"""


QUERIES = {
    "date_in_a_key": plain("SUM(e.amount)", rest="GROUP BY 1, 2, 3, 4", dims=f"{WEEKDAY} AS weekday, "),
    "date_in_a_filter": plain("SUM(e.amount)", f"{BOUNDS} AND {WEEKDAY} < 5"),
    "date_in_an_aggregate": plain(f"SUM(CASE WHEN {WEEKDAY} < 5 THEN e.amount END)"),
    "date_in_a_row": f"""WITH rows AS (SELECT {WEEKDAY} AS weekday, e.to_artifact_id, {SAMPLE}
        FROM raw.events AS e WHERE {BOUNDS})
        SELECT {OUTPUTS}, SUM(weekday) AS amount FROM rows GROUP BY 1, 2, 3""",
    "conditions": plain("COUNT_IF(CASE WHEN e.kind = 'c' AND e.flag THEN e.amount > 2 END)"),
    "filtered_conditions": plain("COUNT_IF(e.amount > 2) FILTER (WHERE e.kind = 'c' AND e.flag)"),
    "distinct_below": f"""WITH rows AS (SELECT DISTINCT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.events AS e
        WHERE {BOUNDS}) SELECT {OUTPUTS}, COUNT(*) AS amount FROM rows GROUP BY 1, 2, 3""",
    "distinct_of_windows": f"""WITH rows AS (SELECT DISTINCT {SAMPLE}, e.to_artifact_id,
        COUNT(*) OVER (PARTITION BY e.kind) AS rows FROM raw.events AS e
        WHERE {BOUNDS}) SELECT {OUTPUTS}, SUM(rows) AS amount FROM rows GROUP BY 1, 2, 3""",
    "ranked_below": f"""WITH rows AS (SELECT {SAMPLE}, e.to_artifact_id, e.amount,
        RANK() OVER (PARTITION BY e.to_artifact_id ORDER BY e.happened) AS place FROM raw.events AS e WHERE {BOUNDS})
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows WHERE place < 3 GROUP BY 1, 2, 3""",
    "qualified_below": f"""WITH rows AS ({ROWS} QUALIFY RANK() OVER (PARTITION BY e.to_artifact_id
        ORDER BY e.happened) < 3) SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "ranked_above": f"""WITH sums AS ({SUMS}) SELECT {OUTPUTS}, total + RANK() OVER (ORDER BY total) AS amount
        FROM sums""",
    "a_named_window": f"""WITH sums AS ({SUMS}) SELECT {OUTPUTS}, total + SUM(total) OVER w AS amount
        FROM sums WINDOW w AS (PARTITION BY to_artifact_id IS NULL)""",
    "one_row_each": f"""WITH sums AS ({SUMS}) SELECT DISTINCT ON (to_artifact_id IS NULL) {OUTPUTS}, total AS amount
        FROM sums ORDER BY to_artifact_id IS NULL, total, to_artifact_id""",
    "one_row_each_below": f"""WITH rows AS (SELECT DISTINCT ON (e.to_artifact_id) {SAMPLE}, e.to_artifact_id, e.amount
        FROM raw.events AS e WHERE {BOUNDS} ORDER BY e.to_artifact_id, e.happened, e.amount)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "a_total_beside_names": f"""WITH total AS (SELECT COUNT(*) AS rows FROM raw.others AS e WHERE {BOUNDS}
        AND e.amount > 9), names AS ({NAMES}) SELECT @metrics_sample_date(DATE '2024-01-01') AS metrics_sample_date,
        names.name AS to_artifact_id, @metric_name() AS metric, MAX(total.rows) AS amount
        FROM total CROSS JOIN names GROUP BY 1, 2, 3""",
    "every_row": plain("e.amount", f"{BOUNDS} AND e.to_artifact_id = 'r1'", ""),
    "grouped_by_dates_only": f"""WITH days AS (SELECT {SAMPLE}, COUNT(*) AS rows FROM raw.events AS e WHERE {BOUNDS}
        GROUP BY 1), sums AS ({SUMS}) SELECT sums.metrics_sample_date, sums.to_artifact_id, @metric_name() AS metric,
        sums.total / days.rows AS amount
        FROM sums JOIN days ON sums.metrics_sample_date = days.metrics_sample_date""",
    "a_total_without_group": f"""WITH days AS (SELECT COUNT(*) AS rows FROM raw.others AS e WHERE {BOUNDS})
        SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, SUM(e.amount) + MAX(days.rows) AS amount
        FROM raw.events AS e CROSS JOIN days WHERE {BOUNDS} GROUP BY 1, 2, 3""",
    "pairs_of_rows": f"""SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
        FROM raw.events AS e JOIN raw.others AS o ON e.to_artifact_id = o.to_artifact_id
        WHERE {BOUNDS} AND {BOUNDS.replace("e.", "o.")} GROUP BY 1, 2, 3""",
    "pairs_of_which_one_is_bounded": f"""SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, COUNT(o.kind)
        AS amount FROM raw.events AS e LEFT JOIN raw.others AS o ON e.to_artifact_id = o.to_artifact_id
        AND o.happened < e.happened WHERE {BOUNDS} GROUP BY 1, 2, 3""",
    "bounded_again": f"""WITH rows AS ({ROWS}) SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows
        WHERE happened BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3""",
    "half_a_between": plain("SUM(e.amount)", "e.happened BETWEEN @metrics_start('DATE') AND DATE '2024-02-28'"),
    "half_a_between_and_a_bound": plain(
        "SUM(e.amount)",
        "e.happened BETWEEN @metrics_start('DATE') AND DATE '2024-02-28' AND e.happened <= @metrics_end('DATE')",
    ),
    "in_union": f"""WITH rows AS ({SUMS} UNION ALL {COUNTS})
        SELECT {OUTPUTS}, SUM(total) AS amount FROM rows GROUP BY 1, 2, 3""",
    "in_union_distinct": f"""WITH rows AS (SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.events AS e WHERE {BOUNDS}
        UNION SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.others AS e WHERE {BOUNDS})
        SELECT {OUTPUTS}, COUNT(*) AS amount FROM rows GROUP BY 1, 2, 3""",
    "in_except_all": f"""WITH rows AS (SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.events AS e WHERE {BOUNDS}
        EXCEPT ALL SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.others AS e WHERE {BOUNDS})
        SELECT {OUTPUTS}, COUNT(*) AS amount FROM rows GROUP BY 1, 2, 3""",
    "first_of_union": f"""WITH rows AS ({SUMS} UNION ALL {COUNTS} ORDER BY 3, 2, 1 LIMIT 3)
        SELECT {OUTPUTS}, SUM(total) AS amount FROM rows GROUP BY 1, 2, 3""",
    "first_rows_of_union": f"""WITH rows AS (SELECT {SAMPLE}, e.to_artifact_id, e.kind, e.amount FROM raw.events AS e
        WHERE {BOUNDS} UNION ALL SELECT {SAMPLE}, e.to_artifact_id, e.kind, e.amount FROM raw.others AS e
        WHERE {BOUNDS} ORDER BY amount, 2, kind LIMIT 3)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "date_in_having": plain(
        "SUM(e.amount)", rest="GROUP BY 1, 2, 3 HAVING DAYOFWEEK(@metrics_sample_date(e.happened)) < 5"
    ),
    "date_in_distinct": plain("COUNT(DISTINCT e.happened - @metrics_sample_date(e.happened))"),
    "date_beside_aggregates": plain("SUM(e.amount) + DAYOFWEEK(@metrics_sample_date(e.happened))"),
    "sums_of_each_date_in_union_distinct": f"""WITH rows AS ({SUMS} UNION {COUNTS})
        SELECT {OUTPUTS}, SUM(total) AS amount FROM rows GROUP BY 1, 2, 3""",
    "a_grouping_set": plain("COUNT(DISTINCT e.kind)", rest="GROUP BY GROUPING SETS ((1, 2, 3), (1, 3))"),
    "first_of_a_part": f"""WITH rows AS ({SUMS} UNION ALL ({COUNTS} UNION ALL ({SUMS}) ORDER BY 3, 2, 1 LIMIT 3))
        SELECT {OUTPUTS}, SUM(total) AS amount FROM rows GROUP BY 1, 2, 3""",
    "first_of_parentheses": f"""WITH rows AS ((({SUMS} UNION ALL {COUNTS}) ORDER BY 3, 2, 1 LIMIT 3) UNION ALL {SUMS})
        SELECT {OUTPUTS}, SUM(total) AS amount FROM rows GROUP BY 1, 2, 3""",
    "deeper_union": f"""WITH rows AS (SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.events AS e WHERE {BOUNDS}
        UNION ALL (SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.others AS e WHERE {BOUNDS}
        INTERSECT SELECT {SAMPLE}, e.to_artifact_id, e.kind FROM raw.events AS e WHERE {BOUNDS}))
        SELECT {OUTPUTS}, COUNT(*) AS amount FROM rows GROUP BY 1, 2, 3""",
    "beside_rows_of_all_time": f"""WITH rows AS (SELECT e.happened AS day, e.to_artifact_id, e.amount
        FROM raw.events AS e WHERE {BOUNDS} UNION ALL SELECT e.happened, e.to_artifact_id, 1 FROM raw.others AS e)
        SELECT @metrics_sample_date(@metrics_start('DATE')) AS metrics_sample_date, to_artifact_id,
        @metric_name() AS metric, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "some_that_are_elsewhere": plain(
        "SUM(e.amount)",
        f"""{BOUNDS} AND e.to_artifact_id IN (
        SELECT o.to_artifact_id FROM raw.others AS o WHERE {BOUNDS.replace("e.", "o.")})""",
    ),
    "some_that_are_in_either": plain(
        "SUM(e.amount)",
        f"""{BOUNDS} AND e.to_artifact_id IN (
        SELECT o.to_artifact_id FROM raw.others AS o WHERE {BOUNDS.replace("e.", "o.")}
        UNION ALL SELECT o.to_artifact_id FROM raw.others AS o WHERE {BOUNDS.replace("e.", "o.")} AND o.flag)""",
    ),
    "beside_the_most_elsewhere": plain(
        "SUM(e.amount)",
        f"""{BOUNDS} AND e.amount <= (
        SELECT MAX(o.amount) FROM raw.others AS o WHERE {BOUNDS.replace("e.", "o.")})""",
    ),
    "the_first_rows": f"""WITH rows AS ({ROWS} ORDER BY e.amount, e.to_artifact_id, e.happened LIMIT 5)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "the_first_groups": f"""WITH sums AS ({SUMS} ORDER BY 3, 2 LIMIT 2)
        SELECT {OUTPUTS}, total AS amount FROM sums""",
    "rolled_up": plain("SUM(e.amount)", rest="GROUP BY ROLLUP (1, 2, 3)"),
    "all_but_the_first_rows": f"""WITH rows AS ({ROWS} ORDER BY e.amount, e.to_artifact_id, e.happened OFFSET 5)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM rows GROUP BY 1, 2, 3""",
    "a_day": plain("SUM(e.amount) / @metrics_sample_interval_length(e.happened, 'day')"),
    "joined_inner": joined("", "a.total - b.rows"),
    "joined_left": joined("LEFT"),
    "joined_right": joined("RIGHT"),
    "joined_full": joined("FULL"),
    "joined_in_order": f"""WITH a AS ({SUMS}), b AS ({COUNTS}) SELECT a.metrics_sample_date, a.to_artifact_id,
        @metric_name() AS metric, a.total - b.rows AS amount FROM a JOIN b ON a.to_artifact_id = b.to_artifact_id
        AND a.metrics_sample_date <= b.metrics_sample_date""",
    "joined_without_a_date": f"""WITH a AS ({SUMS}), b AS (SELECT e.to_artifact_id, COUNT(*) AS rows
        FROM raw.others AS e WHERE {BOUNDS} GROUP BY 1) SELECT a.metrics_sample_date, a.to_artifact_id,
        @metric_name() AS metric, a.total - b.rows AS amount FROM a JOIN b ON a.to_artifact_id = b.to_artifact_id""",
    "joined_right_below": f"""WITH a AS ({SUMS}), b AS ({COUNTS}), c AS (SELECT b.to_artifact_id, b.rows, a.total
        FROM a RIGHT JOIN b ON a.to_artifact_id = b.to_artifact_id AND a.total > 3)
        SELECT b.metrics_sample_date, b.to_artifact_id, @metric_name() AS metric,
        b.rows + c.rows + COALESCE(c.total, 0) AS amount FROM b JOIN c ON b.to_artifact_id = c.to_artifact_id""",
    "crossed": f"""WITH a AS ({SUMS}), b AS (SELECT {SAMPLE}, COUNT(*) AS rows FROM raw.others AS e WHERE {BOUNDS}
        GROUP BY 1) SELECT a.metrics_sample_date, a.to_artifact_id, @metric_name() AS metric, a.total / b.rows AS amount
        FROM a CROSS JOIN b""",
    "kept_names": f"""WITH a AS ({SUMS}), names AS ({NAMES}) SELECT a.metrics_sample_date, a.to_artifact_id,
        @metric_name() AS metric, a.total AS amount FROM a LEFT JOIN names ON a.to_artifact_id = names.name""",
    "all_names": f"""WITH a AS ({SUMS}), names AS ({NAMES}) SELECT a.metrics_sample_date, names.name AS to_artifact_id,
        @metric_name() AS metric, a.total AS amount FROM a RIGHT JOIN names ON a.to_artifact_id = names.name""",
    "rows_of_all_names": f"""WITH a AS ({ROWS}), names AS ({NAMES})
        SELECT a.metrics_sample_date, names.name AS to_artifact_id, @metric_name() AS metric, COUNT(*) AS amount
        FROM names LEFT JOIN a ON a.to_artifact_id = names.name GROUP BY 1, 2, 3""",
}


def loaded(folder: Path) -> Project:
    texts = project_files(world(KIND))
    metrics = {name: {"ref": f"{name}.sql", "entity_types": ["artifact"], **INTERVALS} for name in QUERIES}
    texts |= {"metrics.yaml": json.dumps(metrics), **{f"queries/{name}.sql": sql for name, sql in QUERIES.items()}}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found: Project = gnomon.load(folder)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return loaded(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize("name", QUERIES)
def test_rows_are_those_of_each_date(name: str, project: Project) -> None:
    variants = {variant.suffix: variant for variant in expand(project) if variant.metric.name == name}
    options = Options()
    with connect(world(KIND), rows_of(KIND)) as connection:
        for suffix, dates in DATES.items():
            each = [per_date(project, variants[suffix], day, "duckdb", options) for day in dates]
            wanted = [row for sql in each for row in connection.execute(sql).fetchall()]
            (found,) = gnomon.render(project, name, interval=suffix, start=dates[0], end=dates[-1])
            got = connection.execute(found.sql).fetchall()
            assert wanted and sorted(got, key=repr) == sorted(wanted, key=repr), found.sql
