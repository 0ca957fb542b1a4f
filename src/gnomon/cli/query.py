"""`gnomon query`: built series, side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from gnomon.cli.options import IsoDate, load_project, locale_option, project_option, say
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from gnomon.cli.table import Align

FORMATS = ("table", "csv", "json", "arrow", "parquet")
BINARY = ("arrow", "parquet")
SHOWN = 40
"""Rows that a table prints where no limit is given."""


@click.command("query", short_help="Read built series, side by side.")
@click.option("--metric", "metrics", multiple=True, required=True, metavar="M", help="A metric; repeat for several.")
@click.option("--by", required=True, metavar="E", help="The entity type.")
@click.option("--interval", required=True, metavar="I", help="An interval, such as monthly or over_30_day_window.")
@click.option("--where", multiple=True, metavar="SQL", help="A filter on columns, such as \"carrier = 'UA'\".")
@click.option("--start", type=IsoDate(), metavar="DATE", help="First sample date.")
@click.option("--end", type=IsoDate(), metavar="DATE", help="Last sample date, included.")
@click.option("--entity-id", "entity_ids", multiple=True, metavar="X", help="Only this entity; repeat for several.")
@click.option("--order", multiple=True, metavar="COLUMN", help="Sort by a column, or by -COLUMN from high to low.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most this many rows.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default a table, or what --out's name ends in.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write here, not to stdout."
)
@locale_option
@project_option
def query(
    metrics: tuple[str, ...],
    by: str,
    interval: str,
    where: tuple[str, ...],
    start: date | None,
    end: date | None,
    entity_ids: tuple[str, ...],
    order: tuple[str, ...],
    limit: int | None,
    form: str | None,
    out: Path | None,
    locale: str,
    project_path: Path | None,
) -> None:
    """Read built series: one row for each sample date and entity, one column for each metric."""
    from gnomon.query import query as ask
    from gnomon.query.answer import about

    chosen = form or format_of(out)
    if chosen in BINARY and out is None and sys.stdout.isatty():
        raise UsageError(Problem("binary_output", f"{chosen} is not for a terminal", help="add --out FILE, or pipe it"))
    project = load_project(project_path)
    rows = ask(project, metrics, by, interval, where, start, end, entity_ids=entity_ids, order=order, limit=limit)
    if chosen == "table" and out is None:
        print_rows(rows, SHOWN if limit is None else limit, locale)
    elif out is None:
        WRITERS[chosen](rows, sys.stdout.buffer)
    else:
        with out.open("wb") as file:
            WRITERS[chosen](rows, file)
        say(f"wrote {out}")
    tell_bounds(rows.num_rows, about(rows))


def format_of(out: Path | None) -> str:
    """The format that a file's name asks for; a table on the terminal."""
    if out is None:
        return "table"
    suffix = out.suffix.lower().removeprefix(".")
    if suffix not in FORMATS[1:]:
        message = f"the name '{out.name}' does not say which format to write"
        raise UsageError(Problem("unknown_format", message, help=f"add --format {'|'.join(FORMATS[1:])}"))
    return suffix


def print_rows(rows: pa.Table, shown: int, locale: str = "en_US") -> None:
    """A table for people: one scale for each column of values, which its head names."""
    from gnomon.cli.format import plural
    from gnomon.cli.table import print_table
    from gnomon.query.answer import about

    columns = about(rows)["columns"]
    cells = rows.slice(0, shown)
    heads: list[str] = []
    texts: list[list[str]] = []
    align: list[Align] = []
    for each, column in zip(columns, cells.columns, strict=True):
        is_value = each["role"] == "value"
        head, text = values(each, column.to_pylist(), locale) if is_value else (each["name"], words(column.to_pylist()))
        heads.append(head)
        texts.append(text)
        align.append("right" if is_value else "left")
    print_table(heads, list(zip(*texts, strict=True)), align, wide=True)
    if rows.num_rows > shown:
        say(f"... {plural(rows.num_rows - shown, 'row')} more: add --limit N, or --format csv for all")


def values(about: dict[str, Any], numbers: list[Any], locale: str) -> tuple[str, list[str]]:
    """The head and the cells of a column of values."""
    from gnomon.cli.format import shown_unit
    from gnomon.units.display import scale_of

    scale = scale_of(numbers, shown_unit(about), locale=locale)
    return f"{about['name']} [{scale.head}]" if scale.head else about["name"], [scale.cell(each) for each in numbers]


def words(cells: list[Any]) -> list[str]:
    """The cells of a column that no one adds up."""
    return ["–" if cell is None else text_of(cell) for cell in cells]


def text_of(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(cell)


def tell_bounds(count: int, said: dict[str, Any]) -> None:
    """What the rows cover, on stderr."""
    from gnomon.cli.format import plural

    bounds = said["bounds"]
    say(f"{plural(count, 'row')}; each covers {bounds['each_row_covers']} ({bounds['time_zone']})")
    if bounds["first"]:
        ends = [
            f"{end['sample_date']} covers [{end['start']}, {end['end_exclusive']})"
            for end in (bounds["first"], bounds["last"])
        ]
        say("; ".join(dict.fromkeys(ends)))


def write_table(rows: pa.Table, file: IO[bytes]) -> None:
    """Tab-separated text: a table in a file is read by programs."""
    import pyarrow.csv as csv

    csv.write_csv(rows, file, csv.WriteOptions(delimiter="\t", quoting_style="needed"))


def write_csv(rows: pa.Table, file: IO[bytes]) -> None:
    import pyarrow.csv as csv

    csv.write_csv(rows, file, csv.WriteOptions(quoting_style="needed"))


def write_json(rows: pa.Table, file: IO[bytes]) -> None:
    """One object: what was asked, the columns with units, the exact bounds, and the rows."""
    import json

    from gnomon.cli.options import plain
    from gnomon.query.answer import about

    body = {**about(rows), "rows": [{name: finite(cell) for name, cell in row.items()} for row in rows.to_pylist()]}
    file.write(json.dumps(body, indent=2, ensure_ascii=False, default=plain, allow_nan=False).encode() + b"\n")


def finite(cell: Any) -> Any:
    """A cell as JSON can say it: infinities and NaN, for which it has no number, as text."""
    from math import isfinite, isnan

    if isinstance(cell, float) and not isfinite(cell):
        return "NaN" if isnan(cell) else "Infinity" if cell > 0 else "-Infinity"
    return cell


def write_arrow(rows: pa.Table, file: IO[bytes]) -> None:
    """An Arrow IPC stream."""
    import pyarrow as pa

    with pa.ipc.new_stream(file, rows.schema) as stream:
        stream.write_table(rows)


def write_parquet(rows: pa.Table, file: IO[bytes]) -> None:
    import pyarrow.parquet as parquet

    parquet.write_table(rows, file)


WRITERS: dict[str, Callable[[pa.Table, IO[bytes]], None]] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "arrow": write_arrow,
    "parquet": write_parquet,
}
