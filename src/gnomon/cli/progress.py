"""One line of progress on stderr while tables are written; nothing where stderr is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int, str], None]
"""Told the batches done, the batches planned, and the table that is being written."""


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A bar that knows how many batches there are once work begins."""
    if not sys.stderr.isatty():
        yield lambda done, total, table: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[table]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, table="")

        def report(done: int, total: int, table: str) -> None:
            bar.update(task, completed=done, total=total or None, table=table)

        yield report
