"""The kinds of values that definitions hold, each with its own refusals. Shared by all models of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict, WithJsonSchema
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from gnomon.errors import did_you_mean
from gnomon.limits import limit
from gnomon.load.wording import kind_of, refuse
from gnomon.names import NAME
from gnomon.time.calendar import WEEKDAYS

T = TypeVar("T")

TYPE_DIALECTS = (None, "duckdb", "clickhouse", "bigquery", "snowflake", "postgres")
COMMON_TYPES = [
    *("bigint", "boolean", "date", "decimal", "double", "float", "integer", "interval", "json", "numeric"),
    *("real", "smallint", "string", "text", "time", "timestamp", "timestamptz", "tinyint", "uuid", "varchar"),
]
DURATION = re.compile(r"(\d{1,6}) (second|minute|hour|day|week)s?")
DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?")


def read_duration(value: Any) -> Any:
    """A length of time such as `3 days`."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (match := DURATION.fullmatch(value.strip())):
        return timedelta(**{f"{match[2]}s": int(match[1])})
    refuse("wrong_duration", f"expected a duration, found {kind_of(value)}", "write a number and a unit, as in 3 days")


def read_date(value: Any) -> Any:
    """A date, written as one or as a datetime at midnight."""
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and (match := DATE.fullmatch(value.strip())):
        try:
            return date.fromisoformat(match[1])
        except ValueError:
            pass
    refuse("wrong_date", f"expected a date, found {kind_of(value)}", "write year, month and day, as in 2023-01-31")


def read_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def read_columns(value: Any) -> Any:
    """One column, several separated by commas, or a list: always a tuple of lower-case names."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        refuse("wrong_type", f"expected a column or a list of columns, found {kind_of(value)}", "write [origin, dest]")
    columns = tuple(name.strip().lower() for name in names)
    if not columns or not all(columns):
        refuse("empty_name", "a column's name is empty", "name the column")
    if len(set(columns)) < len(columns):
        refuse("duplicate_column", f"a column is named twice in {', '.join(columns)}", "name each column once")
    return columns


def read_name(value: Any) -> Any:
    """A name that can be part of a table's name."""
    if not isinstance(value, str):
        return value
    if not NAME.fullmatch(value):
        help = "use small letters, digits and underscores, and start with a letter"
        suggestion = re.sub(r"[^a-z0-9_]+", "_", value.lower()).strip("_")
        refuse("wrong_name", f"'{value}' is no name", f"{help}: {suggestion}" if NAME.fullmatch(suggestion) else help)
    if len(value) > limit("name_length"):
        message = f"the name has {len(value)} characters, and at most {limit('name_length')} are possible"
        refuse("name_too_long", message, "shorten it")
    return value


def read_table(value: Any) -> Any:
    """A table's dotted name: lower case, without quotes."""
    if not isinstance(value, str):
        return value
    parts = [part.strip().strip('"`[]').lower() for part in value.split(".")]
    if not all(parts) or len(parts) > 3:
        refuse("wrong_table", f"'{value}' is no table name", "write schema.table")
    return ".".join(parts)


def read_schema(value: Any) -> Any:
    """The schema that tables are written to, optionally below a catalog."""
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", value):
        refuse("wrong_name", f"'{value}' is no schema name", "use letters, digits and underscores")
    return value.lower() if isinstance(value, str) else value


def read_time_zone(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        help = did_you_mean_or(value, list(available_timezones()), "write a name such as Europe/Berlin")
        refuse("unknown_time_zone", f"unknown time zone '{value}'", help)
    return value


def read_week_start(value: Any) -> Any:
    if isinstance(value, str) and value.lower() not in WEEKDAYS:
        refuse("unknown_weekday", f"unknown weekday '{value}'", did_you_mean(value.lower(), WEEKDAYS))
    return value.lower() if isinstance(value, str) else value


def read_dialect(value: Any) -> Any:
    """A dialect that SQLGlot knows."""
    if not isinstance(value, str):
        return value
    from sqlglot.dialects.dialect import Dialects

    known = [dialect.value for dialect in Dialects if dialect.value]
    if value.lower() not in known:
        refuse("unknown_dialect", f"unknown dialect '{value}'", did_you_mean(value.lower(), known))
    return value.lower()


@lru_cache(maxsize=256)
def is_type(text: str) -> bool:
    """Whether a text is a SQL type in some dialect."""
    from sqlglot import ParseError, exp

    for dialect in TYPE_DIALECTS:
        try:
            if isinstance(exp.DataType.build(text, dialect=dialect).this, exp.DType):
                return True
        except (ParseError, ValueError):
            continue
    return False


def read_type(value: Any) -> Any:
    """A SQL type. Dialects differ in their names, so a name that any of them knows will do."""
    if isinstance(value, str) and not is_type(value):
        help = did_you_mean_or(value.lower(), COMMON_TYPES, "write a type such as double or text")
        refuse("unknown_type", f"'{value}' is no SQL type", help)
    return value


def did_you_mean_or(word: str, known: list[str], otherwise: str) -> str:
    """The closest known word, or a hint where there are too many words to list."""
    hint = did_you_mean(word, known)
    return hint if hint.startswith("did") else otherwise


class AlsoWritten:
    """Tells editors of the JSON types in which a field may be written for short."""

    def __init__(self, *types: str) -> None:
        self.types = types

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [*({"type": type} for type in self.types), handler(schema)]}


class OneOf:
    """Marks a text field that takes one of the known words, all of which are listed where another one is refused."""

    def __init__(self, word: str, *known: str) -> None:
        self.word = word
        self.known = known

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.known]}

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            refuse("wrong_type", f"expected text, found {kind_of(value)}", f"known: {', '.join(self.known)}")
        if value not in self.known:
            help = did_you_mean(value, self.known)
            listed = help if help.startswith("known") else f"{help} known: {', '.join(self.known)}"
            refuse(f"unknown_{self.word.replace(' ', '_')}", f"unknown {self.word} '{value}'", listed)
        return value


def read_audits(value: Any) -> Any:
    """Audits by name, as `[name, {option: value}]`, or as `{name: {option: value}}`."""
    if not isinstance(value, (list, tuple)):
        refuse("wrong_type", f"expected a list, found {kind_of(value)}", "write [not_null]")
    return tuple(read_audit(item, position) for position, item in enumerate(value))


def read_audit(item: Any, position: int) -> tuple[str, dict[str, Any]]:
    if isinstance(item, str):
        return item, {}
    if isinstance(item, Mapping) and len(item) == 1:
        item = next(iter(item.items()))
    if isinstance(item, (list, tuple)) and len(item) == 2 and isinstance(item[0], str):
        options = {} if item[1] is None else item[1]
        if isinstance(options, Mapping):
            return item[0], dict(options)
    help = "write its name, or [name, {option: value}]"
    refuse("wrong_audit", f"expected an audit, found {kind_of(item)}", help, position)


SqlType = Annotated[str, Strict(), BeforeValidator(read_type)]
STRINGS = {"type": "array", "items": {"type": "string"}}
ONE_OR_MORE = {"anyOf": [{"type": "string"}, STRINGS]}
AUDIT = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 2, "maxItems": 2}, {"type": "object"}]}

Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict()]
Items = Annotated[tuple[T, ...], BeforeValidator(read_list)]
Name = Annotated[str, Strict(), BeforeValidator(read_name)]
Schema = Annotated[str, Strict(), BeforeValidator(read_schema)]
Table = Annotated[str, Strict(), BeforeValidator(read_table)]
Columns = Annotated[tuple[str, ...], BeforeValidator(read_columns), WithJsonSchema(ONE_OR_MORE)]
Duration = Annotated[timedelta, BeforeValidator(read_duration), WithJsonSchema({"type": "string"})]
Date = Annotated[date, BeforeValidator(read_date), WithJsonSchema({"type": "string", "format": "date"})]
TimeZone = Annotated[str, Strict(), BeforeValidator(read_time_zone)]
Weekday = Annotated[str, Strict(), BeforeValidator(read_week_start), Field(json_schema_extra={"enum": list(WEEKDAYS)})]
Dialect = Annotated[str, Strict(), BeforeValidator(read_dialect)]
Audits = Annotated[
    tuple[tuple[str, dict[str, Any]], ...],
    BeforeValidator(read_audits),
    WithJsonSchema({"type": "array", "items": AUDIT}),
]
