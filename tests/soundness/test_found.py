"""Wrong numbers once produced."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import gnomon
from gnomon.compile.project import compile_project
from oracle.clock import AllTime, Bucket, Interval, Rolling, ToDate
from oracle.logic import Col, Compare, Lit
from oracle.model import Agg, Dim, Having, Measure, Nested, Pairs, PeerOver, PeerPair, Ratio
from property.trial import connect
from soundness.case import KNOBS, Case

COUNT = Measure("raw.events", Agg("count_rows"))
COUNT_SQL = """SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, @metric_name() AS metric,
  COUNT(*) AS amount FROM raw.events WHERE @metrics_in_window(happened) GROUP BY """


@pytest.mark.parametrize("interval", [Rolling(2), Bucket("daily"), Bucket("monthly")])
def test_group_by_all(interval: Interval, tmp_path: Path) -> None:
    """The plan put its own groups after GROUP BY ALL, and the query did not parse."""
    rows = ({"happened": date(2024, 2, 1), "to_artifact_id": "a"},)
    case = Case(COUNT, interval, rows, sql=COUNT_SQL + "ALL")
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 3)) == []


@pytest.mark.parametrize("unit", ["month", "quarter"])
def test_a_run_over_the_end_of_february_writes_the_whole_reach(unit: str, tmp_path: Path) -> None:
    """29 February stays in a month's window until 30 March, not until `29 February + 1 month`: a restatement of 29
    February deleted the rows of 30 March and did not write them again."""
    rows = ({"happened": date(2024, 2, 29), "to_artifact_id": "a"},)
    case = Case(COUNT, Rolling(1, unit), rows, sql=COUNT_SQL + "1, 2, 3")
    assert case.run_problems(tmp_path, date(2024, 2, 29), date(2024, 3, 1), date(2024, 8, 1)) == []


PAIRS_SQL = """SELECT @metrics_sample_date(a.happened) AS metrics_sample_date, a.to_artifact_id,
  @metric_name() AS metric, COUNT(*) AS amount
FROM raw.events AS a JOIN raw.others AS b ON a.to_artifact_id = b.to_artifact_id
WHERE @metrics_in_window(a.happened) AND @metrics_in_window(b.happened) GROUP BY 1, 2, 3"""


@pytest.mark.parametrize("interval", [Rolling(2), Bucket("monthly"), AllTime()])
def test_two_sources_joined_on_the_key_above_the_artifact(interval: Interval, tmp_path: Path) -> None:
    """The join compared the second source's entity before the bridge that holds it was joined: it did not bind.

    Two artifacts of one project: 2 rows of one source x 1 of the other is 2 pairs, though no artifact has both."""
    rows = tuple({"happened": date(2024, 2, 1), "to_artifact_id": name} for name in ("a", "a"))
    members = tuple({"artifact_id": name, "project_id": "p"} for name in ("a", "b"))
    others = {"raw.others": ({"happened": date(2024, 2, 2), "to_artifact_id": "b"},), "ref.members": members}
    case = Case(Pairs("raw.events", "raw.others"), interval, rows, others, PAIRS_SQL, "project")
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 4)) == []


@pytest.mark.parametrize(
    ("zone", "happened"),
    [
        ("Asia/Kolkata", datetime(2024, 2, 28, 19, 0, tzinfo=UTC)),  # 00:30 on the 29th
        ("America/New_York", datetime(2024, 3, 2, 4, 30, tzinfo=UTC)),  # 23:30 on the 1st
    ],
)
def test_hours_of_peers_belong_to_local_days(zone: str, happened: datetime, tmp_path: Path) -> None:
    """Peers' hours (UTC) were compared with local dates: the first or last hours of the range were missing."""
    knobs = replace(KNOBS, zone=zone, time_type="timestamptz")
    case = Case(
        PeerPair("n", "n2", "minus"), Bucket("hourly"), ({"happened": happened, "to_artifact_id": "a"},), knobs=knobs,
        peers={"n": COUNT, "n2": COUNT},
    )  # fmt: skip
    assert case.rendered_problems(tmp_path, date(2024, 2, 29), date(2024, 3, 1)) == []


def test_fill_adds_rows_or_is_refused(tmp_path: Path) -> None:
    """`fill: zero` was read and then ignored."""
    case = Case(
        COUNT, Bucket("daily"), ({"happened": date(2024, 2, 1), "to_artifact_id": "a"},), sql=COUNT_SQL + "1, 2"
    )
    case.loaded(tmp_path)
    definition = (tmp_path / "metrics.yaml").read_text()
    (tmp_path / "metrics.yaml").write_text(definition.replace('"ref"', '"fill": "zero", "ref"'))
    start, end = date(2024, 1, 31), date(2024, 2, 3)
    try:
        [found] = gnomon.render(gnomon.load(tmp_path), "m", start=start, end=end)
    except gnomon.DefinitionError as error:
        assert "fill" in str(error)
        return
    with connect(case.project, case.data) as connection:
        rows = connection.execute(found.sql).fetchall()
    assert sorted((str(day), amount) for day, *_, amount in rows) == [
        ("2024-02-01", 1.0),
        ("2024-02-02", 0.0),
        ("2024-02-03", 0.0),
    ]


PEER_SUM = """SELECT @metrics_sample_date(p.metrics_sample_date) AS metrics_sample_date, p.to_artifact_id,
  @metric_name() AS metric, SUM(p.amount) AS amount
FROM @metrics_peer_ref('n', time_aggregation := 'daily') AS p WHERE @metrics_in_window(p.metrics_sample_date)
GROUP BY 1, 2, 3"""
ON_THE_20TH = ({"happened": date(2024, 2, 20), "to_artifact_id": "a"},)


def test_a_bucket_over_a_peer_is_computed_to_its_end(tmp_path: Path) -> None:
    """The peer's days ended with the last sample date that was asked for, not with the bucket."""
    case = Case(PeerOver("n", "sum"), Bucket("monthly"), ON_THE_20TH, sql=PEER_SUM, peers={"n": COUNT})
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 10)) == []


def test_the_per_date_plan_computes_a_peers_bucket_to_its_end(tmp_path: Path) -> None:
    case = Case(PeerOver("n", "sum"), Bucket("monthly"), ON_THE_20TH, sql=PEER_SUM, peers={"n": COUNT})
    assert case.per_date_rows(tmp_path, date(2024, 2, 1)) == [(date(2024, 2, 1), "a", "m_monthly", 1.0)]


def test_the_per_date_plan_takes_an_hour_of_peers(tmp_path: Path) -> None:
    """An hour was compared with a date in Python: a TypeError."""
    knobs = replace(KNOBS, time_type="timestamptz")
    rows = ({"happened": datetime(2024, 2, 20, 5, 30, tzinfo=UTC), "to_artifact_id": "a"},)
    case = Case(PeerPair("n", "n2", "minus"), Bucket("hourly"), rows, knobs=knobs, peers={"n": COUNT, "n2": COUNT})
    assert case.per_date_rows(tmp_path, datetime(2024, 2, 20, 5)) == [(datetime(2024, 2, 20, 5), "a", "m_hourly", 0.0)]


@pytest.mark.parametrize(("zone", "days"), [("UTC", 3), ("America/New_York", 4)])
def test_three_days_of_lateness_are_four_local_days_where_clocks_change(zone: str, days: int, tmp_path: Path) -> None:
    """72 hours span 73 on the wall when clocks go forward: an event of Friday 23:30 that arrives on Tuesday at 00:20,
    after that night's run, was never counted (tests/increments has the schedule)."""
    case = Case(COUNT, Bucket("daily"), (), knobs=replace(KNOBS, zone=zone), sql=COUNT_SQL + "1, 2, 3")
    specs = compile_project(case.loaded(tmp_path))
    [lookback] = [spec.lookback for spec in specs if spec.name == "metrics.m_to_artifact_daily"]
    assert lookback == days


FILTERED_HAVING = COUNT_SQL + "1, 2, 3 HAVING SUM(amount) FILTER (WHERE amount > 1) > 2"


@pytest.mark.parametrize("interval", [Rolling(2), Bucket("monthly")])
def test_a_filter_in_having_reads_the_tables_column(interval: Interval, tmp_path: Path) -> None:
    """`amount` in the FILTER of an aggregate in HAVING was taken for the output `COUNT(*) AS amount`: aggregates
    nested, and nothing ran. Inside an aggregate a bare name is the table's."""
    above_one = Agg("sum", Col("amount"), Compare(Col("amount"), ">", Lit(1)))
    rows = tuple({"happened": date(2024, 2, 1), "to_artifact_id": key, "amount": n} for key, n in (("a", 3), ("b", 2)))
    shape = Measure("raw.events", Agg("count_rows"), having=Having(above_one, ">", 2))
    case = Case(shape, interval, rows, sql=FILTERED_HAVING)
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 3)) == []


@pytest.mark.parametrize("interval", [Rolling(2), Rolling(28, "day", "@monthly"), ToDate("monthly")])
def test_days_that_the_query_groups_by_stay_days_in_a_window(interval: Interval, tmp_path: Path) -> None:
    """The largest daily sum of a window was the sum of the whole window: the time column beside the sample date in
    GROUP BY was taken for the sample date."""
    rows = tuple({"happened": date(2024, 2, day), "to_artifact_id": "a", "amount": n} for day, n in ((28, 3), (29, -4)))
    largest_day = Nested("raw.events", ("happened",), Agg("sum", Col("amount")), "max")
    case = Case(largest_day, interval, rows, sql=LARGEST_DAY)
    assert case.rendered_problems(tmp_path, date(2024, 2, 28), date(2024, 3, 1)) == []


LARGEST_DAY = """WITH parts AS (
  SELECT @metrics_sample_date(happened) AS metrics_sample_date, to_artifact_id, happened AS day, SUM(amount) AS part
  FROM raw.events WHERE @metrics_in_window(happened) GROUP BY 1, 2, 3
)
SELECT metrics_sample_date, to_artifact_id, @metric_name() AS metric, MAX(part) AS amount
FROM parts GROUP BY ALL"""


ACTIVE_DAYS = Agg("count_distinct", Col("happened"))


@pytest.mark.parametrize("interval", [Rolling(3), Rolling(1, "month"), Bucket("monthly")])
@pytest.mark.parametrize("beside", [False, True])
def test_active_days_of_a_window(interval: Interval, beside: bool, tmp_path: Path) -> None:
    """A distinct count of the time column itself: in a window, beside another aggregate, the column was that of a
    table that the query did not read."""
    days = (date(2024, 2, 28), date(2024, 2, 28), date(2024, 3, 1))
    rows = tuple({"happened": day, "to_artifact_id": "a", "kind": "x"} for day in days)
    kinds = Agg("count_distinct", Col("kind"))
    counted, rest = ("kind", " HAVING COUNT(DISTINCT happened) >= 2") if beside else ("happened", "")
    shape = (
        Measure("raw.events", kinds, having=Having(ACTIVE_DAYS, ">=", 2))
        if beside
        else Measure("raw.events", ACTIVE_DAYS)
    )
    sql = COUNT_SQL.replace("COUNT(*)", f"COUNT(DISTINCT {counted})") + "1, 2, 3" + rest
    case = Case(shape, interval, rows, sql=sql)
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 3, 4)) == []


BY_KIND = Measure("raw.events", Agg("count_rows"), dims=(Dim("tag", Col("kind")),))
NAMED_AS_THE_ENTITY = "SELECT e.happened, e.to_artifact_id, e.kind AS to_project_id FROM raw.events AS e"
ABOVE = """SELECT @metrics_sample_date(c.happened) AS metrics_sample_date, c.to_artifact_id, c.to_project_id AS tag,
  @metric_name() AS metric, COUNT(*) AS amount FROM c WHERE @metrics_in_window(c.happened) GROUP BY ALL"""
TAGGED = {
    "one CTE": f"WITH c AS ({NAMED_AS_THE_ENTITY}) {ABOVE}",
    "two CTEs": f"WITH b AS ({NAMED_AS_THE_ENTITY}), c AS (SELECT * FROM b) {ABOVE}",
    "a subquery": f"WITH c AS (SELECT b.* FROM ({NAMED_AS_THE_ENTITY}) AS b) {ABOVE}",
    "branches": f"""WITH c AS ({NAMED_AS_THE_ENTITY} WHERE e.flag UNION ALL {NAMED_AS_THE_ENTITY} WHERE NOT e.flag)
        {ABOVE}""",
    "the rename's own name": f"WITH c AS (SELECT b.*, 1 AS to_project_id_ FROM ({NAMED_AS_THE_ENTITY}) AS b) {ABOVE}",
    "an order": f"WITH c AS ({NAMED_AS_THE_ENTITY} ORDER BY to_artifact_id, to_project_id LIMIT 100) {ABOVE}",
}


@pytest.mark.parametrize("interval", [Rolling(2), Bucket("monthly")])
@pytest.mark.parametrize("shape", TAGGED)
def test_an_output_that_is_called_as_the_entitys_column_keeps_its_value(
    shape: str, interval: Interval, tmp_path: Path
) -> None:
    """The query that reads the events had two columns `to_project_id`, and DuckDB took the first: the dimension showed
    the project."""
    day = {"happened": date(2024, 2, 1)}
    rows = tuple({**day, "to_artifact_id": "a", "kind": kind, "flag": kind == "x"} for kind in ("x", "y", "y"))
    members = ({"artifact_id": "a", "project_id": "p"},)
    case = Case(BY_KIND, interval, rows, {"ref.members": members}, TAGGED[shape], "project")
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 3)) == []


@pytest.mark.parametrize("interval", [Rolling(3), Rolling(1, "month"), ToDate("monthly")])
def test_a_mean_that_something_is_divided_by(interval: Interval, tmp_path: Path) -> None:
    """`a / AVG(b)` became `a / SUM(b) / COUNT(b)` in a window: 12 over a mean of 4 was 12 / 12 / 3."""
    rows = tuple({"happened": date(2024, 2, 1), "to_artifact_id": "a", "amount": amount} for amount in (2, 4, 6))
    shape = Measure("raw.events", Ratio(Agg("sum", Col("amount")), Agg("avg", Col("amount"))))
    case = Case(shape, interval, rows, sql=COUNT_SQL.replace("COUNT(*)", "SUM(amount) / AVG(amount)") + "1, 2, 3")
    assert case.rendered_problems(tmp_path, date(2024, 2, 1), date(2024, 2, 2)) == []
