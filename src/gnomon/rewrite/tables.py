"""The tables of a query as the project declares them."""

from __future__ import annotations

from sqlglot import exp

from gnomon.model import Column, Reference, SourceTable
from gnomon.rewrite.context import Context


def table_name(table: exp.Table) -> str:
    """A table's dotted lower-case name, as the project declares it: with or without its catalog."""
    return table.meta.get("declared") or full_name(table)


def full_name(table: exp.Table) -> str:
    """A table's dotted lower-case name, as the query spells it."""
    return ".".join(part.name.lower() for part in table.parts)


def recognise_tables(query: exp.Query, context: Context) -> None:
    """Note the declared name of each table that is spelt with a catalog which its declaration leaves out."""
    project = context.project
    declared = {*project.sources, *project.references, *(hop.table for hop in project.relationships)}
    for table in query.find_all(exp.Table):
        short = ".".join(full_name(table).split(".")[-2:])
        if full_name(table) not in declared and short in declared:
            table.meta["declared"] = short


def column_of(context: Context, table: str, name: str) -> Column | None:
    """The declaration of a column of a source or reference."""
    declared: SourceTable | Reference | None
    declared = context.project.sources.get(table) or context.project.references.get(table)
    return declared.columns.get(name) if declared else None
