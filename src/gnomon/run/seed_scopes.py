"""Follow the columns of a query down to the tables that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.run.seed_demands import Place

# A function of one column that keeps what the column holds recognisable: LOWER(name) = 'x', CAST(day AS DATE).
WRAPPERS = (exp.Paren, exp.Cast, exp.TryCast, exp.Lower, exp.Upper, exp.Trim, exp.Coalesce, exp.Alias, exp.TsOrDsToDate)


def read_scopes(query: exp.Expr, dialect: str) -> list[Scope]:
    """The scopes of a query, innermost first, with names qualified as far as they can be without a schema."""
    tree = query.copy()
    try:
        tree = qualify(
            tree,
            dialect=dialect,
            validate_qualify_columns=False,
            quote_identifiers=False,
            allow_partial_qualification=True,
            infer_schema=True,
        )
    except OptimizeError:
        tree = query.copy()
    return traverse_scope(tree)


def table_name(table: exp.Table) -> str:
    """The dotted lower-case name of a table, as projects spell it."""
    return ".".join(part.name for part in table.parts).lower()


def inlined(query: exp.Expr, models: Mapping[str, exp.Query]) -> exp.Expr:
    """The query with each model that it reads in the table's place, so that columns can be followed through it.

    >>> import sqlglot
    >>> inlined(sqlglot.parse_one("SELECT a FROM m.x"), {"m.x": sqlglot.parse_one("SELECT a FROM raw.y")}).sql()
    'SELECT a FROM (SELECT a FROM raw.y) AS x'
    """
    query = query.copy()
    for table in list(query.find_all(exp.Table)):
        name = table_name(table)
        if name in models:
            others = {other: model for other, model in models.items() if other != name}
            inner = inlined(models[name], others)
            table.replace(exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(table.alias_or_name))))
    return query


class Origins:
    """Where columns come from. `known` maps tables to the columns that are declared, for names without a table."""

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = known

    def places(self, node: exp.Expr | None, scope: Scope) -> list[Place]:
        """The table columns that an expression is, through wrappers, CTEs and unions; [] if it is more than that."""
        while isinstance(node, WRAPPERS):
            node = node.this
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            return []
        return list(self.find(node.name.lower(), node.table, scope))

    def find(self, name: str, alias: str, scope: Scope, seen: frozenset[int] = frozenset()) -> Iterator[Place]:
        """The places of a column `alias.name` as a scope sees it; `alias` is "" where the query gives none."""
        source = self.source(name, alias, scope)
        if isinstance(source, exp.Table):
            yield Place(table_name(source), name, id(source))
        elif isinstance(source, Scope) and id(source) not in seen:
            yield from self.projected(name, source, seen | {id(source)})

    def source(self, name: str, alias: str, scope: Scope | None) -> exp.Table | Scope | None:
        """The table or inner query that a column belongs to, looking outwards from a correlated subquery."""
        while scope is not None:
            sources = {key: source for key, (_, source) in scope.selected_sources.items()}
            if alias and alias in sources:
                return sources[alias]
            if not alias and sources:
                return self.likely(name, list(sources.values()))
            scope = scope.parent
        return None

    def likely(self, name: str, sources: list[exp.Table | Scope]) -> exp.Table | Scope | None:
        """The source that a bare name belongs to: one that is known to have it, else one that may, else the first."""
        for source in sources:
            if isinstance(source, Scope):
                if name in output_names(source):
                    return source
            elif name in self.known.get(table_name(source), ()):
                return source
        open_ended = [s for s in sources if isinstance(s, exp.Table) and not self.known.get(table_name(s))]
        return (open_ended or sources)[0]

    def projected(self, name: str, scope: Scope, seen: frozenset[int]) -> Iterator[Place]:
        """The places behind an inner query's output column."""
        if scope.union_scopes:
            names = output_names(scope)
            for branch in scope.union_scopes:
                columns = output_names(branch)
                aligned = columns[names.index(name)] if name in names and len(columns) == len(names) else name
                yield from self.projected(aligned, branch, seen)
            return
        stars: list[str] = []
        for projection in getattr(scope.expression, "selects", []):
            if projection.alias_or_name.lower() == name:
                inner = projection
                while isinstance(inner, WRAPPERS):
                    inner = inner.this
                if isinstance(inner, exp.Column):
                    yield from self.find(inner.name.lower(), inner.table, scope, seen)
                return
            if projection.is_star:
                stars.append(projection.table if isinstance(projection, exp.Column) else "")
        for alias in stars:
            yield from self.find(name, alias, scope, seen)
            return


def output_names(scope: Scope) -> list[str]:
    """The lower-case names of a query's output columns; [] for what is not a query."""
    return [name.lower() for name in getattr(scope.expression, "named_selects", [])]
