"""What docs/explanation/units.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

import gnomon
from gnomon.check.units import ColumnUnit, TableUnits, infer
from gnomon.check.units.api import qualified
from gnomon.check.units.values import Known, RowTyped, Value
from gnomon.rewrite.parse import mark
from gnomon.units.text import parse_text, text_of

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "units.md").read_text()
ROW = re.compile(r"^\| (?P<number>\d+) \| `(?P<sql>.+?)` \| `?(?P<unit>[^|`]+)`? \| (?P<why>.+) \|$", re.MULTILINE)
UNITS = {
    "usd": "USD", "wage": "USD/h", "h": "h", "cents": "USD/100", "ms": "ms", "pct": "%", "clicks": "clicks",
    "impressions": "impressions",
}  # fmt: skip


class Columns:
    """The columns of the page."""

    def units_of(self, table: exp.Table) -> TableUnits:
        stars: dict[str | None, Value] = {"stars": Known(parse_text("stars")), "lead_time": Known(parse_text("s"))}
        columns = {name: ColumnUnit(Known(parse_text(unit))) for name, unit in UNITS.items()}
        columns["tvl"] = ColumnUnit(Known(parse_text("USD"), nature="stock"))
        columns["amount"] = ColumnUnit(RowTyped(exp.column("metric"), stars))
        columns["day"] = ColumnUnit(type="date")
        return TableUnits(columns)


def answer(sql: str) -> str:
    """The unit of an expression, or the code of what is found."""
    query = qualified(parse_one(mark(f"SELECT {sql} AS y FROM t"), dialect="duckdb"), "duckdb")
    found = infer(query, Columns(), dialect="duckdb")
    codes = [each.code for each in found.diagnostics if each.severity != "info"]
    value = found.columns["y"]
    return codes[0] if codes else text_of(value.product) if isinstance(value, Known) else "-"


def test_there_are_ten_lines() -> None:
    assert [match["number"] for match in ROW.finditer(PAGE)] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("row", [*ROW.finditer(PAGE)], ids=lambda row: row["number"])
def test_line(row: re.Match[str]) -> None:
    assert answer(row["sql"]) == row["unit"].strip()


@pytest.mark.parametrize(
    ("sql", "unit"),
    [
        ("ms + h", "unit_scale_mismatch"),
        ("100 * usd / usd", "%"),
        ("SUM(amount)", "mixed_units"),
        ("VARIANCE(usd) / AVG(usd)", "USD"),
        ("SUM(usd) / COUNT(*)", "USD/count"),
        ("SUM(tvl) / @qty(7, 'd')", "USD"),
        ("SUM(usd) / @qty(7, 'd')", "USD/d"),
        ("clicks > impressions", "count_label_mismatch"),
    ],
)
def test_what_else_the_page_says(sql: str, unit: str) -> None:
    assert f"`{sql}`" in PAGE or sql in ("100 * usd / usd", "SUM(usd) / @qty(7, 'd')")
    assert answer(sql) == unit


def test_the_message() -> None:
    block = re.search(r"```text of=(?P<sql>[^\n]+)\n(?P<text>.*?)```", PAGE, re.DOTALL)
    assert block is not None
    found = gnomon.infer_units(
        block["sql"], {"t.ms": {"kind": "time", "code": "ms"}}, declared={"seconds": {"kind": "time", "code": "s"}}
    )
    assert "\n".join(map(str, found.diagnostics)) + "\n" == block["text"]
