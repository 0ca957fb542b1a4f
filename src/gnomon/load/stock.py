"""The field `additivity` of a metric: how a stock, which does not add up over time, is taken over a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gnomon.limits import limit
from gnomon.load.construct import Shape
from gnomon.load.fields import AlsoWritten, Duration, OneOf, read_duration
from gnomon.load.wording import kind_of, refuse

DAY = timedelta(days=1)


def read_over_time(value: Any) -> Any:
    return "average" if value == "avg" else value


def read_carry(value: Any) -> Any:
    if value is None or value == "none":
        return None
    if not isinstance(value, Mapping):
        refuse("wrong_type", f"expected none or {{forward: ...}}, found {kind_of(value)}", "write {forward: 3 days}")
    return value


def read_days(value: Any) -> Any:
    """A number of whole days: a stock has one value a day."""
    found, most = read_duration(value), limit("rolling_window")
    if found % DAY:
        refuse("carry_out_of_range", f"a value is carried for whole days, not for {value}", "write 3 days")
    if not DAY <= found <= most * DAY:
        help = f"write 1 day to {most:,} days, or carry: none"
        refuse("carry_out_of_range", f"a carry of {value} is not possible", help)
    return found


OverTime = Annotated[
    Literal["last", "average", "min", "max"],
    OneOf("rule over time", "last", "average", "min", "max"),
    BeforeValidator(read_over_time),
]


class CarryDef(Shape):
    """For how long a stock's last value stands where none is given."""

    forward: Annotated[Duration, BeforeValidator(read_days)]


class AdditivityDef(Shape):
    """How a stock, which does not add up over time, is taken over a period."""

    over_time: OverTime = Field(description="which value of a period stands for it, per source key")
    carry: Annotated[CarryDef | None, BeforeValidator(read_carry), AlsoWritten("string")] = Field(
        default=None, description="none, or {forward: 3 days}: how long a value stands until the next one"
    )
