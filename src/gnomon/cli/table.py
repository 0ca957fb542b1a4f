"""Tables on stdout: plain columns that fit the terminal, or as wide as they are where a program reads."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from io import StringIO
from typing import Literal

import click

Align = Literal["left", "right"]
WIDTH = 160
"""Columns where there is no terminal to fit."""


def print_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    align: Sequence[Align] = (),
    *,
    wide: bool = False,
) -> None:
    """Print a table under underlined heads; text is never read as markup. `wide` columns are not wrapped."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for index, head in enumerate(heads):
        justify = align[index] if index < len(align) else "left"
        table.add_column(Text(head), justify=justify, no_wrap=wide, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout if terminal else StringIO(),
        width=shutil.get_terminal_size((WIDTH, 40)).columns if terminal else WIDTH,
        highlight=False,
    )
    if wide:
        console.width = max(console.width, console.measure(table).maximum)
    console.print(table)
    if isinstance(console.file, StringIO):
        click.echo("\n".join(line.rstrip() for line in console.file.getvalue().splitlines()))
