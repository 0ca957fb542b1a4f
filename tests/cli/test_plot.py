"""Plots: what is drawn, in files and in the terminal."""

from __future__ import annotations

import struct
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gnomon.cli.chart import rows_of
from gnomon.cli.picture import Line, Picture, Point
from gnomon.cli.terminal import draw

DAY = timedelta(days=1)
PLOT = ("metrics", "plot", "orders", "--entity-id", "anna", "--entity-id", "ben")


def points(*values: float | None, incomplete: int = 0) -> tuple[Point, ...]:
    first, last = date(2024, 1, 1), len(values) - incomplete
    moments = [first + number * DAY for number in range(len(values) + 1)]
    return tuple(Point(moments[n], moments[n + 1], value, n < last) for n, value in enumerate(values))


def picture(kind: str, *lines: Line) -> Picture:
    unit = {"kind": "count", "code": "orders"}
    return Picture("Orders by customer", "Each point covers a day", unit, kind, lines, True)


@pytest.mark.parametrize("interval", ["daily", "monthly", "over_30_day_window"])
def test_a_png_is_an_image_of_some_size(gnomon: Any, shop: Path, tmp_path: Path, interval: str) -> None:
    out = tmp_path / "plot.png"
    result = gnomon(*PLOT, "--interval", interval, "--out", str(out), cwd=shop)
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width > 1500 and height > 600


def test_an_svg_says_what_it_shows(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "plot.svg"
    assert gnomon(*PLOT, "--interval", "monthly", "--out", str(out), cwd=shop).exit_code == 0
    words = " ".join(ElementTree.parse(out).getroot().itertext())
    for word in ("Orders by customer", "calendar month", "anna", "ben", "40 orders", "Jan", "2024"):
        assert word in words, words


def test_a_page_needs_no_network(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "plot.html"
    assert gnomon(*PLOT, "--interval", "daily", "--out", str(out), cwd=shop).exit_code == 0
    page = out.read_text()
    assert "<script src=" not in page and "cdn" not in page.lower().replace("cdnt", "")
    assert len(page) > 500_000 and "Orders by customer" in page


def test_without_a_file_the_terminal_shows_it(gnomon: Any, shop: Path) -> None:
    result = gnomon("metrics", "plot", "orders", "--entity-id", "anna", "--interval", "monthly", cwd=shop)
    assert result.exit_code == 0
    assert "Orders · anna" in result.stdout and "40 orders ┤" in result.stdout and "Jan 2024" in result.stdout


MISTAKES = {
    "unknown_entity_id": ("orders", "--entity-id", "nobody"),
    "unknown_metric": ("ordres", "--entity-id", "anna"),
    "unknown_interval": ("orders", "--entity-id", "anna", "--interval", "yearly"),
    "unknown_format": ("orders", "--entity-id", "anna", "--out", "plot.gif"),
    "no_folder": ("orders", "--entity-id", "anna", "--out", "nowhere/plot.png"),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_mistakes_are_said_and_nothing_is_written(gnomon: Any, shop: Path, code: str) -> None:
    before = sorted(shop.iterdir())
    result = gnomon("metrics", "plot", *MISTAKES[code], cwd=shop)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error[{code}]" in result.stderr
    assert sorted(shop.iterdir()) == before


def test_a_gap_ends_a_line_and_incomplete_points_are_dashed() -> None:
    rows = rows_of(Line("anna", points(1, 2, None, 4, 5, 6, incomplete=1)), "line")
    stretches: dict[str, list[float]] = {}
    for row in rows:
        stretches.setdefault(row["stretch"], []).append(row["value"])
    assert list(stretches.values()) == [[1, 2], [4, 5], [5, 6]]
    assert [row["dashed"] for row in rows] == [False] * 4 + [True] * 2


def test_a_bucket_lasts_until_its_end() -> None:
    rows = rows_of(Line("anna", points(1, 2, incomplete=1)), "step")
    assert [(row["at"], row["value"], row["dashed"]) for row in rows] == [
        ("2024-01-01", 1, False),
        ("2024-01-02", 1, False),
        ("2024-01-02", 1, True),
        ("2024-01-02", 2, True),
        ("2024-01-03", 2, True),
    ]


def test_a_lone_point_is_a_dot() -> None:
    rows = rows_of(Line("anna", points(None, 3, None)), "line")
    assert [(row["value"], row["alone"]) for row in rows] == [(3, True)]


def test_terminal_bars_are_as_high_as_their_values() -> None:
    lines = draw(picture("step", Line("anna", points(4, 2, None, 1, incomplete=1))), 50).splitlines()
    rows = [
        line[line.index("│") + 1 if "│" in line else line.index("┤") + 1 :]
        for line in lines
        if "│" in line or "┤" in line
    ]
    columns = len(rows[-1].rstrip())
    heights = [sum(row.ljust(columns)[at] not in " " for row in rows) for at in (2, 13, 25, 38)]
    assert heights[0] == len(rows) and heights[1] == -(-len(rows) // 2)
    assert heights[2] == 0 and 0 < heights[3] < heights[1]
    assert "░" in rows[-1] and "not complete" in lines[-1]


def test_terminal_lines_hold_their_ends() -> None:
    lines = draw(picture("line", Line("anna", points(0, 10))), 60).splitlines()
    drawn = [line.split("┤")[-1].split("│")[-1] for line in lines if "┤" in line or "│" in line]
    middle = (60 - len(lines[3].split("┤")[0])) // 2
    assert drawn[-1][0] != " " and len(drawn[-1]) < middle
    assert drawn[0][0] == " " and abs(len(drawn[0]) - middle) < 3, (
        "a day later is half-way to the end of the second day"
    )


def test_one_value_each_is_a_bar_with_its_number() -> None:
    text = draw(picture("bar", Line("anna", points(10)), Line("ben", points(5))), 60)
    anna, ben = text.splitlines()[-2:]
    assert anna.count("█") == 2 * ben.count("█") and anna.endswith("10 orders")


def test_a_picture_without_values_says_so() -> None:
    assert draw(picture("line", Line("anna", points(None))), 60).endswith("no values")
