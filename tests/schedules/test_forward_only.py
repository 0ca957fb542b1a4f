"""A forward-only plan of a changed query: old rows stay, and what is written from then on is the new query's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gnomon.run.stock import sqlmesh_cli
from schedules.definitions import Definitions
from schedules.drive import Warehouse
from schedules.schedule import Event, Step

pytestmark = pytest.mark.slow
at = partial(datetime, 2024, 2)
DAY = timedelta(days=1)
EVENTS = [Event(at(day, 12), at(day, 12), "a", "ann", 1, 1.0) for day in range(1, 29)]
DEFINITIONS = Definitions(("total",), ("artifact",))


def warehouse(root: Path, *options: str) -> Warehouse:
    """Built up to 9 February; a doubled amount is planned forward-only on the 12th; run on the 13th and the 20th."""
    made = Warehouse(root / "project", root / "cache")
    made.fill(EVENTS, [], [])
    made.define(DEFINITIONS)
    made.do(Step(at(10, 1), "plan"))
    made.define(DEFINITIONS.with_change("query"))
    flags = ("--forward-only", "--auto-apply", "--no-prompts", "--execution-time", "2024-02-12 01:00:00")
    assert sqlmesh_cli(made.root, ["plan", *flags, *options]) == 0
    made.do(Step(at(13, 1)))
    made.do(Step(at(20, 1)))
    return made


def amounts(made: Warehouse, suffix: str) -> dict[date, Any]:
    """The amounts by sample date, less than what the old query gives: 1 for a row of its own, 2 for one of the new."""
    rows = made.tables()[f"total_to_artifact_{suffix}"]
    return {key[0]: amount for key, amount in rows.items()}


def doubled(made: Warehouse, suffix: str, days: int) -> list[date]:
    """The sample dates whose amount is twice that of the old query, which counts the events of a bucket or window."""
    found = []
    for sample, amount in amounts(made, suffix).items():
        first = sample if suffix != "over_7_day_window" else sample - 6 * DAY
        events = sum(first <= event.at.date() < first + days * DAY for event in EVENTS)
        assert amount in (events, 2 * events)
        found += [sample] if amount == 2 * events else []
    return found


def february(first: int, last: int) -> list[date]:
    return [date(2024, 2, day) for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("options", "first"),
    [((), 7), (("--effective-from", "2024-02-06"), 3)],
    ids=["from the last day that was built", "from an effective date"],
)
def test_rows_are_new_from_the_lateness_before_the_first_day_of_the_new_query(
    options: tuple[str, ...], first: int, tmp_path: Path
) -> None:
    made = warehouse(tmp_path, *options)
    assert doubled(made, "daily", 1) == february(first, 19)
    assert doubled(made, "over_7_day_window", 7) == february(first, 19)
    weeks = [date(2024, 1, 29), date(2024, 2, 5), date(2024, 2, 12)]
    assert doubled(made, "weekly", 7) == [week for week in weeks if week + 6 * DAY >= date(2024, 2, first)]


def test_a_restatement_makes_the_rows_new_that_it_writes(tmp_path: Path) -> None:
    made = warehouse(tmp_path)
    made.do(Step(at(20, 2), "restate", date(2024, 1, 10), date(2024, 2, 19)))
    assert doubled(made, "daily", 1) == february(1, 19)
    assert doubled(made, "weekly", 7) == [date(2024, 1, 29), date(2024, 2, 5), date(2024, 2, 12)]
