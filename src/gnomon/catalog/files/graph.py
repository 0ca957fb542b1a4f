"""Which node reads which: the SQL of nodes, the names in it, and an order in which each comes after what it reads."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp, parse_one
from sqlglot.errors import ParseError, SqlglotError, TokenError

from gnomon.catalog.values import Definition
from gnomon.errors import DefinitionError, Problem
from gnomon.rewrite.parse import UNREADABLE, check_depth, syntax_problem, token_problem
from gnomon.source import Source, Span

DIALECT = "spark"
"""The dialect in which DataJunction's nodes are written."""


class UnreadableSql(ValueError):
    """SQL that cannot be read, with the reason and the stretch of the query that is at fault, where that is known."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        super().__init__(reason)
        self.span = span

    @classmethod
    def of(cls, problem: Problem) -> UnreadableSql:
        """What is wrong, with the words that are at fault.

        >>> span = Source("query", "SELECT a FROM t WHERE").span(16, 21)
        >>> str(UnreadableSql.of(Problem("sql_syntax", "something is missing after this", span)))
        "something is missing after 'WHERE'"
        """
        span, message = problem.span, problem.message
        text = span.source.text[span.start : span.end].strip() if span is not None else ""
        if not text:
            return cls(message)
        is_after = message.endswith(" after this")
        return cls(f"{message.removesuffix(' this') if is_after else f'{message}, at'} '{text}'", span)


def read_sql(query: str) -> exp.Query:
    """A node's SQL; UnreadableSql where it is not one query. The tree is shared: copy it before a change."""
    found = cached(query)
    if isinstance(found, UnreadableSql):
        raise found
    return found


@lru_cache(maxsize=512)
def cached(query: str) -> exp.Query | UnreadableSql:
    source = Source("query", query)
    try:
        check_depth(source)
        tree = parse_one(query, dialect=DIALECT)
    except ParseError as error:
        return UnreadableSql.of(syntax_problem(source, error))
    except TokenError:
        return UnreadableSql.of(token_problem(source))
    except DefinitionError as error:
        return UnreadableSql(error.problems[0].message, error.problems[0].span)
    except (*UNREADABLE, SqlglotError, ValueError):
        return UnreadableSql("this is no SQL")
    return tree if isinstance(tree, exp.Query) else UnreadableSql("this is no query")


def alias_of(query: str | None) -> str | None:
    """The name of the one output that a query has; None where it has several, or none that can be read."""
    if query is None:
        return None
    try:
        outputs = read_sql(query).selects
    except UnreadableSql:
        return None
    return outputs[0].alias_or_name if len(outputs) == 1 else None


def dotted(node: exp.Expr) -> str:
    """The name that a table, a column or a chain of dots spells."""
    return ".".join(part.name for part in node.parts)  # type: ignore[attr-defined]


def tables_of(tree: exp.Query) -> Iterator[exp.Table]:
    """The tables that a query reads from outside itself."""
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier | exp.Dot) and dotted(table).lower() not in own:
            yield table


def is_derived(tree: exp.Query) -> bool:
    """Whether a metric's SQL is over other metrics: a SELECT that reads no table."""
    return isinstance(tree, exp.Select) and tree.args.get("from_", tree.args.get("from")) is None


def references(tree: exp.Query) -> Iterator[exp.Expr]:
    """The metrics that a derived metric names: columns with dots, in their order."""
    for node in tree.walk():
        if isinstance(node, exp.Column | exp.Dot) and not isinstance(node.parent, exp.Dot) and len(node.parts) > 1:
            yield node


def parents_of(definition: Definition, known: Container[str]) -> tuple[str, ...]:
    """The nodes that a definition reads, each once, and of a source those that it says. `known` are nodes' names; what
    SQL cannot be read has none."""
    if definition.cube is not None:
        elements = (*definition.cube.metrics, *(element_of(each, known)[0] for each in definition.cube.dimensions))
        return tuple(dict.fromkeys(elements))
    if definition.query is None:
        return definition.parents
    try:
        tree = read_sql(definition.query)
    except UnreadableSql:
        return ()
    if definition.kind == "metric" and is_derived(tree):
        return tuple(dict.fromkeys(dotted(node) for node in references(tree)))
    return tuple(dict.fromkeys(dotted(table) for table in tables_of(tree)))


def element_of(dimension: str, known: Container[str]) -> tuple[str, str]:
    """The node and the column of `node.column[role]`.

    >>> element_of("shop.date.year[ordered]", {"shop.date"})
    ('shop.date', 'year')
    """
    name = dimension.partition("[")[0]
    node, _, column = name.rpartition(".")
    return (name, "") if name in known else (node, column)


def ordered(definitions: Mapping[str, Definition]) -> list[str]:
    """Names of nodes, each after those that it reads; CycleError where there is no such order."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, definition in definitions.items():
        sorter.add(name, *(parent for parent in definition.parents if parent in definitions))
    return list(sorter.static_order())


def cycle_of(error: CycleError) -> list[str]:
    """The nodes of a cycle, each followed by one that it reads; the first is also the last."""
    return list(reversed(error.args[1]))
