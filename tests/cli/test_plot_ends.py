"""What is not complete is dashed at both ends of a line: where windows begin before the data, and where it ends."""

from __future__ import annotations

from datetime import date, timedelta

from gnomon.cli.chart import rows_of
from gnomon.cli.picture import Line, Point
from gnomon.cli.terminal import dots

FIRST, DAY = date(2024, 1, 1), timedelta(days=1)


def line(*complete: bool) -> Line:
    points = (Point(FIRST + n * DAY, FIRST + (n + 1) * DAY, float(n), flag) for n, flag in enumerate(complete))
    return Line("anna", tuple(points))


def stretches(shown: Line) -> list[tuple[bool, list[float]]]:
    found: dict[str, tuple[bool, list[float]]] = {}
    for row in rows_of(shown, "line"):
        found.setdefault(row["stretch"], (row["dashed"], []))[1].append(row["value"])
    return list(found.values())


def test_every_segment_at_an_incomplete_point_is_dashed() -> None:
    assert stretches(line(False, False, True, True, False)) == [
        (True, [0, 1, 2]),
        (False, [2, 3]),
        (True, [3, 4]),
    ]


def test_the_terminal_dashes_the_same_segments() -> None:
    whole = dots(line(True, True, True), [0.0, 2.0], 40, 4, FIRST, FIRST + 3 * DAY)
    early = dots(line(False, True, True), [0.0, 2.0], 40, 4, FIRST, FIRST + 3 * DAY)
    late = dots(line(True, True, False), [0.0, 2.0], 40, 4, FIRST, FIRST + 3 * DAY)
    lit = [sum(bin(ord(c) - 0x2800).count("1") for row in drawn for c in row if c != " ") for drawn in (early, late)]
    everything = sum(bin(ord(c) - 0x2800).count("1") for row in whole for c in row if c != " ")
    assert all(0.65 * everything < count < 0.85 * everything for count in lit), "half of one segment of two is left out"
