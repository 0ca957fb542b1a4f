"""Which table of rules keeps what SQL means, from the dialect it was written in to the one that runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from gnomon.catalog.sql.known_types import Types, annotate, place
from gnomon.catalog.sql.meanings import keep
from gnomon.catalog.sql.meanings_duckdb import DUCKDB
from gnomon.catalog.sql.meanings_elsewhere import rules_for
from gnomon.catalog.sql.meanings_values import divided
from gnomon.catalog.sql.words import one_tree
from gnomon.catalog.values import Definition
from gnomon.errors import Problem, UsageError

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


def differences(definitions: Mapping[str, Definition], dialect: str, authored: str = "spark") -> Iterator[Problem]:
    """What of nodes' queries would be refused, or is not known to mean the same, in a dialect: warnings, by node.

    The types are those that the definitions give their own columns. A query that is no SQL is not looked at.
    """
    types = {
        place(None, name): {column.name.lower(): column.type for column in definition.columns if column.type}
        for name, definition in definitions.items()
    }
    for name, definition in definitions.items():
        tree = one_tree(definition.query, authored) if definition.query else None
        if tree is None:
            continue
        try:
            found = kept(tree, dialect, authored, types)[1]
        except UsageError as error:
            found = list(error.problems)
        yield from (replace(each, message=f"'{name}': {each.message}", severity="warning") for each in found)
