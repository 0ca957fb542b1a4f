"""The rows of a statement, from an engine on which the catalog's sources lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gnomon.catalog.sql.statement import OutputColumn, Statement
from gnomon.engine import Engine
from gnomon.errors import GnomonError, Problem, RunError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

REFUSALS = ("binder", "catalog", "conversion", "invalid input", "mismatch type", "out of range", "parser")
"""DuckDB's words for what is wrong with a statement; others are about the disk, the memory, the process."""


def data(statement: Statement, engine: Engine) -> pa.Table:
    """A statement's rows. Each field's metadata holds `unit` (JSON, `null` where unset), `semantic_entity` and
    `semantic_type`; `unit_ext` and `unit_by` where there is one.

    Raises UsageError `other_dialect` for a statement written for another engine and `statement_refused` for one that
    the engine cannot run over the values that are there, and RunError `engine_error`.
    """
    if statement.dialect != engine.dialect:
        message = f"the statement is in {statement.dialect}, and the engine takes {engine.dialect}"
        raise UsageError(Problem("other_dialect", message, help=f"ask for the dialect {engine.dialect}"))
    import pyarrow as pa

    try:
        rows = engine.execute(statement.sql)
    except RunError as error:
        raise refusal(error) from None
    described = zip(rows.schema, statement.columns, strict=True)
    return rows.cast(pa.schema([field.with_metadata(metadata(column)) for field, column in described]))


def refusal(error: RunError) -> GnomonError:
    """An engine's error as the asker's, where it is about types, values or names in the statement.

    >>> print(refusal(RunError(Problem("engine_error", "conversion Error: Could not convert string 'abc' to INT32"))))
    error[statement_refused]: the warehouse does not take the statement: Could not convert string 'abc' to INT32
      = help: compare columns with values of their own type; if no filter does otherwise, mend the SQL of the nodes
    """
    what, _, said = error.problems[0].message.partition(" Error: ")
    if what.lower() not in REFUSALS or not said:
        return error
    help = "compare columns with values of their own type; if no filter does otherwise, mend the SQL of the nodes"
    return UsageError(Problem("statement_refused", f"the warehouse does not take the statement: {said}", help=help))


def metadata(column: OutputColumn) -> dict[str, str]:
    """What a field says about itself."""
    said = {"unit": json.dumps(column.unit, default=dict), "semantic_entity": column.semantic_entity}
    said["semantic_type"] = column.semantic_type
    more = {"unit_ext": column.unit_ext, "unit_by": column.unit_by}
    return said | {key: json.dumps(value, default=dict) for key, value in more.items() if value}
