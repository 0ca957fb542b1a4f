"""Tables of exchange rates: what `@convert` looks up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from gnomon.source import Span

Missing = Literal["error", "null"]


@dataclass(frozen=True, slots=True)
class RateTable:
    """A table that says for some days what one of a currency is worth in another: 1 `from_code` is `rate` `to_code`.

    `date`, `from_code`, `to_code` and `rate` name its columns. A rate holds from its day on, until the pair's next
    one, for `max_age` after it at most: whole days. With `via`, two currencies that each have a rate with that one, in
    either direction, have a rate with each other; without it, only the pairs that the table holds, as it holds them.
    `missing` says what a conversion without a rate is: an error of the query, or null.
    """

    name: str
    date: str
    from_code: str
    to_code: str
    rate: str
    via: str | None = None
    max_age: timedelta = timedelta(days=7)
    missing: Missing = "error"
    span: Span | None = field(default=None, compare=False, repr=False)
