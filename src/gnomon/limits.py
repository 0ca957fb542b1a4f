"""Every limit in one table: name, default, one sentence. The command line, the docs and the tests read it."""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """A bound that protects the program from its input."""

    name: str
    default: int
    sentence: str


LIMITS = (
    Limit("yaml_bytes", 1_000_000, "A YAML file may hold this many bytes."),
    Limit("yaml_depth", 30, "YAML may nest this deep."),
    Limit("yaml_copied", 100_000, "The aliases of one of DataJunction's files may add this many values to it."),
    Limit("sql_bytes", 500_000, "A SQL file may hold this many bytes."),
    Limit("sql_depth", 100, "Parentheses in a SQL file may nest this deep."),
    Limit("name_length", 63, "A metric, entity or table name may have this many characters (Postgres's limit)."),
    Limit("rolling_window", 10_000, "A rolling window may span this many units."),
    Limit("render_days", 40_000, "A self-contained query may cover this many sample dates."),
    Limit("filter_length", 4_000, "A filter of a query may have this many characters."),
    Limit("zip_files", 20_000, "A ZIP of a catalog's files may hold this many."),
    Limit("zip_bytes", 200_000_000, "The files of such a ZIP may have this many bytes together."),
)

BY_NAME = {limit.name: limit.default for limit in LIMITS}


def limit(name: str) -> int:
    """The value of a limit."""
    return BY_NAME[name]
