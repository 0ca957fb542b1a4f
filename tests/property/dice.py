"""Strategies by the names of hypothesis's, drawn evenly from a number.

Hypothesis grows its examples from earlier ones and prefers small and repeated parts, which suits one function and a
shrinker. Definitions that take 30 ms to compile are better spent each on something new: with it, half of the projects
were an earlier one with two of its parts made equal. A case is a number, and the number is all that it takes to see
the case again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from random import Random
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")
TRIES = 100


class SearchStrategy(Generic[T]):
    """What can be drawn from dice."""

    def __init__(self, throw: Callable[[Random], T]) -> None:
        self.throw = throw

    def map(self, change: Callable[[T], U]) -> SearchStrategy[U]:
        return SearchStrategy(lambda rng: change(self.throw(rng)))

    def filter(self, wanted: Callable[[T], Any]) -> SearchStrategy[T]:
        def throw(rng: Random) -> T:
            for _ in range(TRIES):
                if wanted(found := self.throw(rng)):
                    return found
            raise LookupError(f"nothing wanted in {TRIES} tries")

        return SearchStrategy(throw)


def just(value: T) -> SearchStrategy[T]:
    return SearchStrategy(lambda rng: value)


def none() -> SearchStrategy[None]:
    return just(None)


def booleans() -> SearchStrategy[bool]:
    return sampled_from([False, True])


def integers(low: int, high: int) -> SearchStrategy[int]:
    """A number from `low` to `high`, both included."""
    return SearchStrategy(lambda rng: rng.randint(low, high))


def sampled_from(options: Sequence[T]) -> SearchStrategy[T]:
    return SearchStrategy(lambda rng: rng.choice(options))


def one_of(*strategies: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return SearchStrategy(lambda rng: rng.choice(strategies).throw(rng))


def builds(build: Callable[..., T], *parts: SearchStrategy[Any], **named: SearchStrategy[Any]) -> SearchStrategy[T]:
    return SearchStrategy(
        lambda rng: build(*(part.throw(rng) for part in parts), **{name: p.throw(rng) for name, p in named.items()})
    )


def lists(
    elements: SearchStrategy[T], min_size: int = 0, max_size: int = 3, unique: bool = False,
    unique_by: Callable[[T], Hashable] | None = None,
) -> SearchStrategy[list[T]]:  # fmt: skip
    """Lists of `min_size` to `max_size`; where elements must differ, those that do not are left out."""
    key: Callable[[T], Hashable] | None = unique_by or ((lambda value: value) if unique else None)

    def throw(rng: Random) -> list[T]:
        size, found = rng.randint(min_size, max_size), list[T]()
        for _ in range(TRIES):
            if len(found) == size:
                break
            value = elements.throw(rng)
            if key is None or key(value) not in [key(other) for other in found]:
                found.append(value)
        return found

    return SearchStrategy(throw)


def composite(function: Callable[..., T]) -> Callable[..., SearchStrategy[T]]:
    """A function whose first argument draws from strategies."""

    @wraps(function)
    def strategy(*args: Any, **named: Any) -> SearchStrategy[T]:
        return SearchStrategy(lambda rng: function(lambda inner: inner.throw(rng), *args, **named))

    return strategy
