"""What the plans aim at, and whether a run reached it. A figure is printed, never asserted: machines differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.builds import Build
from bench.memory import Peak
from bench.peers.compare import Outcome
from bench.series import Cell

GIB = 2**30
ADDITIVE = ("sum", "count", "average")
ORDERS = {"dense": "rows stored by day", "unordered": "rows in no order"}
"""How the rows of a shape are stored: by day, one date's query skips most of them."""


@dataclass(frozen=True, slots=True)
class Target:
    """One aim: `found` are the figures that decide, worst first; `met` is None where nothing was measured."""

    what: str
    aim: str
    found: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return "not measured" if self.met is None else "yes" if self.met else "**no**"


def decided(what: str, aim: float, ratios: Sequence[tuple[float, str]], most: bool = True, unit: str = "x") -> Target:
    """A target over several figures, each with what it is of; `most` says that the aim is an upper bound.

    >>> decided("a", 2.7, [(2.0, "1 M"), (3.1, "10 M")])
    Target(what='a', aim='at most 2.7x', found='3.1x (10 M), 2x (1 M)', met=False)
    """
    words = f"{'at most' if most else 'at least'} {aim:g}{unit}"
    if not ratios:
        return Target(what, words)
    ordered = sorted(ratios, reverse=most)
    text = ", ".join(f"{ratio:.3g}{unit} ({of})" for ratio, of in ordered)
    return Target(what, words, text, ordered[0][0] <= aim if most else ordered[0][0] >= aim)


def ratios(cells: Sequence[Cell], chosen: Callable[[Cell], bool], above: str, below: str) -> list[tuple[float, str]]:
    """The times of one way over those of another; a way that was stopped is at least its limit."""
    found = []
    for cell in filter(chosen, cells):
        up, down = (bound(cell, way) for way in (above, below))
        if up and down:
            found.append((up / down, f"{cell.shape.size}, `{cell.aggregate}`, {cell.window} days"))
    return found


def bound(cell: Cell, way: str) -> float | None:
    """A way's seconds, or the limit that stopped it, which they are more than."""
    return cell.ways[way].total or cell.ways[way].limit if way in cell.ways else None


def slopes(cells: Sequence[Cell], chosen: Callable[[Cell], bool]) -> list[tuple[float, str]]:
    """Gnomon's time for 365 days over that for 7, of each series that has both."""
    by = {(c.shape.title, c.aggregate, c.window): c for c in cells if chosen(c)}
    found = []
    for (title, aggregate, window), cell in by.items():
        short = by.get((title, aggregate, 7))
        if window == 365 and short and (seconds := bound(cell, "gnomon")) and (base := bound(short, "gnomon")):
            found.append((seconds / base, f"{cell.shape.size}, `{aggregate}`"))
    return found


def of(shape: str, aggregates: Sequence[str], windows: Sequence[int] = ()) -> Callable[[Cell], bool]:
    return lambda c: c.shape.name == shape and c.aggregate in aggregates and (not windows or c.window in windows)


def of_series(cells: Sequence[Cell]) -> Iterator[Target]:
    dense, sparse = of("dense", ["distinct"]), of("sparse", ["distinct"], [7, 30])
    additive = of("dense", ADDITIVE)
    yield decided("rolling distinct, dense, over the floor", 2.7, ratios(cells, dense, "gnomon", "floor"))
    for shape, order in ORDERS.items():
        for days, aim in ((30, 12), (180, 35)):
            faster = ratios(cells, of(shape, ["distinct"], [days]), "per_date", "gnomon")
            what = f"rolling distinct, {days} days, faster than one query a date, {order}"
            yield decided(what, aim, faster, most=False)
    yield decided("rolling distinct, dense, 365 days over 7 days", 1.1, slopes(cells, dense))
    yield decided(
        "rolling distinct, sparse, 7 and 30 days, over the floor", 5, ratios(cells, sparse, "gnomon", "floor")
    )
    yield decided("rolling sums and averages, dense, over the floor", 4, ratios(cells, additive, "gnomon", "floor"))
    for shape, order in ORDERS.items():
        faster = ratios(cells, of(shape, ADDITIVE), "per_date", "gnomon")
        yield decided(f"rolling sums and averages, faster than one query a date, {order}", 10, faster, most=False)
    yield decided("rolling sums and averages, dense, 365 days over 7 days", 1.2, slopes(cells, additive))
    windowed = ratios(cells, dense, "windowed", "gnomon")
    yield decided("rolling distinct, dense, faster than DuckDB's windowed", 1, windowed, most=False)


def of_builds(builds: Sequence[Build]) -> Iterator[Target]:
    found = [(each.ratio, each.shape.size, each.what) for each in builds if each.ratio]
    for what, word, aim in (
        ("three windows together over one", "over", 1.5),
        ("15 calendar variants over 15 direct queries", "calendar", 0.5),
    ):
        yield decided(what, aim, [(ratio, rows) for ratio, rows, name in found if word in name])


def of_peers(outcomes: Sequence[Outcome]) -> Target:
    mine = next((each for each in outcomes if each.peer == "MetricFlow" and each.gnomon_seconds), None)
    faster = [(mine.seconds / mine.gnomon_seconds, "equal" if not mine.differs else "NOT EQUAL")] if mine else []
    return decided("30-day distinct, faster than `mf query`, with equal numbers", 10, faster, most=False)


def of_peaks(peaks: Sequence[Peak]) -> Iterator[Target]:
    ended = [(each.bytes / GIB, f"{each.shape.size}, limit {each.limit}") for each in peaks if not each.problem]
    yield decided("180-day distinct by entity, peak memory", 4, ended, unit=" GiB")


def targets(
    cells: Sequence[Cell], builds: Sequence[Build], peaks: Sequence[Peak], outcomes: Sequence[Outcome]
) -> list[Target]:
    """All aims, with what was measured. A number that differs is never within an aim."""
    wrong = [f"{cell.shape.title} {cell.aggregate} {cell.window}" for cell in cells if "gnomon" in cell.wrong]
    wrong += [f"{each.shape.title} {each.what}" for each in builds if each.wrong]
    checked = len([cell for cell in cells if cell.rows is not None]) + len([each for each in builds if each.rows])
    exact = Target("series whose numbers differ", "none", ", ".join(wrong) or f"none of {checked}", not wrong)
    found = [exact, *of_series(cells), *of_builds(builds), *of_peaks(peaks), of_peers(outcomes)]
    return found
