"""Metrics whose parts are the same, built in one run: each is computed by its own query over them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

import gnomon
from gnomon.compile.forms import table_of
from gnomon.compile.shared import Work, shared
from gnomon.expand import expand
from oracle.clock import DAY
from property.runs import CALENDAR, fill_calendar

START, END = date(2024, 1, 1), date(2024, 2, 1)
SOURCES = """sources:
  raw.orders:
    time: day
    keys: {shop: shop}
    columns: {day: {type: date}, shop: {type: text}, price: {type: bigint}}
entities: {shop: {}, city: {}}
relationships: [{table: ref.cities, from: {shop: shop}, to: {city: city}}]
"""
METRICS = ("revenue", "cents", "large")
DEFINITION = """{name}: {{ref: {name}.sql, time_aggregations: [daily, monthly], rolling: {{windows: [7]}},
  entity_types: [shop, city], entity_key: shop}}
"""
QUERY = """SELECT @metrics_sample_date(o.day) AS metrics_sample_date, o.shop, @metric_name() AS metric,
  {amount} AS amount
FROM raw.orders AS o WHERE @metrics_in_window(o.day) GROUP BY 1, 2, 3 {having}"""
ROWS = """CREATE SCHEMA raw; CREATE SCHEMA ref;
CREATE TABLE raw.orders AS SELECT * FROM (VALUES (DATE '2024-01-05', 'x', 3), (DATE '2024-01-06', 'x', 4),
  (DATE '2024-01-06', 'y', 1)) AS t(day, shop, price);
CREATE TABLE ref.cities AS SELECT * FROM (VALUES ('x', 'Ulm'), ('y', 'Ulm'), ('y', 'Bonn')) AS t(shop, city)"""


def project(folder: Path) -> Any:
    (folder / "queries").mkdir()
    (folder / "gnomon.yaml").write_text(f"name: shops\nstart: {START}\n")
    (folder / "sources.yaml").write_text(SOURCES)
    (folder / "metrics.yaml").write_text("".join(DEFINITION.format(name=name) for name in METRICS))
    texts = (("SUM(o.price)", ""), ("100 * SUM(o.price)", ""), ("SUM(o.price)", "HAVING SUM(o.price) > 3"))
    for name, (amount, having) in zip(METRICS, texts, strict=True):
        (folder / "queries" / f"{name}.sql").write_text(QUERY.format(amount=amount, having=having))
    return gnomon.load(folder)


def bounded(query: exp.Query) -> str:
    """A model's query over all days."""
    bounds = {"start_ds": START, "end_ds": END - DAY, "execution_ds": END}
    query = query.copy()
    for placeholder in list(query.find_all(exp.Placeholder)):
        placeholder.replace(exp.Literal.string(bounds[placeholder.name].isoformat()))
    return query.sql("duckdb")


@pytest.mark.parametrize("order", [1, -1])
def test_metrics_of_the_same_parts_are_each_computed_by_their_own_query(order: int, tmp_path: Path) -> None:
    """All metrics that are made of one table of parts were computed by the query of the first of them, under its name:
    with a metric of a hundred times the sum beside it, the revenue of 7 was 700."""
    loaded = project(tmp_path)
    works = [Work(variant, (START, END), (START, END)) for variant in expand(loaded)[::order]]
    found = shared(loaded, works, CALENDAR)
    assert len(found.uses) == len(works)
    sums: dict[tuple[str, str, str], list[float]] = {}
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        fill_calendar(connection, START - 40 * DAY, END + 40 * DAY)
        for name, query in found.tables.items():
            connection.execute(f"CREATE TEMP TABLE {table_of(name).sql('duckdb')} AS {query.sql('duckdb')}")
        for place, use in found.uses.items():
            variant = works[place].variant
            rows = connection.execute(bounded(use.query)).fetchall()
            assert {label for *_, label, _ in rows} == {f"{variant.metric.key}_{variant.suffix}"}
            sums[variant.metric.key, variant.entity, variant.suffix] = sorted(row[-1] for row in rows)
    # x has 3 and 4, y has 1 in both cities: in Ulm 3 on the 5th, and 5 on the 6th
    assert sums["revenue", "shop", "monthly"] == [1, 7]
    assert sums["revenue", "city", "daily"] == [1, 3, 5]
    assert sums["revenue", "city", "monthly"] == [1, 8]
    # windows of 7 days: Bonn has 1 on 7 dates; Ulm has 3 on the 5th, 8 from the 6th to the 11th, 5 on the 12th
    assert sums["revenue", "city", "over_7_day_window"] == [*[1] * 7, 3, 5, *[8] * 6]
    for entity in ("shop", "city"):
        for suffix in ("daily", "monthly", "over_7_day_window"):
            revenue = sums["revenue", entity, suffix]
            assert sums["cents", entity, suffix] == [100 * amount for amount in revenue]
            assert sums["large", entity, suffix] == [amount for amount in revenue if amount > 3]
