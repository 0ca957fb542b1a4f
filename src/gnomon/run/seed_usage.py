"""What queries ask of the tables that they read: columns, their kinds, which ones join, and literals in predicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.run.seed_demands import Demand, Place
from gnomon.run.seed_kinds import kinds_in
from gnomon.run.seed_predicates import alternatives, leaves
from gnomon.run.seed_scopes import Origins, output_names, read_scopes, table_name

ColumnId = tuple[str, str]
Profile = tuple[Demand, ...]
MOST = 12
"""How many alternatives of one query's conditions are followed."""


class Groups:
    """Columns that must share their values, such as the two sides of a join (union-find)."""

    def __init__(self) -> None:
        self.parent: dict[ColumnId, ColumnId] = {}

    def root(self, column: ColumnId) -> ColumnId:
        self.parent.setdefault(column, column)
        while self.parent[column] != column:
            column = self.parent[column]
        return column

    def join(self, left: ColumnId, right: ColumnId) -> None:
        a, b = sorted((self.root(left), self.root(right)))
        self.parent[b] = a

    def members(self) -> dict[ColumnId, list[ColumnId]]:
        """The columns of each group, by its root."""
        groups: dict[ColumnId, list[ColumnId]] = defaultdict(list)
        for column in sorted(self.parent):
            groups[self.root(column)].append(column)
        return groups


@dataclass(slots=True)
class Usage:
    """Everything that was read from queries.

    `columns` maps each table to its columns in the order of use; `kinds` holds the evidence for a column's type;
    `demands` every comparison with a literal, `profiles` those that one scan must pass together; `identities` are
    columns that are counted distinct or ranked; `volume` is the largest number that HAVING compares a count with.
    """

    columns: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    kinds: dict[ColumnId, set[str]] = field(default_factory=lambda: defaultdict(set))
    demands: dict[ColumnId, list[Demand]] = field(default_factory=lambda: defaultdict(list))
    profiles: dict[str, dict[Profile, None]] = field(default_factory=lambda: defaultdict(dict))
    joins: Groups = field(default_factory=Groups)
    kin: Groups = field(default_factory=Groups)
    identities: set[ColumnId] = field(default_factory=set)
    volume: int = 0


def read_usage(queries: Iterable[exp.Expr], dialect: str, known: Mapping[str, Sequence[str]] | None = None) -> Usage:
    """Read queries in which every macro is already expanded. `known` maps tables to their declared columns."""
    usage, origins = Usage(), Origins(known or {})
    for query in queries:
        bases: dict[int, list[Profile]] = {}
        for scope in read_scopes(query, dialect):
            for table in scope.tables:
                if table.name and isinstance(scope.sources.get(table.alias_or_name), exp.Table):
                    usage.columns[table_name(table)]
            read_columns(scope, origins, usage)
            read_joins(scope, origins, usage)
            read_conditions(scope, origins, usage, bases)
    for name, profiles in usage.profiles.items():
        usage.profiles[name] = dict.fromkeys(widest(list(profiles)))
    return usage


def read_columns(scope: Scope, origins: Origins, usage: Usage) -> None:
    """Note each column, the evidence for its kind, and whether it identifies something that is counted."""
    for column in scope.columns:
        for place in origins.places(column, scope):
            usage.columns[place.table].setdefault(place.column)
    for kind, node in kinds_in(scope):
        for place in origins.places(node, scope):
            usage.kinds[place[:2]].add(kind)
    for counted in scope.find_all(exp.Distinct, exp.ApproxDistinct, exp.Window):
        parts = counted.args.get("partition_by") if isinstance(counted, exp.Window) else [counted]
        for part in parts or []:
            for column in part.find_all(exp.Column):
                usage.identities.update(place[:2] for place in origins.places(column, scope))


def read_joins(scope: Scope, origins: Origins, usage: Usage) -> None:
    """Note the columns that queries equate (they share values) or compare (they share a type)."""
    for left, right, equal in column_pairs(scope):
        for a, b in product(origins.places(left, scope), origins.places(right, scope)):
            usage.kin.join(a[:2], b[:2])
            if equal:
                usage.joins.join(a[:2], b[:2])
    for node in scope.find_all(exp.In):
        if isinstance(inner := node.args.get("query"), exp.Subquery | exp.Select):
            child = next((s for s in scope.subquery_scopes if s.expression is inner.unnest()), None)
            if child and (names := output_names(child)):
                found = origins.projected(names[0], child, frozenset())
                for a, b in product(origins.places(node.this, scope), list(found)):
                    usage.kin.join(a[:2], b[:2])
                    usage.joins.join(a[:2], b[:2])


def column_pairs(scope: Scope) -> Iterator[tuple[exp.Expr, exp.Expr, bool]]:
    """Comparisons of a column with another, and the columns of USING."""
    for node in scope.find_all(exp.EQ, exp.NullSafeEQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE):
        yield node.this, node.expression, isinstance(node, (exp.EQ, exp.NullSafeEQ))
    for join in scope.expression.args.get("joins") or []:
        for name in join.args.get("using") or []:
            aliases = [alias for alias in scope.selected_sources if alias != join.alias_or_name]
            for alias in aliases:
                yield exp.column(name.name, alias), exp.column(name.name, join.alias_or_name), True


def read_conditions(scope: Scope, origins: Origins, usage: Usage, bases: dict[int, list[Profile]]) -> None:
    """Note the comparisons of a scope, alone and as the conjunctions that its rows must pass together."""
    for demand in leaves(scope, origins):
        usage.demands[demand.place[:2]].append(demand)
    for having in scope.find_all(exp.Having):
        numbers = [int(float(n.this)) for n in having.find_all(exp.Literal) if not n.is_string]
        usage.volume = max([usage.volume, *[n for n in numbers if n <= 500]])
    base = base_profiles(scope, origins, bases)
    bases[id(scope)] = base
    branches = [node.this for node in scope.find_all(exp.If, exp.CountIf)]
    branches += [node.expression.this for node in scope.find_all(exp.Filter)]
    extended = [merge(*pair) for branch in branches for pair in pairs(base, alternatives(branch, scope, origins))]
    for profile in [*base, *extended]:
        by_scan: dict[Place, list[Demand]] = defaultdict(list)
        for demand in profile:
            by_scan[demand.place._replace(column="")].append(Demand(demand.place._replace(scan=0), *parts(demand)))
        for scan, demands in by_scan.items():
            usage.profiles[scan.table][tuple(dict.fromkeys(demands))] = None


def parts(demand: Demand) -> tuple[str, tuple[object, ...]]:
    return demand.op, demand.values


def base_profiles(scope: Scope, origins: Origins, bases: Mapping[int, list[Profile]]) -> list[Profile]:
    """The alternatives of what a row of this scope has passed: its own WHERE and ON, and those of what it reads."""
    if scope.union_scopes:
        return list(islice((p for branch in scope.union_scopes for p in bases.get(id(branch), [()])), MOST))
    conditions = [node.this for node in [scope.expression.args.get("where")] if node is not None]
    conditions += [join.args["on"] for join in scope.expression.args.get("joins") or [] if join.args.get("on")]
    found: list[Profile] = [()]
    for condition in conditions:
        found = [merge(*pair) for pair in pairs(found, alternatives(condition, scope, origins))]
    for _, source in scope.selected_sources.values():
        if isinstance(source, Scope):
            found = [merge(*pair) for pair in pairs(found, bases.get(id(source), [()]))]
    return found


def pairs(left: Sequence[Profile], right: Sequence[Profile]) -> list[tuple[Profile, Profile]]:
    return list(islice(product(left, right), MOST))


def merge(left: Profile, right: Profile) -> Profile:
    return tuple(dict.fromkeys((*left, *right)))


def widest(profiles: list[Profile]) -> list[Profile]:
    """The profiles without those that another one implies.

    >>> a, b = (Demand(Place("t", "c", 0), "=", (n,)) for n in (1, 2))
    >>> widest([(a,), (a, b)]) == [(a, b)]
    True
    """
    sets = [frozenset(profile) for profile in profiles]
    return [p for p, own in zip(profiles, sets, strict=True) if not any(own < other for other in sets)]
