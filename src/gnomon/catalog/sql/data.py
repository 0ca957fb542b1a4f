"""The rows of a statement, from an engine on which the catalog's sources lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gnomon.catalog.sql.statement import OutputColumn, Statement
from gnomon.engine import Engine
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    import pyarrow as pa


def data(statement: Statement, engine: Engine) -> pa.Table:
    """A statement's rows. Each field's metadata holds `unit` (JSON, `null` where unset), `semantic_entity` and
    `semantic_type`.

    Raises UsageError `other_dialect` for a statement written for another engine, and RunError `engine_error`.
    """
    if statement.dialect != engine.dialect:
        message = f"the statement is in {statement.dialect}, and the engine takes {engine.dialect}"
        raise UsageError(Problem("other_dialect", message, help=f"ask for the dialect {engine.dialect}"))
    import pyarrow as pa

    rows = engine.execute(statement.sql)
    described = zip(rows.schema, statement.columns, strict=True)
    return rows.cast(pa.schema([field.with_metadata(metadata(column)) for field, column in described]))


def metadata(column: OutputColumn) -> dict[str, str]:
    """What a field says about itself."""
    said = {"unit": json.dumps(column.unit, default=dict), "semantic_entity": column.semantic_entity}
    said["semantic_type"] = column.semantic_type
    return said | ({"unit_ext": json.dumps(column.unit_ext, default=dict)} if column.unit_ext else {})
