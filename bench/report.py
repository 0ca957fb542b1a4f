"""What was measured, as Markdown tables, and where the page keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.builds import Build
from bench.data import REPOSITORY
from bench.memory import Peak
from bench.peers.compare import WINDOW, Outcome
from bench.series import Cell
from bench.targets import Target

PAGE = REPOSITORY / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WAYS = {
    "copy": "its rows written again",
    "per_date": "one query a date",
    "range_join": "range join",
    "windowed": "DuckDB's windowed",
}
"""The columns beside the floor and Gnomon's own: key of a way, and heading."""


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [headings, ["---"] * len(headings), *rows]
    marks = ["|" + "|".join(line) + "|" if n == 1 else "| " + " | ".join(line) + " |" for n, line in enumerate(lines)]
    return "\n".join(marks)


def figure(seconds: float | None, against: float | None = None) -> str:
    """Seconds, and how many times another time they are.

    >>> figure(1.5, 0.5), figure(0.0123), figure(None), figure(160.2, 2)
    ('1.50 (3.0x)', '0.012', '', '160 (80x)')
    """
    if seconds is None:
        return ""
    text = f"{seconds:.0f}" if seconds >= 100 else f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.2f}"
    text = f"{seconds:.3f}" if seconds < 0.1 else text
    return f"{text} ({times(seconds / against)})" if against else text


def times(ratio: float) -> str:
    return f"{ratio:.0f}x" if ratio >= 20 else f"{ratio:.1f}x" if ratio >= 2 else f"{ratio:.2f}x"


def series_table(cells: Sequence[Cell]) -> str:
    shown = [key for key in WAYS if any(key in cell.ways for cell in cells)]
    headings = ["rows read", "metric", "days", "floor, s", "Gnomon, s", *(f"{WAYS[k]}, s" for k in shown)]
    lines = []
    for cell in cells:
        floor, own = cell.seconds("floor"), cell.seconds("gnomon")
        cells_of = [way_text(cell, key, own) for key in shown]
        built = "" if cell.rows is None else f"{cell.rows:,}"
        check = "" if cell.checksum is None else f"{cell.checksum:,.2f}".removesuffix(".00")
        start = [
            cell.shape.title,
            f"`{cell.aggregate}`",
            str(cell.window),
            figure(floor),
            way_text(cell, "gnomon", floor),
        ]
        lines.append([*start, *cells_of, cell.plan, built, check])
    return table([*headings, "plan", "rows built", "checksum"], lines)


def way_text(cell: Cell, key: str, against: float | None) -> str:
    """A way's seconds with its ratio; WRONG where its numbers are not those of the metric."""
    way = cell.ways.get(key)
    if way is None:
        return ""
    if way.limit:
        return f"> {way.limit:,.0f}"
    wrong = cell.wrong.get(key)
    return figure(way.total, against) + (f" **{wrong}**" if wrong else "")


def builds_table(builds: Sequence[Build]) -> str:
    headings = ["rows read", "what", "Gnomon's build, s", "the other, s", "ratio", "rows built", "equal"]
    lines = []
    for each in builds:
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        sides = [f"> {way.limit:,.0f}" if way.limit else figure(way.total) for way in (each.plan, each.other)]
        equal = "" if not each.rows else f"**{each.wrong}**" if each.wrong else "yes"
        lines.append([each.shape.title, each.what, *sides, ratio, f"{each.rows:,}", equal])
    return table(headings, lines)


def peaks_table(peaks: Sequence[Peak]) -> str:
    headings = ["rows read", "what", "DuckDB's limit", "seconds", "rows built", "peak memory, GiB", "most spilled, GiB"]
    lines = []
    for each in peaks:
        if each.problem:
            lines.append([each.shape.title, each.what, each.limit, each.problem, "", "", ""])
            continue
        sizes = (f"{size / 2**30:.2f}" for size in (each.bytes, each.spilled))
        lines.append([each.shape.title, each.what, each.limit, figure(each.seconds), f"{each.rows:,}", *sizes])
    return table(headings, lines)


def peers_table(outcomes: Sequence[Outcome]) -> str:
    headings = ["tool", "DuckDB", "seconds", "Gnomon's SQL there, s", "last number", "true number", "right"]
    lines = []
    for each in outcomes:
        if each.problem:
            lines.append([each.peer, "", each.problem, "", "", "", ""])
            continue
        note = f" ({each.note})" if each.note else ""
        right = "yes" if not each.wrong and not each.differs else ""
        right = right or f"**no**: {each.wrong} of {each.checked} dates, {each.differs:,} unlike Gnomon's"
        lines.append(
            [
                f"{each.peer} {each.version}".strip(),
                each.engine.removeprefix("DuckDB "),
                figure(each.seconds or None, each.gnomon_seconds) + note,
                figure(each.gnomon_seconds or None),
                f"{each.given:,.0f}",
                f"{each.true:,.0f}",
                right,
            ]
        )
    return table(headings, lines)


def targets_table(targets: Sequence[Target]) -> str:
    lines = [[each.what, each.aim, each.found, each.verdict] for each in targets]
    return table(["what", "aim", "measured", "met"], lines)


def page_part(
    head: str,
    targets: Sequence[Target],
    cells: Sequence[Cell],
    builds: Sequence[Build],
    peaks: Sequence[Peak],
    outcomes: Sequence[Outcome],
    notes: Sequence[str],
) -> str:
    """What stands between the markers."""
    title = f"Different actors over {WINDOW} days, all entities together: other tools"
    parts = {
        "Aims": targets_table(targets) if targets else "",
        "Rolling series": series_table(cells) if cells else "",
        "Families": builds_table(builds) if builds else "",
        "Memory": peaks_table(peaks) if peaks else "",
        title: peers_table(outcomes) if outcomes else "",
        "Left out": "\n".join(f"- {note}" for note in notes),
    }
    return "\n\n".join([head, *(f"### {name}\n\n{text}" for name, text in parts.items() if text)])


def write(text: str, page: Path = PAGE) -> None:
    """Put the tables between the page's markers. Raises ValueError where a page has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
