"""Numbers in tables and plots: with units, in a locale, and untouched where programs read them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from gnomon.cli.chart import chart
from gnomon.cli.picture import Line, Picture, Point
from gnomon.cli.query import print_rows
from gnomon.cli.terminal import draw
from gnomon.query.answer import METADATA, dump

ASK = ("query", "--metric", "total_price", "--by", "customer", "--interval", "monthly", "--entity-id", "anna")
PLOT = ("metrics", "plot", "orders", "--entity-id", "anna")


def table(unit: Any, values: list[Any]) -> pa.Table:
    """An answer with one column of values."""
    columns = [{"name": "at", "role": "sample_date"}, {"name": "amount", "role": "value", "unit": unit}]
    rows = pa.table({"at": [f"2024-01-0{n + 1}" for n in range(len(values))], "amount": values})
    return rows.replace_schema_metadata({METADATA: dump({"columns": columns})})


def picture(unit: Any, *values: float, kind: str = "line", locale: str = "en_US") -> Picture:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(len(values) + 1)]
    points = tuple(Point(days[n], days[n + 1], value) for n, value in enumerate(values))
    return Picture("Title", "Subtitle", unit, kind, (Line("anna", points),), True, locale=locale)


def test_a_table_is_in_one_unit_that_its_head_names(capsys: Any) -> None:
    print_rows(table({"kind": "data_size", "code": "B"}, [1.2e9, 34e6 * 7, None]), 40)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if "─" not in line] == [
        ["at", "amount", "[GB]"], ["2024-01-01", "1.20"], ["2024-01-02", "0.24"], ["2024-01-03", "–"],
    ]  # fmt: skip


def test_decimal_points_stand_below_each_other(capsys: Any) -> None:
    print_rows(table(None, [17.7, 3.25, 1234.0]), 40)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("2024")]
    assert len({row.index(".") for row in rows}) == 1


def test_a_table_without_rows_has_its_heads(capsys: Any) -> None:
    print_rows(table({"kind": "count", "code": "orders"}, [1.0]).slice(1), 40)
    assert capsys.readouterr().out.splitlines()[0].split() == ["at", "amount", "[orders]"]


def test_a_locale_writes_the_table_and_nothing_else(gnomon: Any, shop: Path) -> None:
    english, german = (gnomon(*ASK, *more, cwd=shop).stdout for more in ((), ("--locale", "de_DE")))
    assert "46.5" in english and "46,5" in german and german == english.replace(".", ",")
    for form in ("csv", "json", "arrow"):
        asked = (*ASK, "--format", form)
        assert gnomon(*asked, cwd=shop).stdout_bytes == gnomon(*asked, "--locale", "de_DE", cwd=shop).stdout_bytes


@pytest.mark.parametrize("command", [ASK, PLOT])
def test_an_unknown_locale_is_refused_before_anything_is_read(gnomon: Any, tmp_path: Path, command: Any) -> None:
    result = gnomon(*command, "--locale", "de_ED", cwd=tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[unknown_locale]" in result.stderr and "did you mean" in result.stderr


def test_the_unit_of_an_axis_stands_at_its_last_number() -> None:
    money = {"kind": "currency", "code": "USD"}
    assert "$3M ┤" in draw(picture(money, 1e6, 2.5e6), 60) and "2M ┤" in draw(picture(money, 1e6, 2.5e6), 60)
    assert "3\xa0Mio" not in draw(picture(money, 1e6, 2.5e6, locale="de_DE"), 60)
    assert "3M\xa0$ ┤" in draw(picture(money, 1e6, 2.5e6, locale="de_DE"), 60)
    assert "0.8 ┤" in draw(picture({"kind": "proportion"}, 0.5, 0.8), 60)


def test_bars_say_their_numbers_with_the_unit() -> None:
    assert draw(picture({"kind": "percentage"}, 12.5, kind="bar"), 60).endswith("12.5 %")


def test_a_tooltip_says_a_duration_as_people_do() -> None:
    drawn = chart(picture({"kind": "time", "code": "h"}, 3 + 1 / 3, 2)).to_dict()
    assert [row["shown"] for row in drawn["data"]["values"]] == ["3 h 20 min", "2 h"]
