"""A row dated by the earlier of two windows was never written again once the later one was there.

`ahead` was planned on 12 February and run on 3 March: 51 rows of 7 days, and none of its month; a rebuild had 55 and 1.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import gnomon
from gnomon.check import check
from gnomon.errors import DefinitionError

FIRST, LAST = date(2024, 2, 1), date(2024, 2, 7)
SOURCES = """sources:
  raw.orders: {time: day, keys: {shop: shop}, columns: {day: date, shop: text, price: bigint}}
entities: {shop: {}}
"""
METRICS = """revenue: {ref: revenue.sql, rolling: {windows: [7]}, entity_key: shop}
growth: {ref: growth.sql, rolling: {windows: [7]}, entity_key: shop}
"""
REVENUE = """SELECT @metrics_sample_date(o.day) AS metrics_sample_date, o.shop, @metric_name() AS metric,
  SUM(o.price) AS amount FROM raw.orders AS o WHERE @metrics_in_window(o.day) GROUP BY 1, 2, 3"""
GROWTH = """SELECT {dated}.metrics_sample_date, a.shop, @metric_name() AS metric, b.amount - a.amount AS amount
FROM @metrics_peer_ref(revenue) AS a JOIN @metrics_peer_ref(revenue) AS b ON a.shop = b.shop AND {on}"""
LATER_BY_ONE = {
    "the later one is moved to": "b.metrics_sample_date = @rolling_window_offset(a.metrics_sample_date, 1)",
    "the other way round": "@rolling_window_offset(a.metrics_sample_date, 1) = b.metrics_sample_date",
    "the earlier one is moved to": "a.metrics_sample_date = @rolling_window_offset(b.metrics_sample_date, -1)",
}
"""`b` is the window after `a`."""


def load(root: Path, dated: str, on: str) -> gnomon.Project:
    (root / "queries").mkdir()
    (root / "gnomon.yaml").write_text("{name: shops, start: 2024-01-01}")
    (root / "sources.yaml").write_text(SOURCES)
    (root / "metrics.yaml").write_text(METRICS)
    (root / "queries" / "revenue.sql").write_text(REVENUE)
    (root / "queries" / "growth.sql").write_text(GROWTH.format(dated=dated, on=on))
    return gnomon.load(root)


@pytest.mark.parametrize("on", LATER_BY_ONE.values(), ids=LATER_BY_ONE.keys())
def test_a_row_dated_by_the_earlier_window_is_refused(on: str, tmp_path: Path) -> None:
    project = load(tmp_path, "a", on)
    (problem,) = check(project)
    assert (problem.code, problem.severity) == ("offset_ahead", "error")
    assert "SELECT b.metrics_sample_date" in (problem.help or "")
    with pytest.raises(DefinitionError, match="is not there yet when a run writes the row"):
        gnomon.render(project, "growth", start=FIRST, end=LAST)


@pytest.mark.parametrize("on", LATER_BY_ONE.values(), ids=LATER_BY_ONE.keys())
def test_a_row_dated_by_the_later_window_is_built(on: str, tmp_path: Path) -> None:
    project = load(tmp_path, "b", on)
    assert check(project) == []
    assert gnomon.render(project, "growth", start=FIRST, end=LAST)
