"""Which table of rules keeps what SQL means, from the dialect it was written in to the one that runs it."""

from __future__ import annotations

from sqlglot import exp

from gnomon.catalog.sql.known_types import Types, annotate
from gnomon.catalog.sql.meanings import keep
from gnomon.catalog.sql.meanings_duckdb import DUCKDB
from gnomon.catalog.sql.meanings_elsewhere import rules_for
from gnomon.catalog.sql.meanings_values import divided
from gnomon.errors import Problem

SPARK = ("spark", "spark2", "databricks", "hive")
UNGUARDED = ("duckdb", "clickhouse")
"""They divide by zero to infinity, and SQLGlot leaves it so."""


def kept(tree: exp.Expr, dialect: str, authored: str, types: Types) -> tuple[exp.Expr, list[Problem]]:
    """A tree as a dialect has to be told it, and a warning for each function of which it is not known.

    Raises UsageError `meaning_differs` with all that has no equal there.
    """
    if authored in SPARK:
        if dialect in SPARK:
            return tree, []
        annotate(tree, types, authored)
        return keep(tree, DUCKDB if dialect == "duckdb" else rules_for(dialect), dialect, authored)
    if dialect in UNGUARDED and authored not in UNGUARDED:
        for division in list(tree.find_all(exp.Div)):
            divided(division)
    return tree, []
