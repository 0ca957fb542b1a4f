"""A picture in the terminal: dots of braille for lines, blocks for buckets, bars for one value each."""

from __future__ import annotations

from datetime import date, datetime

from gnomon.cli.picture import Line, Picture
from gnomon.cli.ticks import date_ticks, value_ticks
from gnomon.units.display import axis_labels, scale_of

HEIGHT, SHARED_HEIGHT = 11, 7
"""Rows of the drawing: of one series, and of each of several."""
DASH = 8
"""Dots from the beginning of one dash to that of the next."""
BLOCKS = " ▁▂▃▄▅▆▇█"
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille's bits, by row from the top and by column."""


def draw(picture: Picture, width: int = 80) -> str:
    """The whole picture as text; several series are drawn one below the other on the same scale."""
    text = [picture.title, picture.subtitle]
    if not picture.values:
        return "\n".join([*text, "", "no values"])
    if picture.kind == "bar":
        return "\n".join([*text, "", *bars(picture, width)])
    values = [0.0, *picture.values] if picture.from_zero or picture.kind == "step" else picture.values
    ticks = value_ticks(min(values), max(values))
    height = HEIGHT if len(picture.lines) == 1 else SHARED_HEIGHT
    for line in picture.lines:
        text.append("")
        if len(picture.lines) > 1:
            text.append(line.label)
        text += panel(picture, line, ticks, width, height)
    if picture.is_partial:
        mark = "░" if picture.kind == "step" else "dashed"
        text += ["", f"{mark}: not complete, the bucket or window reaches beyond the data"]
    return "\n".join(text)


def panel(picture: Picture, line: Line, ticks: list[float], width: int, height: int) -> list[str]:
    """One series: value labels, the drawing, and dates below it."""
    labels = axis_labels(ticks, picture.unit, locale=picture.locale, labels=picture.labels)
    margin = max(map(len, labels))
    columns = max(20, width - margin - 2)
    start, end = picture.span
    drawing = blocks if picture.kind == "step" else dots
    drawn = drawing(line, ticks, columns, height, start, end)
    marks = {round((height - 1) * (1 - index / (len(ticks) - 1))): label for index, label in enumerate(labels)}
    rows = [f"{marks.get(row, ''):>{margin}} {'┤' if row in marks else '│'}{drawn[row]}" for row in range(height)]
    axis, dates = date_axis(start, end, columns)
    return [row.rstrip() for row in (*rows, f"{'':>{margin}} └{axis}", f"{'':>{margin}}  {dates}")]


def position(at: date, start: date, end: date) -> float:
    """Where a moment lies between two, from 0 to 1."""
    return min(1.0, max(0.0, (at - start) / (end - start)))


def dots(line: Line, ticks: list[float], columns: int, rows: int, start: date, end: date) -> list[str]:
    """A line of braille dots, two wide and four high a character; dashed where it is not complete."""
    height = len(DOTS) * rows
    grid = [[0] * columns for _ in range(rows)]
    low, high = ticks[0], ticks[-1]
    before: tuple[int, int] | None = None
    complete = True
    for point in line.points:
        if point.value is None:
            before = None
            continue
        x = min(2 * columns - 1, round(position(point.at, start, end) * (2 * columns - 1)))
        y = round((1 - (point.value - low) / (high - low)) * (height - 1))
        solid = point.complete and (complete or before is None)
        for at_x, at_y in between(before or (x, y), (x, y)):
            if solid or at_x % DASH < DASH // 2:
                grid[at_y // 4][at_x // 2] |= DOTS[at_y % 4][at_x % 2]
        before, complete = (x, y), point.complete
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in row) for row in grid]


def between(one: tuple[int, int], other: tuple[int, int]) -> list[tuple[int, int]]:
    """The dots of a straight line, both ends included."""
    steps = max(abs(other[0] - one[0]), abs(other[1] - one[1]), 1)
    return [
        (one[0] + round((other[0] - one[0]) * step / steps), one[1] + round((other[1] - one[1]) * step / steps))
        for step in range(steps + 1)
    ]


def blocks(line: Line, ticks: list[float], columns: int, rows: int, start: date, end: date) -> list[str]:
    """A column of blocks for each bucket, as wide as its time; a gap of one where they are wide enough."""
    grid = [[" "] * columns for _ in range(rows)]
    low, high = ticks[0], ticks[-1]
    base = round((min(max(0.0, low), high) - low) / (high - low) * rows * 8)
    for point in line.points:
        if point.value is None:
            continue
        left, right = (round(position(moment, start, end) * columns) for moment in (point.at, point.until))
        right = max(left + 1, right - 1 if right - left > 2 else right)
        top = round((point.value - low) / (high - low) * rows * 8)
        for row in range(rows):
            mark = block(top, base, (rows - 1 - row) * 8, point.complete)
            for column in range(left, min(right, columns)):
                grid[row][column] = mark
    return ["".join(row) for row in grid]


def block(top: int, base: int, floor: int, complete: bool) -> str:
    """The character for a cell of a bar between two heights, in eighths of a row; `floor` is the cell's lower edge."""
    lower, upper = min(top, base), max(top, base)
    filled = max(0, min(8, upper - floor) - max(0, lower - floor))
    if filled == 0:
        return "▁" if floor <= top < floor + 8 and top == base else " "
    if not complete:
        return "░"
    return BLOCKS[filled] if lower <= floor else "█"


def date_axis(start: date, end: date, columns: int) -> tuple[str, str]:
    """The axis with its ticks, and their labels below, none touching another."""
    ticks = date_ticks(start, end, max(2, columns // 12))
    axis, labels, free = ["─"] * columns, [" "] * (columns + 12), 0
    for index, tick in enumerate(ticks):
        column = min(columns - 1, int(position(tick, start, end) * columns))
        label = date_label(tick, ticks[index - 1] if index else None)
        if column >= free and column + len(label) <= columns + 10:
            axis[column] = "┴"
            labels[column : column + len(label)] = label
            free = column + len(label) + 1
    return "".join(axis), "".join(labels)


def date_label(tick: date, before: date | None) -> str:
    """A tick's label: the year where it is new, else the month, day or hour.

    >>> date_label(date(2013, 2, 1), None), date_label(date(2013, 3, 1), date(2013, 2, 1))
    ('Feb 2013', 'Mar')
    """
    if isinstance(tick, datetime):
        new = before is None or before.toordinal() != tick.toordinal()
        return f"{tick.day} {tick:%b}" if new else f"{tick:%H:%M}"
    if tick.day != 1 or (before is not None and (tick - before).days < 28):
        return f"{tick.day} {tick:%b}"
    if before is not None and before.year == tick.year:
        return f"{tick:%b}"
    return f"{tick:%b %Y}"


def bars(picture: Picture, width: int) -> list[str]:
    """One horizontal bar for each series, longest first."""
    values: list[tuple[str, float]] = [(line.label, line.values[-1]) for line in picture.lines if line.values]
    values.sort(key=lambda pair: -pair[1])
    margin = max(len(label) for label, _ in values)
    sizes = [value for _, value in values]
    scale = scale_of(sizes, picture.unit, locale=picture.locale, labels=picture.labels)
    texts = [scale.text(value) for value in sizes]
    room = max(10, width - margin - max(map(len, texts)) - 3)
    top = max(abs(value) for _, value in values) or 1.0
    return [
        f"{label:>{margin}} {'█' * max(1, round(abs(value) / top * room)) if value else ''} {text}"
        for (label, value), text in zip(values, texts, strict=True)
    ]
