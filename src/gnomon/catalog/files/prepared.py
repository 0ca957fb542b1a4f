"""A node's SQL with a plain name for each node that it reads, so that names of any number of dots are tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from gnomon.catalog.files.graph import DIALECT, dotted, is_derived, references, tables_of
from gnomon.catalog.files.metric_units import output_name
from gnomon.catalog.files.spark_types import METADATA
from gnomon.catalog.values import Definition
from gnomon.check.units.api import qualified

FAILURES = (SqlglotError, RecursionError, ValueError, KeyError, AttributeError, TypeError, IndexError, AssertionError)
"""What SQLGlot's optimizer raises where it gives up."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A qualified tree. `nodes` maps its tables to the nodes that they are, `spellings` maps outputs, folded, to their
    names as somebody wrote them."""

    tree: exp.Expr
    nodes: Mapping[str, str]
    spellings: Mapping[str, str]
    schema: MappingSchema = field(repr=False)
    output: str | None = None
    """The name of a metric's output column, which the tree calls by the metric's last word."""

    def folded(self, column: str) -> str:
        """A column's name as the tree has it."""
        return (column.rpartition("_DOT_")[2] if column == self.output else column).lower()


def prepare(tree: exp.Query, name: str, definition: Definition, there: Mapping[str, Definition]) -> Prepared:
    """The query of a node, over tables that stand for nodes, qualified."""
    query, nodes = over_tables(tree, definition, there)
    if definition.kind == "metric" and isinstance(query, exp.Select) and len(query.selects) == 1:
        value = query.selects[0].unalias()
        query.set("expressions", [exp.alias_(value, name.rpartition(".")[2].lower())])
    spellings = {column.name.lower(): column.name for node in nodes.values() for column in there[node].columns}
    spellings |= {each.alias_or_name.lower(): each.alias_or_name for each in query.selects if each.alias_or_name}
    spellings.pop("*", None)
    schema = schema_of(nodes, there)
    output = output_name(name) if definition.kind == "metric" else None
    return Prepared(qualify_over(query, schema), nodes, spellings, schema, output)


def over_tables(
    tree: exp.Query, definition: Definition, there: Mapping[str, Definition]
) -> tuple[exp.Query, dict[str, str]]:
    """A copy of a node's query over tables of plain names, and the nodes that those stand for."""
    query = tree.copy()
    nodes: dict[str, str] = {}
    if definition.kind == "metric" and isinstance(query, exp.Select) and is_derived(query):
        nodes = over_metrics(query, there)
    return query, nodes | over_nodes(query, there)


def over_metrics(query: exp.Select, there: Mapping[str, Definition]) -> dict[str, str]:
    """Let a derived metric read each metric that it names from a table of its one value."""
    nodes: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for node in [*references(query)]:
        name = dotted(node)
        if name in there:
            table = by_name.setdefault(name, f"m{len(by_name)}")
            nodes[table] = name
            node.replace(exp.column(output_name(name), table=table, quoted=True))
    for position, table in enumerate(nodes):
        query.from_(table, copy=False) if position == 0 else query.join(table, join_type="cross", copy=False)
    return nodes


def over_nodes(query: exp.Query, there: Mapping[str, Definition]) -> dict[str, str]:
    """Give each table that is a node a plain name, and the columns that spell it out its alias."""
    nodes: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for table in [*tables_of(query)]:
        name = dotted(table)
        if name not in there:
            continue
        plain = f"n{len(nodes)}"
        nodes[plain] = name
        alias = table.alias or name.rpartition(".")[2]
        aliases.setdefault(name, alias)
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
        for part in ("db", "catalog"):
            table.set(part, None)
        table.set("this", exp.to_identifier(plain))
    for node in [*references(query)]:
        table_name, _, column = dotted(node).rpartition(".")
        if table_name in aliases and "." in table_name:
            node.replace(exp.column(column, table=aliases[table_name]))
    return nodes


def schema_of(nodes: Mapping[str, str], there: Mapping[str, Definition]) -> MappingSchema:
    """The columns of the tables, for SQLGlot."""
    tables: dict[str, object] = {
        table: {column.name.lower(): type_of(column.type) for column in there[node].columns}
        for table, node in nodes.items()
        if there[node].columns
    }
    return MappingSchema(tables, dialect=DIALECT)


@lru_cache(maxsize=1024)
def type_of(written: str | None) -> exp.DataType:
    """A type of SQL; unknown where nobody says it, or where it is none."""
    try:
        return exp.DataType.build(written or "unknown", dialect=DIALECT)
    except FAILURES:
        return exp.DataType.build("unknown")


def qualify_over(query: exp.Query, schema: MappingSchema) -> exp.Expr:
    """The query with a table for each column and columns for each star, as far as they are known."""
    try:
        return qualify(
            query.copy(),
            dialect=DIALECT,
            schema=schema,
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
            infer_schema=True,
        )
    except FAILURES:
        return qualified(query, DIALECT)


def output_types(prepared: Prepared) -> dict[str, str]:
    """The types of the outputs, as Spark spells them; those that are not known are left out. The tree is annotated."""
    try:
        tree = annotate_types(prepared.tree, schema=prepared.schema, dialect=DIALECT, expression_metadata=METADATA)
    except FAILURES:
        return {}
    selects = tree.selects if isinstance(tree, exp.Query) else []
    return {
        each.alias_or_name.lower(): each.type.sql(dialect=DIALECT).lower()
        for each in selects
        if each.type is not None and not each.type.is_type("unknown", "null")
    }
