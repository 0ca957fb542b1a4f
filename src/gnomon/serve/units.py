"""A metric's unit as DataJunction's old enumeration says it, for clients that know nothing else.

The unit itself is structured and stands in `columns[].unit`, and for a metric in `unit`. What follows from it here is
null where the enumeration has no word. DataJunction's published Python client ends in a traceback at that null, so it
alone is told `unknown`: docs/adr/0014-legacy-null.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request

from gnomon.catalog.values import Definition, MetricDetails
from gnomon.units.legacy import LEGACY_UNITS, legacy_of

DIRECTIONS = ("higher_is_better", "lower_is_better", "neutral")
PUBLISHED_CLIENT = "datajunction;;"
"""How the user agent of DataJunction's Python client begins."""


class Enumerated(NamedTuple):
    """A unit of the old enumeration, in the form in which it is sent."""

    name: str
    label: str
    category: str = ""
    abbreviation: str | None = None
    description: str | None = None


OUT_OF_100 = "A ratio expressed as a number out of 100. Values range from 0 to 100."
OUT_OF_1 = "A ratio that compares a part to a whole. Values range from 0 to 1."
ENUMERATION: Mapping[str, Enumerated] = {
    unit.name: unit
    for unit in (
        Enumerated("unknown", "Unknown"),
        Enumerated("unitless", "Unitless"),
        Enumerated("percentage", "Percentage", "", "%", OUT_OF_100),
        Enumerated("proportion", "Proportion", "", "", OUT_OF_1),
        Enumerated("dollar", "Dollar", "currency", "$"),
        Enumerated("millisecond", "Millisecond", "time", "ms"),
        Enumerated("second", "Second", "time", "s"),
        Enumerated("minute", "Minute", "time", "m"),
        Enumerated("hour", "Hour", "time", "h"),
        Enumerated("day", "Day", "time", "d"),
        Enumerated("week", "Week", "time", "w"),
        Enumerated("month", "Month", "time", "mo"),
        Enumerated("year", "Year", "time", "y"),
        Enumerated("bit", "Bit", "data_size", "b"),
        Enumerated("byte", "Byte", "data_size", "B"),
    )
}
"""Every word, as published clients have read it for years: labels and descriptions are part of the protocol."""
assert set(ENUMERATION) == set(LEGACY_UNITS)

NEWER = ("millisecond", "bit", "byte")
"""Words that the published client does not have in its own list."""


def is_published_client(request: Request) -> bool:
    """Whether a call comes from DataJunction's Python client, by its user agent."""
    return request.headers.get("user-agent", "").startswith(PUBLISHED_CLIENT)


def metric_unit(definition: Definition) -> dict[str, Any] | None:
    """A metric's unit: that of its output column."""
    return dict(definition.columns[0].unit) if definition.columns and definition.columns[0].unit else None


def word_for(definition: Definition) -> str | None:
    """The enumeration's word for a metric's unit, None where it has none or nothing is known.

    >>> from gnomon.catalog.values import Column
    >>> dollars = Column("spent", unit={"kind": "currency", "code": "USD"})
    >>> word_for(Definition("metric", columns=(dollars,)))
    'dollar'
    >>> word_for(Definition("metric", metric=MetricDetails(legacy_unit="bit")))
    'bit'
    """
    unit = metric_unit(definition)
    if unit is not None:
        return legacy_of(unit)
    return definition.metric.legacy_unit if definition.metric is not None else None


def metric_metadata(definition: Definition, published_client: bool = False) -> dict[str, Any] | None:
    """`metric_metadata` as it is sent; None for what is no metric, or says nothing that it has room for.

    The published client reads a word and a direction from whatever is not None: it gets `unknown` and `neutral`.
    """
    if definition.kind != "metric":
        return None
    details = definition.metric or MetricDetails()
    word = word_for(definition)
    said = {
        "direction": details.direction,
        "unit": ENUMERATION[word]._asdict() if word is not None else None,
        "significant_digits": details.significant_digits,
        "min_decimal_exponent": details.min_decimal_exponent,
        "max_decimal_exponent": details.max_decimal_exponent,
    }
    if all(value is None for value in said.values()):
        return None
    if published_client:
        known = word is not None and word not in NEWER
        said["unit"] = said["unit"] if known else ENUMERATION["unknown"]._asdict()
        said["direction"] = said["direction"] or "neutral"
    return said


def options() -> dict[str, Any]:
    """Every direction and every unit of the enumeration."""
    return {"directions": list(DIRECTIONS), "units": [unit._asdict() for unit in ENUMERATION.values()]}
