"""The field `to_date` of a metric: windows from the start of a bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, Strict, model_validator

from gnomon.load.construct import Shape
from gnomon.load.fields import AlsoWritten, Items, OneOf, Text
from gnomon.load.own_grains import OWN_GRAIN
from gnomon.load.wording import kind_of, refuse
from gnomon.time.grain import TO_DATE_GRAINS
from gnomon.time.interval import Cron

GRAINS = tuple(grain.value for grain in TO_DATE_GRAINS)
CRONS = tuple(cron.value for cron in Cron if cron is not Cron.HOURLY)
OWN_SCHEMA = {"type": "string", "pattern": f"^{OWN_GRAIN.pattern}$"}
WORDS: dict[str, Any] = {"items": {"anyOf": [{"type": "string", "enum": [*GRAINS]}, OWN_SCHEMA]}}


def read_to_date(value: Any) -> Any:
    """The grains alone are short for `{grains: ...}`."""
    if isinstance(value, (list, tuple)):
        check_grains(value)
        return {"grains": value}
    if isinstance(value, Mapping):
        check_grains(grains if isinstance(grains := value.get("grains"), (list, tuple)) else (), "grains")
        return value
    refuse("wrong_type", f"expected a list of grains, found {kind_of(value)}", "write [month]")


def check_grains(grains: Sequence[Any], *path: str) -> None:
    """Refuse what no grain is called; those of own calendars are looked up when all files are read."""
    for position, grain in enumerate(grains):
        if grain not in GRAINS and not (isinstance(grain, str) and OWN_GRAIN.fullmatch(grain)):
            known = f"known: {', '.join(GRAINS)}"
            refuse("unknown_grain", f"a window to date has no grain '{grain}'", known, *path, position)
        if grain in grains[:position]:
            refuse("duplicate_interval", f"'{grain}' is given twice", "give it once", *path, position)


def read_cron(value: Any) -> Any:
    if value == Cron.HOURLY.value:
        refuse("hourly_window_unit", "a window to date cannot be sampled hourly", f"use one of {', '.join(CRONS)}")
    return value


CronWord = Annotated[str, Strict(), OneOf("cron", *CRONS), BeforeValidator(read_cron)]


class ToDateDef(Shape):
    """Windows from the start of a grain's bucket to the sample date: month to date, year to date."""

    grains: Items[Text] = Field(description="the buckets whose starts begin the windows", json_schema_extra=WORDS)
    cron: CronWord = Field(default="@daily", description="which dates are sampled; not @hourly")

    @model_validator(mode="after")
    def grains_are_given(self) -> Self:
        if not self.grains:
            refuse("empty_list", "no grain is given", f"known: {', '.join(GRAINS)}", "grains")
        return self


ToDateWindows = Annotated[ToDateDef, BeforeValidator(read_to_date), AlsoWritten("array")]
