"""Drawing by number."""

from __future__ import annotations

from random import Random

import pytest

from property import dice as st
from property.strategies import project_number
from property.world import rows_of


def test_a_number_is_always_the_same_case_and_another_number_another() -> None:
    one, again, other = project_number(7), project_number(7), project_number(8)
    assert one == again and rows_of(one[1]) == rows_of(again[1])
    assert one != other


def test_lists_keep_their_bounds_and_differ_where_they_must() -> None:
    drawn = [st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).throw(Random(n)) for n in range(50)]
    assert {len(found) for found in drawn} == {1, 2, 3}
    assert all(len(set(found)) == len(found) for found in drawn)


def test_a_filter_that_nothing_passes_ends() -> None:
    with pytest.raises(LookupError):
        st.just(1).filter(lambda value: value > 1).throw(Random(0))
