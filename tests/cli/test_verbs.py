"""The verbs on a built project; every number is computed beside from the orders."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from .shop_orders import CUSTOMERS, EXECUTION, FIRST, orders, orders_by_month, orders_in_window

ASK = ("query", "--metric", "orders", "--metric", "total_price", "--by", "customer", "--interval", "monthly")


def answer(result: Any) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_query_returns_what_was_ordered(gnomon: Any, shop: Path) -> None:
    body = answer(gnomon(*ASK, "--format", "json", cwd=shop))
    found = {(row["metrics_sample_date"], row["customer_id"]): row["orders"] for row in body["rows"]}
    assert found == orders_by_month()
    prices = {row["customer_id"]: row["total_price"] / row["orders"] for row in body["rows"]}
    assert prices == {"anna": 1.5, "ben": 3.0, "cleo": 15.0}
    assert body["bounds"]["last"] == {"sample_date": "2024-02-01", "start": "2024-02-01", "end_exclusive": "2024-03-01"}
    assert all(row["is_complete"] for row in body["rows"])


def test_rolling_windows_count_their_days_and_the_first_ones_are_not_complete(gnomon: Any, shop: Path) -> None:
    ask = ("query", "--metric", "orders", "--by", "customer", "--interval", "over_7_day_window", "--format", "json")
    rows = answer(gnomon(*ask, cwd=shop))["rows"]
    assert {row["customer_id"] for row in rows} == set(CUSTOMERS)
    for row in rows:
        day = date.fromisoformat(row["metrics_sample_date"])
        assert row["orders"] == orders_in_window(row["customer_id"], day, 7), row
        assert row["is_complete"] == (day >= FIRST + timedelta(days=6)), row


def test_all_formats_hold_the_same_rows(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    rows = answer(gnomon(*ASK, "--format", "json", cwd=shop))["rows"]
    text = gnomon(*ASK, "--format", "csv", cwd=shop).stdout
    assert [row["customer_id"] for row in csv.DictReader(io.StringIO(text))] == [row["customer_id"] for row in rows]
    stream = pa.ipc.open_stream(gnomon(*ASK, "--format", "arrow", cwd=shop).stdout_bytes).read_all()
    out = tmp_path / "answer.parquet"
    wrote = gnomon(*ASK, "--out", str(out), cwd=shop)
    assert (wrote.exit_code, wrote.stdout) == (0, "")
    assert stream.equals(parquet.read_table(out))
    assert stream.num_rows == len(rows)
    assert json.loads(stream.schema.field("orders").metadata[b"unit"]) == {"kind": "count", "code": "orders"}


def test_the_table_is_data_and_the_bounds_are_talk(gnomon: Any, shop: Path) -> None:
    result = gnomon(*ASK, "--entity-id", "anna", "--order", "-orders", cwd=shop)
    lines = result.stdout.splitlines()
    assert "orders [orders]" in lines[0]
    assert lines[2].split()[:3] == ["2024-01-01", "anna", "31"]
    assert "2024-02-01 covers [2024-02-01, 2024-03-01)" in result.stderr


def test_query_refuses_in_one_message(gnomon: Any, shop: Path) -> None:
    result = gnomon(*ASK, "--where", "orders > (SELECT 1)", cwd=shop)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error[bad_filter]")
    wrong = gnomon("query", "--metric", "orders", "--by", "customer", "--interval", "yearly", cwd=shop)
    assert wrong.exit_code == 2 and "unknown_interval" in wrong.stderr


def test_list_and_show_say_what_rows_cover(gnomon: Any, shop: Path) -> None:
    listed = gnomon("metrics", "list", cwd=shop)
    assert "total_price" in listed.stdout and "2 metrics, 10 variants" in listed.stderr
    about = answer(gnomon("metrics", "show", "orders", "--json", "--execution-time", EXECUTION, cwd=shop))
    latest = {each["interval"]: each["latest"] for each in about["intervals"]}
    assert latest["monthly"] == {"sample_date": "2024-02-01", "start": "2024-02-01", "end_exclusive": "2024-03-01"}
    assert latest["weekly"] == {"sample_date": "2024-02-19", "start": "2024-02-19", "end_exclusive": "2024-02-26"}
    assert latest["over_30_day_window"]["start"] == "2024-01-31"
    assert about["lateness"]["days"] == 3
    rewritten = {each["interval"]: each["rewritten"] for each in about["intervals"]}
    assert rewritten["daily"] == {"first": "2024-02-26", "last": "2024-02-29"}
    assert rewritten["monthly"] == {"first": "2024-02-01", "last": "2024-02-01"}
    assert rewritten["weekly"] is None  # the week of the last four days is not complete
    assert [source["table"] for source in about["sources"]] == ["raw.orders"]
    text = gnomon("metrics", "show", "orders", "--execution-time", EXECUTION, cwd=shop).stdout
    assert "raw.orders up to 3 days late" in text and "gnomon restate --since DAY --metric orders" in text
    assert "the run of 2024-03-01 writes 2024-02-26 to 2024-02-29" in text
    assert "2024-02-19 covers [2024-02-19, 2024-02-26) in UTC" in text
    assert "metrics.orders_to_customer_weekly" in text


def test_rendered_queries_run_as_they_stand(gnomon: Any, shop: Path) -> None:
    span = ("--start", "2024-01-01", "--end", "2024-02-29")
    result = gnomon("metrics", "render", "orders", "--full-render", *span, cwd=shop)
    assert "5 queries" in result.stderr
    assert result.stdout.count("-- metrics.orders_to_customer_") == 5
    assert result.stdout.count("\n;") == 5
    statements = [text for text in result.stdout.split("\n;") if text.strip()]
    monthly = next(text for text in statements if "orders_to_customer_monthly" in text)
    with duckdb.connect(str(shop / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(monthly).fetchall()
    assert {(str(row[0]), row[1]): row[-1] for row in rows} == orders_by_month()


def test_render_as_json_has_the_promised_keys(gnomon: Any, shop: Path) -> None:
    args = ("metrics", "render", "orders", "--full-render", "--dialect", "spark", "--interval", "monthly", "--json")
    (rendered,) = answer(gnomon(*args, "--execution-time", EXECUTION, cwd=shop))
    keys = ["name", "metric", "entity", "interval", "dialect", "sql", "start", "end", "plan", "units"]
    assert list(rendered) == keys
    assert (rendered["dialect"], rendered["start"], rendered["end"]) == ("spark", "2024-01-01", "2024-02-29")


@pytest.mark.parametrize("bad", [["nope"], ["orders", "--dialect", "klingon"], ["orders", "--entity", "x"]])
def test_render_refuses_what_does_not_exist(gnomon: Any, shop: Path, bad: list[str]) -> None:
    result = gnomon("metrics", "render", *bad, cwd=shop)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error[unknown_")


def test_render_refuses_vars_that_are_no_object(gnomon: Any, shop: Path) -> None:
    for text in ("[1]", "{", "nope"):
        result = gnomon("metrics", "render", "orders", "--vars", text, cwd=shop)
        assert result.exit_code == 2 and "--vars" in result.stderr


def test_check_counts_and_finds_all_problems(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    good = gnomon("check", "--data", cwd=shop)
    assert good.exit_code == 0 and f"raw.orders: {len(orders())} rows" in good.stdout
    for name in ("gnomon.yaml", "sources.yaml"):
        (tmp_path / name).write_text((shop / name).read_text())
    (tmp_path / "metrics.yaml").write_text(
        "a: {ref: a.sql, time_aggregations: [dayly], entity_types: [customer], entity_key: customer_id}\n"
        "b: {ref: b.sql, time_aggregations: [daily], entity_types: [nobody], entity_key: customer_id}\n"
    )
    bad = gnomon("check", "--json", cwd=tmp_path)
    problems = json.loads(bad.stdout)["problems"]
    assert bad.exit_code == 2
    assert {problem["place"]["line"] for problem in problems if problem["place"]} == {1, 2}
    assert len(problems) >= 2


def test_check_data_says_what_the_warehouse_lacks(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    for path in shop.rglob("*"):
        if path.suffix in (".yaml", ".sql"):
            target = tmp_path / path.relative_to(shop)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text())
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    result = gnomon("check", "--data", cwd=tmp_path)
    assert result.exit_code == 1 and "raw.orders: the table does not exist" in result.stdout


def test_plan_is_empty_once_it_is_built(gnomon: Any, shop: Path) -> None:
    result = gnomon("plan", "--dry-run", "--execution-time", EXECUTION, cwd=shop)
    assert (result.exit_code, result.stdout) == (0, "prod is up to date\n")
    shown = answer(gnomon("plan", "--dry-run", "--json", "--execution-time", EXECUTION, cwd=shop))
    assert shown["is_empty"] is True and shown["applied"] is False


def test_restate_shows_what_it_would_rewrite(gnomon: Any, shop: Path) -> None:
    args = ("restate", "--since", "2024-02-10", "--until", "2024-02-12", "--metric", "orders", "--dry-run")
    result = gnomon(*args, "--execution-time", EXECUTION, cwd=shop)
    assert result.exit_code == 0, result.stderr
    assert "metrics.orders_to_customer_weekly" in result.stdout and "total_price" not in result.stdout
    assert result.stderr.endswith("nothing was written\n")
    wrong = gnomon("restate", "--since", "2024-02-10", "--metric", "ordres", "--dry-run", cwd=shop)
    assert wrong.exit_code == 2 and "did you mean 'orders'" in wrong.stderr


def test_sqlmesh_itself_reads_the_project(gnomon: Any, shop: Path) -> None:
    result = gnomon("sqlmesh", "render", "metrics.orders_to_customer_monthly", cwd=shop)
    assert result.exit_code == 0, result.stderr
    assert gnomon("sqlmesh", "no-such-verb", cwd=shop).exit_code == 2


def test_sources_pull_keeps_other_entries(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    from gnomon.cli.external_models import merge

    file = tmp_path / "external_models.yaml"
    file.write_text("# mine\n- name: other.table\n  columns: {a: int}\n- name: raw.orders\n  gateway: local\n")
    pulled = answer(gnomon("sources", "pull", "--dry-run", "--json", cwd=shop))
    assert pulled["tables"]["raw.orders"]["price"] == "DOUBLE" and pulled["written"] is False
    assert not (shop / "external_models.yaml").exists()
    assert merge(file, pulled["tables"]) == ["raw.orders"]
    assert merge(file, pulled["tables"]) == []
    text = file.read_text()
    assert text.startswith("# mine\n") and "a: int" in text and "gateway: local" in text and "price: DOUBLE" in text
