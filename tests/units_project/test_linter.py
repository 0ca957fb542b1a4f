"""The units of a project's own SQLMesh models, checked by SQLMesh's linter when a plan is made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gnomon.errors import RunError
from gnomon.run.context import opened
from gnomon.run.plan import plan

SOURCES = """
sources:
  raw.sales:
    time: day
    keys: {shop: shop}
    columns:
      day: {type: date}
      shop: {type: text}
      price: {type: double, unit: {kind: currency, code: USD}}
      fee: {type: double, unit: {kind: currency, code: EUR}}
      waited: {type: double, unit: {kind: time, code: ms}}
entities: {shop: {}}
"""
METRICS = "sales: {ref: sales.sql, time_aggregations: [daily], entity_key: shop}\n"
METRIC = """
SELECT @metrics_sample_date(s.day) AS metrics_sample_date, s.shop, @metric_name() AS metric, SUM(s.price) AS amount
FROM raw.sales AS s
WHERE s.day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""


class Shop:
    """A project with a metric and models of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("queries", "models"):
            (root / folder).mkdir(parents=True)
        (root / "gnomon.yaml").write_text("{name: shop, start: 2024-01-01}\n")
        (root / "config.py").write_text("from gnomon.loader import project_config\nconfig = project_config(__file__)\n")
        (root / "sources.yaml").write_text(SOURCES)
        (root / "metrics.yaml").write_text(METRICS)
        (root / "queries/sales.sql").write_text(METRIC)
        with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
            connection.execute("CREATE SCHEMA raw")
            connection.execute("CREATE TABLE raw.sales (day DATE, shop TEXT, price DOUBLE, fee DOUBLE, waited DOUBLE)")
            connection.execute("INSERT INTO raw.sales VALUES ('2024-01-02', 'a', 1, 1, 1)")

    def model(self, name: str, query: str) -> None:
        (self.root / f"models/{name}.sql").write_text(f"MODEL (name marts.{name}, kind FULL);\n\n{query}\n")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop")


@pytest.fixture
def violations(shop: Shop) -> Iterator[Any]:
    def found() -> list[Any]:
        with opened(shop.root, "a test") as session:
            return list(session.context.lint_models(raise_on_error=False))

    yield found


def test_a_models_mistake_stops_the_plan_at_its_place(shop: Shop, violations: Any) -> None:
    shop.model("margins", "SELECT day,\n  price - fee AS margin\nFROM raw.sales")
    (only,) = violations()
    assert (only.rule.name, only.violation_type) == ("unitsdisagree", "error")
    assert "USD and EUR do not go together (models/margins.sql:4:3)" in only.violation_msg
    assert (only.violation_range.start.line, only.violation_range.start.character) == (3, 2)
    with pytest.raises(RunError, match=r"USD and EUR do not go together \(models/margins\.sql:4:3\)"):
        plan(shop.root, execution_time="2024-02-01")


def test_a_quantity_in_another_size_is_mended_by_an_edit(shop: Shop, violations: Any) -> None:
    shop.model("waits", "SELECT day, waited + s.seconds AS both_of_them FROM raw.sales CROSS JOIN marts.seconds AS s")
    shop.model("seconds", "SELECT waited / 1000 AS seconds FROM raw.sales")
    (shop.root / "sources.yaml").write_text(
        f"{SOURCES}references:\n  marts.seconds: {{columns: {{seconds: {{unit: {{kind: time, code: s}}}}}}}}\n"
    )
    (only,) = violations()
    ((edit,),) = [fix.edits for fix in only.fixes]
    file = shop.root / "models/waits.sql"
    lines = file.read_text().splitlines()
    line = lines[edit.range.start.line]
    lines[edit.range.start.line] = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
    assert edit.path == file and "(s.seconds * 1000)" in lines[edit.range.start.line]
    file.write_text("\n".join(lines))
    assert violations() == []


def test_units_go_from_model_to_model_and_from_metrics(shop: Shop, violations: Any) -> None:
    shop.model("waits", "SELECT day, shop, waited, price FROM raw.sales")
    shop.model("sums", "SELECT w.day, w.waited + w.price AS both_of_them FROM marts.waits AS w")
    shop.model("joined", "SELECT m.amount + w.waited AS wrong FROM marts.waits AS w\n"
                         "JOIN metrics.sales_to_shop_daily AS m ON m.to_shop_id = w.shop")  # fmt: skip
    said = sorted(each.violation_msg for each in violations())
    assert [text.split(" (")[0] for text in said] == ["USD and ms do not go together", "ms and USD do not go together"]
    assert "joined.sql" in said[0] and "sums.sql" in said[1]


def test_macros_and_what_is_declared_of_a_model(shop: Shop, violations: Any) -> None:
    (shop.root / "sources.yaml").write_text(
        f"{SOURCES}references:\n  marts.waits: {{columns: {{seconds: {{unit: {{kind: time, code: s}}}}}}}}\n"
    )
    shop.model("waits", "SELECT day, @IF(TRUE, waited / 1000, waited) AS seconds FROM raw.sales")
    assert violations() == []
    shop.model("waits", "SELECT day, waited / 100 AS seconds FROM raw.sales")
    (only,) = violations()
    assert "'seconds' is declared s and comes out in ms, times 1/100" in only.violation_msg


def test_a_doubtful_sum_is_a_warning_and_builds(shop: Shop, violations: Any) -> None:
    text = SOURCES.replace("waited: {type: double, unit: {kind: time, code: ms}}",
                           "clicks: {unit: {kind: count, code: clicks}}\n"
                           "      views: {unit: {kind: count, code: views}}")  # fmt: skip
    (shop.root / "sources.yaml").write_text(text)
    with duckdb.connect(str(shop.root / "warehouse.duckdb")) as connection:
        connection.execute("ALTER TABLE raw.sales ADD COLUMN clicks INT; ALTER TABLE raw.sales ADD COLUMN views INT")
    shop.model("touches", "SELECT day, clicks + views AS touches FROM raw.sales")
    (only,) = violations()
    assert (only.rule.name, only.violation_type) == ("unitsdoubtful", "warning")
    done = plan(shop.root, execution_time="2024-02-01")
    assert any("clicks and views are counts of different things" in warning for warning in done.warnings)


def test_what_nobody_declared_is_not_judged(shop: Shop, violations: Any) -> None:
    (shop.root / "sources.yaml").write_text(
        "sources: {raw.sales: {time: day, keys: {shop: shop}}}\nentities: {shop: }\n"
    )
    shop.model("margins", "SELECT day, price - fee AS margin, ln(waited) AS log FROM raw.sales")
    assert violations() == []


def test_sqlmeshs_own_command_says_it_too(shop: Shop) -> None:
    shop.model("margins", "SELECT day, price - fee AS margin FROM raw.sales")
    env = {**os.environ, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "NO_COLOR": "1"}
    command = [str(Path(sys.executable).with_name("sqlmesh")), "lint"]
    done = subprocess.run(command, cwd=shop.root, env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "unitsdisagree" in done.stdout
