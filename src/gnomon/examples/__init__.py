"""Projects on real data, ready to be built: `flights` (New York, 2013), `oss` (the history of git checkouts), `shop`.

>>> sorted(EXAMPLES)
['flights', 'oss', 'shop']
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.examples.info import ExampleInfo

__all__ = ["EXAMPLES", "ExampleInfo", "create"]

EXAMPLES: Final = {
    "flights": "336 776 flights that were to leave New York in 2013, with aircraft, carriers, airports and weather",
    "oss": "commits and merges of any git checkouts, per repository, project and collection",
    "shop": "a made-up shop's purchases in seven currencies, at the European Central Bank's real rates of 2021",
}
"""Each example and what it is about, in one line."""


def create(name: str, root: Path, **options: Any) -> ExampleInfo:
    """Write an example's project files into `root` and load its data into `root/warehouse.duckdb`.

    `flights` and `shop` take no options. `oss` takes `checkouts`, a list of paths (default: the checkout around the
    current folder), or `mapping`, a CSV file with the columns path, artifact, project, collection.

    A folder that holds the same example is resumed: edited files stay as they are, missing ones come back, and data
    is loaded again where it is not whole. Raises UsageError for an unknown name or option, for a folder that holds
    anything else, and where the data cannot be found; nothing is written then.
    """
    makers: dict[str, Callable[..., ExampleInfo]] = {"flights": make_flights, "oss": make_oss, "shop": make_shop}
    if name not in makers:
        raise UsageError(Problem("unknown_example", f"there is no example '{name}'", help=did_you_mean(name, makers)))
    known = {"oss": {"checkouts", "mapping"}}.get(name, set())
    if unknown := sorted(set(options) - known):
        message = f"the example '{name}' has no option '{unknown[0]}'"
        raise UsageError(Problem("unknown_option", message, help=did_you_mean(unknown[0], known)))
    return makers[name](Path(root), **options)


def make_flights(root: Path) -> ExampleInfo:
    from gnomon.examples.flights import create_flights

    return create_flights(root)


def make_oss(root: Path, **options: Any) -> ExampleInfo:
    from gnomon.examples.oss import create_oss

    return create_oss(root, **options)


def make_shop(root: Path) -> ExampleInfo:
    from gnomon.examples.shop import create_shop

    return create_shop(root)
