"""The types of a statement's parts, from what the catalog says about the columns of its sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import TypeAnnotator
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from gnomon.catalog.values import Definition

Types = Mapping[tuple[str, ...], Mapping[str, str]]
"""Sources' tables, by schema and name in lower case, and the types of their columns by lower-case name."""

TEXT = frozenset(exp.DataType.TEXT_TYPES)
WHOLE = frozenset(exp.DataType.INTEGER_TYPES)
FLOATING = frozenset(exp.DataType.FLOAT_TYPES)
NUMBER = frozenset(exp.DataType.NUMERIC_TYPES)
TIME = frozenset(exp.DataType.TEMPORAL_TYPES) - {exp.DType.DATE, exp.DType.DATE32}
DATE = frozenset({exp.DType.DATE, exp.DType.DATE32})
FLAG = frozenset({exp.DType.BOOLEAN})
LIST = frozenset({exp.DType.ARRAY, exp.DType.LIST})


def types_of(definitions: Mapping[str, Definition | None]) -> Types:
    """The columns of sources, by where each lies. Of one place in two catalogs, what both say is known."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for source in definitions.values():
        if source is not None and source.kind == "source" and source.table:
            at = place(source.schema, source.table)
            own = {column.name.lower(): column.type for column in source.columns if column.type}
            found[at] = own if at not in found else dict(found[at].items() & own.items())
    return found


def place(schema: str | None, table: str) -> tuple[str, ...]:
    """A table's last two words, which stay when its catalog is called otherwise.

    >>> place("Wh", "orders"), place(None, "wh.orders")
    (('wh', 'orders'), ('wh', 'orders'))
    """
    return tuple(part.lower() for part in (*(schema or "").split("."), *table.split(".")) if part)[-2:]


def kind(node: exp.Expr | None) -> exp.DType:
    """The type of a part, UNKNOWN where nothing says it."""
    found = node.type if node is not None else None
    return found.this if found is not None else exp.DType.UNKNOWN


class Sources(MappingSchema):
    """The catalog's types, as SQLGlot asks for them."""

    def __init__(self, types: Types, dialect: str) -> None:
        super().__init__(dialect=dialect)
        self._types = types

    def get_column_type(
        self, table: exp.Table | str, column: exp.Column | str, *_: object, **__: object
    ) -> exp.DataType:
        """The type of a table's column."""
        known = self._types.get(place(table.db, table.name), {}) if isinstance(table, exp.Table) else {}
        return built(known.get((column if isinstance(column, str) else column.name).lower(), "")).copy()


def annotate(tree: exp.Expr, types: Types, authored: str) -> None:
    """Give each part of a tree its type as far as it is known. Nothing is changed in what the tree says."""
    qualified: list[exp.Column] = []
    try:
        scopes = traverse_scope(tree)
        for scope in scopes:
            for column in scope.columns:
                table = None if column.table else owner(scope, column.name.lower(), types)
                if table:
                    column.set("table", exp.to_identifier(table))
                    qualified.append(column)
        annotator = TypeAnnotator(Sources(types, authored))
        for scope in scopes:
            annotator.annotate_scope(scope)
    except SqlglotError:
        return  # a query that no scope is made of: its parts stay unknown
    finally:
        for column in qualified:
            column.set("table", None)


def owner(scope: Scope, name: str, types: Types) -> str | None:
    """The one source of a scope that a column without a table can be of."""
    sources = scope.selected_sources
    if len(sources) == 1:
        return next(iter(sources))
    having = [alias for alias, (_, source) in sources.items() if name in names_of(source, types)]
    return having[0] if len(having) == 1 else None


def names_of(source: exp.Table | Scope, types: Types) -> Iterator[str]:
    """The columns of a table or a query, as far as they are known."""
    if isinstance(source, exp.Table):
        yield from types.get(place(source.db, source.name), ())
    elif isinstance(source.expression, exp.Query):
        yield from (each.lower() for each in source.expression.named_selects)


@lru_cache(1_024)
def built(text: str) -> exp.DataType:
    """A type as the catalog writes it, UNKNOWN where SQLGlot cannot read it.

    >>> built("decimal(10,2)").sql("duckdb"), built("?").this.name
    ('DECIMAL(10, 2)', 'UNKNOWN')
    """
    try:
        return exp.DataType.build(text, dialect="spark") if text else exp.DataType.build("unknown")
    except SqlglotError:
        return exp.DataType.build("unknown")
