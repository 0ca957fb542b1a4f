"""How many cases are tried, which, and by which worker."""

from __future__ import annotations

import os

from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("GNOMON_EXAMPLES", "30"))
"""How many projects are generated."""
CASE = os.environ.get("GNOMON_CASE")
"""The number of the one project to try, as a failure names it."""
SHARDS = 1 if CASE else 4
"""In how many tests, so that several workers share them."""


def numbers() -> st.SearchStrategy[int]:
    """Numbers that hypothesis does not draw twice."""
    return st.just(0) if CASE else st.integers(0, 2**40)


def case_number(number: int, shard: int) -> int:
    """A number that no other shard tries, or the one that is asked for."""
    return int(CASE) if CASE else number * SHARDS + shard
