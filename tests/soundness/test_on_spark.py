"""Numbers that Spark's SQL gave otherwise than the metric's own: each is said here in the words that Spark means so.

`tests/plans` executes them where Spark is installed.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import gnomon
from oracle.spell import project_files
from property.world import Knobs, world

AMOUNTS = {
    "SUM(DAYOFWEEK(e.happened))": "SUM((DAYOFWEEK(events.happened) - 1))",
    "MAX(ISODOW(e.happened))": "MAX((WEEKDAY(events.happened) + 1))",
    "MAX(EXTRACT(DOW FROM e.happened))": "MAX((DAYOFWEEK(events.happened) - 1))",
    "SUM(LOG(e.amount))": "SUM(LOG10(events.amount))",
    "QUANTILE_CONT(e.amount, 0.9)": "PERCENTILE(events.amount, 0.9)",
    "PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY e.amount)": "PERCENTILE(events.amount, 0.9)",
    "QUANTILE(e.amount, 0.5)": "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY events.amount ASC)",
    "COUNT(DISTINCT ROW(e.kind, e.flag))": "(events.kind, events.flag)",
}


def spoken(amount: str, interval: str, folder: Path, time_type: str = "date") -> str:
    """A metric's statement for Spark, without space."""
    sql = f"""SELECT @metrics_sample_date(e.happened) AS metrics_sample_date, e.to_artifact_id,
        @metric_name() AS metric, {amount} AS amount
        FROM raw.events AS e WHERE @metrics_in_window(e.happened) GROUP BY 1, 2, 3"""
    metric = {"ref": "m.sql", "entity_types": ["artifact"], "time_aggregations": [interval]}
    texts = {**project_files(world(Knobs(1, time_type=time_type))), "metrics.yaml": json.dumps({"m": metric})}
    for path, text in {**texts, "queries/m.sql": sql.replace("e.", "events.").replace(" AS e ", " AS events ")}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    day = date(2024, 3, 1)
    (found,) = gnomon.render(gnomon.load(folder), "m", dialect="spark", start=day, end=day)
    return "".join(found.sql.split())


@pytest.mark.parametrize("amount", AMOUNTS)
def test_a_function_means_what_it_meant(amount: str, tmp_path: Path) -> None:
    assert AMOUNTS[amount].replace(" ", "") in spoken(amount, "monthly", tmp_path)


def test_hours_and_bounds_do_not_ask_the_session(tmp_path: Path) -> None:
    """DATE_TRUNC and TIMESTAMP are of the session's zone, whose clocks may skip the hour."""
    sql = spoken("COUNT(*)", "hourly", tmp_path, "timestamp")
    assert "DATE_TRUNC" not in sql and "ASTIMESTAMP)" not in sql
    assert "MAKE_DT_INTERVAL(0,HOUR(" in sql and "ASTIMESTAMP_NTZ)" in sql
