"""A picture as PNG, SVG or a self-contained HTML page, drawn offline by Altair and vl-convert."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from gnomon.cli.picture import Line, Picture, Point
from gnomon.cli.ticks import date_ticks, value_ticks
from gnomon.errors import Problem, UsageError
from gnomon.units.display import axis_labels, display

INK, SOFT, RULE = "#1f2933", "#69737d", "#e6e9ed"
PALETTE = ("#2563a8", "#d9822b", "#3a9b6b", "#b5446e", "#7a5fb5", "#4bb3c4", "#9a8428", "#6b7280")
FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
WIDTH, HEIGHT = 760, 340
DAY = timedelta(days=1)
DASHED = "; dashed where that is not complete"
FORMATS = (".png", ".svg", ".html")


def write(picture: Picture, out: Path) -> None:
    """Draw a picture into a file; its suffix says how. Raises UsageError `unknown_format`."""
    import vl_convert

    spec = chart(picture).to_dict()
    suffix = out.suffix.lower()
    if suffix == ".png":
        out.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
    elif suffix == ".svg":
        out.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    elif suffix == ".html":
        out.write_text(vl_convert.vegalite_to_html(spec, bundle=True), encoding="utf-8")
    else:
        message = f"a plot cannot be written as '{out.suffix or out.name}'"
        raise UsageError(Problem("unknown_format", message, help=f"name a file that ends in {', '.join(FORMATS)}"))


def chart(picture: Picture) -> Any:
    """The Altair chart of a picture."""
    import altair as alt

    alt.data_transformers.disable_max_rows()
    drawn = bars(picture) if picture.kind == "bar" else lines(picture)
    title = alt.TitleParams(text=picture.title, subtitle=picture.subtitle + (DASHED if picture.is_partial else ""))
    return drawn.properties(
        title=title, background="white", padding={"left": 18, "top": 16, "right": 26, "bottom": 14}
    ).configure(**STYLE)


STYLE: dict[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 18,
        "fontWeight": 600,
        "color": INK,
        "subtitleColor": SOFT,
        "subtitleFontSize": 12.5,
        "subtitlePadding": 6,
        "offset": 16,
    },
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 12,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "grid": False,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 12.5,
        "labelLimit": 260,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolSize": 220,
        "offset": 8,
        "padding": 0,
        "columnPadding": 18,
    },
}


def lines(picture: Picture) -> Any:
    """Lines or steps over time; what is not complete is dashed, and where there is no row there is a gap."""
    import altair as alt

    data = [
        {**row, "shown": shown(row["value"], picture)} for line in picture.lines for row in rows_of(line, picture.kind)
    ]
    start, end = picture.span
    last = max(point.at for line in picture.lines for point in line.points)
    domain = [stamp(start), stamp(end if picture.kind == "step" or last == start else last)]
    x = alt.X(
        "at:T",
        title="UTC" if picture.hourly else None,
        axis=date_axis(start, end),
        scale=alt.Scale(type="utc", domain=domain),
    )
    y = alt.Y("value:Q", title=None, stack=None, axis=value_axis(picture), scale=value_scale(picture))
    base = alt.Chart(alt.Data(values=data)).encode(x=x, y=y, tooltip=tooltip(picture))
    base = base.encode(color=color(picture), detail="stretch:N")
    shape = "step-after" if picture.kind == "step" else "linear"
    layers = [
        base.transform_filter("!datum.dashed").mark_line(strokeWidth=2.2, interpolate=shape, strokeJoin="round"),
        base.transform_filter("datum.dashed").mark_line(strokeWidth=2.2, interpolate=shape, strokeDash=[5, 4]),
        base.transform_filter("datum.alone").mark_point(filled=True, size=34, opacity=1),
    ]
    if len(picture.lines) == 1 and picture.from_zero:
        layers.insert(0, base.mark_area(opacity=0.09, interpolate=shape, line=False))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def rows_of(line: Line, kind: str) -> list[dict[str, Any]]:
    """A line's points as rows. A `stretch` is drawn in one go: it ends at a gap and where dashes begin or end.

    At such a change both stretches share a point. A bucket's value lasts until its end.
    """
    rows: list[dict[str, Any]] = []
    number = 0
    for run in runs(line.points):
        for dashed, part in stretches(run, kind):
            number += 1
            common = {"series": line.label, "stretch": f"{line.label} {number}", "dashed": dashed}
            alone = len(part) == 1 and kind == "line"
            rows += [{**common, "at": stamp(at), "value": value, "alone": alone} for at, value in part]
    return rows


def runs(points: tuple[Point, ...]) -> list[list[Point]]:
    """The points between gaps."""
    found: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            found.append([])
        else:
            found[-1].append(point)
    return [run for run in found if run]


def stretches(run: list[Point], kind: str) -> list[tuple[bool, list[tuple[date, float | None]]]]:
    """A run cut where it changes between complete and incomplete."""
    found: list[tuple[bool, list[tuple[date, float | None]]]] = []
    for point in run:
        dashed = not point.complete
        if not found or found[-1][0] != dashed:
            if found and kind == "step":
                found[-1][1].append((point.at, found[-1][1][-1][1]))
                corner = [found[-1][1][-1]]
            elif found and not dashed:  # what leads away from an incomplete point is dashed, as what leads to one
                found[-1][1].append((point.at, point.value))
                corner = []
            else:
                corner = found[-1][1][-1:] if found else []
            found.append((dashed, list(corner)))
        found[-1][1].append((point.at, point.value))
    if kind == "step":
        found[-1][1].append((run[-1].until, run[-1].value))
    return found


def bars(picture: Picture) -> Any:
    """One bar for each series: over all time there is one value each."""
    import altair as alt

    data = [
        {"series": line.label, "value": line.values[-1], "shown": shown(line.values[-1], picture)}
        for line in picture.lines
        if line.values
    ]
    x = alt.X("value:Q", title=None, axis=value_axis(picture), scale=value_scale(picture))
    y = alt.Y("series:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260, labelColor=INK))
    chart = alt.Chart(alt.Data(values=data)).mark_bar(color=PALETTE[0], cornerRadiusEnd=3, height={"band": 0.7})
    return chart.encode(x=x, y=y, tooltip=tooltip(picture)).properties(width=WIDTH, height=max(60, 34 * len(data)))


def color(picture: Picture) -> Any:
    import altair as alt

    labels = [line.label for line in picture.lines]
    fitting = WIDTH // (8 * max(map(len, labels)) + 50)
    legend = alt.Legend(columns=max(1, min(len(labels), fitting)))
    scale = alt.Scale(domain=labels, range=[PALETTE[index % len(PALETTE)] for index in range(len(labels))])
    return alt.Color("series:N", scale=scale, legend=legend if len(labels) > 1 else None)


def value_axis(picture: Picture) -> Any:
    """A light grid at round numbers, with the unit on the topmost label."""
    import altair as alt

    ticks = scale_ticks(picture)
    texts = axis_labels(ticks, picture.unit, locale=picture.locale, labels=picture.labels)
    return alt.Axis(labelExpr=chosen("datum.value", ticks, texts), values=ticks, grid=True, gridColor=RULE)


def chosen(value: str, keys: Sequence[float], texts: Sequence[str | list[str]]) -> str:
    """A Vega expression that gives the text of a tick, so that labels are written by us and not by the browser."""
    cases = (f"{value} == {key} ? {json.dumps(text)}" for key, text in zip(keys, texts, strict=True))
    return " : ".join([*cases, "''"])


def scale_ticks(picture: Picture) -> list[float]:
    """The round numbers from about the lowest to above the highest value."""
    low, high = extent(picture)
    ticks = value_ticks(low, high, 5)
    step = ticks[1] - ticks[0]
    return ticks[1:] if len(ticks) > 2 and low - ticks[0] > 0.8 * step else ticks


def extent(picture: Picture) -> tuple[float, float]:
    """The lowest and the highest value; zero among them where the axis starts there."""
    values = [0.0, *picture.values] if picture.from_zero or picture.kind == "bar" else picture.values
    return min(values, default=0.0), max(values, default=1.0)


def value_scale(picture: Picture) -> Any:
    import altair as alt

    ticks = scale_ticks(picture)
    return alt.Scale(domain=[min(ticks[0], extent(picture)[0]), ticks[-1]], nice=False, zero=False)


def date_axis(start: date, end: date) -> Any:
    """Ticks at the beginnings of years, months, weeks, days or hours; the larger unit stands below where it begins."""
    import altair as alt

    ticks = date_ticks(start, end)
    labels = [label_lines(tick, ticks[index - 1] if index else None, ticks) for index, tick in enumerate(ticks)]
    stamps = [milliseconds(tick) for tick in ticks]
    return alt.Axis(
        values=stamps, labelExpr=chosen("time(datum.value)", stamps, labels), labelFlush=True, labelOverlap=False
    )


def label_lines(tick: date, before: date | None, ticks: list[date]) -> list[str]:
    """A tick's label, and below it the larger unit where that differs from the tick before.

    >>> label_lines(date(2013, 2, 1), date(2013, 1, 1), [date(2013, 1, 1), date(2013, 2, 1)])
    ['Feb', '']
    """
    step = (ticks[-1] - ticks[0]) / max(1, len(ticks) - 1)
    if isinstance(tick, datetime):
        new = before is None or before.toordinal() != tick.toordinal()
        return [f"{tick:%H:%M}", f"{tick.day} {tick:%b}" if new else ""]
    if step > 300 * DAY:
        return [f"{tick:%Y}"]
    if step > 27 * DAY:
        return [f"{tick:%b}", f"{tick:%Y}" if before is None or before.year != tick.year else ""]
    new = before is None or (before.year, before.month) != (tick.year, tick.month)
    return [f"{tick.day}", f"{tick:%b %Y}" if new else ""]


def milliseconds(moment: date) -> int:
    """A moment as JavaScript counts it, in UTC."""
    at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)


def tooltip(picture: Picture) -> list[Any]:
    import altair as alt

    when = (
        []
        if picture.kind == "bar"
        else [alt.Tooltip("at:T", title="date", format="%-d %b %Y", timeUnit="utcyearmonthdate")]
    )
    return [
        alt.Tooltip("series:N", title="series"),
        *when,
        alt.Tooltip("shown:N", title="value"),
    ]


def shown(value: float, picture: Picture) -> str:
    """A value with its unit, for a tooltip."""
    return display(value, picture.unit, locale=picture.locale, labels=picture.labels)


def stamp(moment: date) -> str:
    """ISO text that JavaScript reads as UTC."""
    return f"{moment.isoformat()}Z" if isinstance(moment, datetime) else moment.isoformat()
