"""How definitions spell own calendars: the grains of a table, `fiscal_month` to date, and `fiscal_monthly`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from gnomon.load.fields import OneOf
from gnomon.load.wording import kind_of, refuse
from gnomon.time.grain import TO_DATE_GRAINS

GRAINS = {grain.value: grain for grain in TO_DATE_GRAINS}
ADVERBS = "|".join(grain.aggregation for grain in TO_DATE_GRAINS)
OWN_GRAIN = re.compile(rf"[a-z][a-z0-9_]*_({'|'.join(GRAINS)})")
OWN_WORD = re.compile(rf"[a-z][a-z0-9_]*_({ADVERBS})")
TO_DATE = "_to_date"
STARTS_SCHEMA = {
    "anyOf": [
        {"type": "array", "items": {"type": "string", "enum": [*GRAINS]}},
        {"type": "object", "propertyNames": {"enum": [*GRAINS]}, "additionalProperties": {"type": "string"}},
    ]
}


def read_starts(value: Any) -> Any:
    """The column of bucket starts for each grain; a list of grains stands for columns named `<grain>_start`."""
    if not isinstance(value, (list, tuple, Mapping)):
        refuse("wrong_type", f"expected grains, found {kind_of(value)}", "write [month, quarter]")
    for position, grain in enumerate(value):
        if grain not in GRAINS:
            place = grain if isinstance(value, Mapping) else position
            refuse("unknown_grain", f"a calendar has no grain '{grain}'", f"known: {', '.join(GRAINS)}", place)
    columns = value if isinstance(value, Mapping) else {grain: f"{grain}_start" for grain in value}
    for grain, column in columns.items():
        if not isinstance(column, str):
            refuse("wrong_type", f"expected a column, found {kind_of(column)}", f"write {grain}_start", grain)
    return {grain: column.lower() for grain, column in columns.items()}


Starts = Annotated[dict[str, str], BeforeValidator(read_starts), WithJsonSchema(STARTS_SCHEMA)]


class AggregationWord(OneOf):
    """The words of time aggregations, and those of own calendars, which are looked up when all files are read."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        own = {"type": "string", "pattern": f"^{OWN_WORD.pattern}$"}
        return {"anyOf": [super().__get_pydantic_json_schema__(schema, handler), own]}

    def read(self, value: Any) -> Any:
        if isinstance(value, str) and OWN_WORD.fullmatch(value):
            return value
        grain = value.removesuffix(TO_DATE) if isinstance(value, str) and value.endswith(TO_DATE) else ""
        if grain in GRAINS or OWN_GRAIN.fullmatch(grain):
            message = f"'{value}' is a window, not a time aggregation"
            refuse("unknown_aggregation", message, f"write to_date: [{grain}]")
        return super().read(value)
