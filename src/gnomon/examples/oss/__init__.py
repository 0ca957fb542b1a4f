"""The oss example: commits and merges of git checkouts, per repository, project and collection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gnomon.examples.folder import DATABASE, claim, write, write_project
from gnomon.examples.info import ExampleInfo
from gnomon.examples.oss.checkouts import Checkout, enclosing_checkout, format_mapping, place_checkouts, read_mapping
from gnomon.examples.oss.data import load_histories, load_parquet, span
from gnomon.examples.oss.git import Commit, read_history

__all__ = ["MAPPING", "Checkout", "Commit", "create_from_parquet", "create_oss", "load_histories", "load_parquet"]

MAPPING = "checkouts.csv"
"""The file in the project that says where the checkouts are and what they belong to; edit it and create again."""


def create_oss(root: Path, checkouts: Iterable[str | Path] = (), mapping: str | Path | None = None) -> ExampleInfo:
    """Write the oss project into `root` and load the histories; a folder that holds it already is brought up to date.

    The checkouts are those of `mapping` (a CSV file with the columns path, artifact, project, collection), else
    `checkouts`, else those that the folder was created with, else the one around the current folder. Raises
    UsageError where a path is no git checkout, has no commits, or where the folder holds something else.
    """
    resumed = claim(root, "oss")
    known = root / MAPPING
    places = place_checkouts(checkouts)
    if mapping is not None:
        places = read_mapping(Path(mapping))
    elif not places:
        places = read_mapping(known) if known.is_file() else place_checkouts([enclosing_checkout(Path.cwd())])
    histories = {place.path: read_history(place.path) for place in places}
    first = min(commit.committed_on for history in histories.values() for commit in history)
    root.mkdir(parents=True, exist_ok=True)
    write_project(root, "oss", {"start": first.replace(day=1).isoformat()})
    write(known, format_mapping(places))
    counts = load_histories(root / DATABASE, places, histories)
    return info(root, counts, resumed)


def create_from_parquet(root: Path, events: Path, artifacts: Path, projects: Path) -> ExampleInfo:
    """The same project over a file of events and two CSV files of memberships, as `load_parquet` reads them."""
    resumed = claim(root, "oss")
    root.mkdir(parents=True, exist_ok=True)
    counts = load_parquet(root / DATABASE, events, artifacts, projects)
    start, _, _ = span(root / DATABASE)
    write_project(root, "oss", {"start": start.replace(day=1).isoformat()})
    return info(root, counts, resumed)


def info(root: Path, counts: dict[str, int], resumed: bool) -> ExampleInfo:
    start, end, artifact = span(root / DATABASE)
    return ExampleInfo(
        name="oss",
        root=root,
        database=root / DATABASE,
        counts=counts,
        start=start,
        end=end,
        show=("active_developers", "artifact", artifact, "over_30_day_window"),
        resumed=resumed,
    )
