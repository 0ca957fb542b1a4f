"""What rolling windows cost, beside other ways and other tools, in one run: tables in docs/benchmarks.md.

    python -m bench.windows [--quick] [--only PART ...] [--rows N] [--ids text|bigint] [--no-write]

Ways take turns on the same file in the same process, so that ratios hold where seconds do not.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import duckdb
from bench import builds, data, memory, project, report, series
from bench.data import DENSE, SPARSE, UNORDERED, Shape
from bench.peers import compare
from bench.targets import targets
from bench.timing import THREADS, opened

M = 1_000_000
ALL = (7, 30, 90, 365)
PARTS = ("series", "real", "families", "memory", "peers")

Work = tuple[Shape, str, Sequence[int]]
"""Series to measure: over which data, of which metric, for which windows."""

FULL: tuple[Work, ...] = (
    *((replace(DENSE, rows=M), name, ALL) for name in ("sum", "average", "min", "max")),
    (replace(DENSE, rows=M), "count", (30,)),
    (replace(DENSE, rows=M), "distinct", (7, 30, 90, 180, 365)),
    (replace(DENSE, rows=10 * M), "distinct", (7, 30, 365)),
    *((replace(DENSE, rows=10 * M), name, (30,)) for name in ("sum", "average", "max")),
    (replace(UNORDERED, rows=M), "distinct", (30, 180)),
    *((replace(UNORDERED, rows=M), name, (30,)) for name in ("sum", "average")),
    (replace(UNORDERED, rows=10 * M), "distinct", (30,)),
    *((replace(UNORDERED, rows=10 * M), name, (30,)) for name in ("sum", "average")),
    (replace(SPARSE, rows=M), "distinct", ALL),
    *((replace(SPARSE, rows=M), name, (7, 30)) for name in project.AMOUNTS if name != "distinct"),
    (replace(SPARSE, rows=10 * M), "distinct", (7, 30)),
    (replace(SPARSE, rows=10 * M), "sum", (7,)),
)
QUICK: tuple[Work, ...] = (
    (replace(DENSE, rows=M), "distinct", (7, 30, 180, 365)),
    *((replace(DENSE, rows=M), name, (7, 365)) for name in ("sum", "average")),
    *((replace(DENSE, rows=M), name, (30,)) for name in ("min", "max")),
    (replace(DENSE, rows=10 * M), "distinct", (7, 30, 180, 365)),
    *((replace(DENSE, rows=10 * M), name, (7, 365)) for name in ("sum", "average")),
    *((replace(UNORDERED, rows=M), name, (30,)) for name in ("distinct", "sum")),
    (replace(SPARSE, rows=M), "distinct", (7, 30)),
    (replace(SPARSE, rows=M), "sum", (7,)),
)
REAL = ("distinct", "sum", "average", "max")
MEMORY = ((10 * M, "3.5GB"), (30 * M, "3.5GB"), (30 * M, "1.5GB"))
"""Rows, and what DuckDB may take: the last has to spill."""


@dataclass
class Found:
    """Everything that a run measured, and what it left out."""

    cells: list[series.Cell] = field(default_factory=list)
    builds: list[builds.Build] = field(default_factory=list)
    peaks: list[memory.Peak] = field(default_factory=list)
    outcomes: list[compare.Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gnomon-bench-") as folder:
        yield Path(folder)


def run_series(works: Sequence[Work], settings: series.Settings, found: Found) -> None:
    """The generated series, one file of data after the other."""
    for shape in dict.fromkeys(shape for shape, _, _ in works):
        mine = [(name, windows) for each, name, windows in works if each == shape]
        measure_series(shape, data.generated(shape, settings.ids), mine, settings, found)


def measure_series(
    shape: Shape, path: Path, works: Sequence[tuple[str, Sequence[int]]], settings: series.Settings, found: Found
) -> None:
    definitions = [project.Definition(name, windows=windows) for name, windows in works]
    with scratch() as folder, opened(folder, path) as connection:
        loaded = project.load(folder / "project", shape, definitions, settings.ids)
        for name, windows in works:
            for window in windows:
                cell = series.cell(connection, loaded, shape, name, window, settings)
                found.cells.append(cell)
                times = (f"{key} {report.way_text(cell, key, cell.seconds('floor'))}" for key in cell.ways)
                say(f"{shape.title}, {name} over {window} days: {', '.join(times)}")


def run_real(settings: series.Settings, found: Found) -> None:
    made = data.real()
    if isinstance(made, str):
        found.notes.append(f"real data: {made}")
        return
    windows = (30, 365) if settings.rounds > 1 else (30,)
    measure_series(*made, [(name, windows) for name in REAL], replace(settings, ids="text"), found)


def run_families(shape: Shape, settings: series.Settings, found: Found) -> None:
    for measured in (builds.windows_together, builds.calendar):
        with scratch() as folder, opened(folder, data.generated(shape, settings.ids)) as connection:
            found.builds.append(measured(connection, shape, settings))
        last = found.builds[-1]
        say(f"{shape.title}, {last.what}: {last.plan.total} / {last.other.total} s")


def run_memory(shape: Shape, limit: str, settings: series.Settings, found: Found) -> None:
    """The 180-day distinct count by entity, in a process of its own."""
    path = data.generated(shape, settings.ids)
    with scratch() as folder:
        loaded = project.load(folder / "project", shape, [project.Definition("distinct", windows=[180])], settings.ids)
        sql, _ = project.window_sql(loaded, shape, "distinct", 180)
        peak = memory.Peak(shape, "`distinct` over 180 days", limit)
        found.peaks.append(memory.measured(path, peak, sql, folder, settings.limit * 10))
    say(f"{found.peaks[-1]}")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1 M rows, fewer series and rounds: a few minutes")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some parts of the run")
    parser.add_argument("--rows", type=int, help="this many rows in every data set, to try the bench itself")
    parser.add_argument("--ids", choices=("text", "bigint"), default="text", help="the type of ids")
    parser.add_argument("--no-write", action="store_true", help="print the tables and leave the page as it is")
    return parser.parse_args()


def measure(chosen: argparse.Namespace) -> Found:
    """Run the chosen parts."""
    found = Found()
    settings = series.Settings(1, 30, chosen.ids) if chosen.quick else series.Settings(3, 60, chosen.ids)

    def sized(shape: Shape) -> Shape:
        return replace(shape, rows=chosen.rows) if chosen.rows else shape

    works = [(sized(shape), name, windows) for shape, name, windows in (QUICK if chosen.quick else FULL)]
    dense = sized(replace(DENSE, rows=M))
    if "series" in chosen.only:
        run_series(list({(each[0], each[1]): each for each in works}.values()), settings, found)
    if "real" in chosen.only:
        run_real(settings, found)
    if "families" in chosen.only:
        for rows in (M,) if chosen.quick else (M, 10 * M):
            run_families(sized(replace(DENSE, rows=rows)), settings, found)
    if "memory" in chosen.only:
        for rows, limit in MEMORY[:1] if chosen.quick else MEMORY:
            run_memory(sized(replace(DENSE, rows=rows)), limit, settings, found)
    if "peers" in chosen.only:
        found.outcomes += compare.outcomes(data.generated(dense), dense, 1 if chosen.quick else 2)
    found.notes += [f"{part}: not asked for" for part in PARTS if part not in chosen.only]
    return found


def head(seconds: float, chosen: argparse.Namespace) -> str:
    """A line on when and on what the tables were measured."""
    from importlib.metadata import version

    import gnomon

    kind = "a quick run" if chosen.quick else "a full run"
    return (
        f"{date.today()}, {kind} of {seconds / 60:.0f} minutes: Gnomon {version(gnomon.__name__)}, DuckDB "
        f"{duckdb.__version__} with {THREADS} threads, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"ids are {chosen.ids}."
    )


def main() -> None:
    chosen = options()
    before = time.monotonic()
    found = measure(chosen)
    measured = (found.cells, found.builds, found.peaks, found.outcomes)
    text = report.page_part(head(time.monotonic() - before, chosen), targets(*measured), *measured, found.notes)
    print(text)
    if not chosen.no_write:
        report.write(text)


if __name__ == "__main__":
    main()
