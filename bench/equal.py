"""Whether two ways gave the same numbers: row by row, floats within a billionth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bench.timing import Connection, fetched

SUMMED = "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM {rows} AS r"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, of all dates or of some."""

    table: str
    dates: Sequence[date] = ()

    @property
    def sql(self) -> str:
        if not self.dates:
            return f"(SELECT * FROM {self.table})"
        listed = ", ".join(f"DATE '{day}'" for day in self.dates)
        return f"(SELECT * FROM {self.table} WHERE metrics_sample_date IN ({listed}))"


def compared(connection: Connection, given: Rows, right: Rows, key: str = "to_artifact_id", only: bool = False) -> str:
    """Empty where the rows are equal, or else both sums and how many rows differ.

    With `only`, what `right` has more than `given` is left aside (a way that has no rows between events).
    """
    join = "LEFT" if only else "FULL"
    differing = fetched(
        connection,
        f"""SELECT COUNT(*) FROM {given.sql} AS a {join} JOIN {right.sql} AS b
            ON a.metrics_sample_date = b.metrics_sample_date AND a.{key} = b.{key}
            WHERE a.{key} IS NULL OR b.{key} IS NULL OR (a.amount IS NULL) <> (b.amount IS NULL)
                OR ABS(a.amount - b.amount) > 1e-9 * GREATEST(ABS(a.amount), ABS(b.amount))""",
    )[0]
    if not differing:
        return ""
    sums = (fetched(connection, SUMMED.format(rows=rows.sql)) for rows in (given, right))
    mine, true = (f"{rows:,} rows with the sum {total:,.2f}" for rows, total in sums)
    return f"WRONG in {differing:,} rows: {mine}, not {true}"
