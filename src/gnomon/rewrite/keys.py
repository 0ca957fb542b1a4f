"""Follow the entity key through a query: which scans feed the output's entity, and what each mention of it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from gnomon.rewrite.context import Context, domain_key
from gnomon.rewrite.tables import table_name

COMPARISONS = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In)


@dataclass(frozen=True, slots=True)
class Scan:
    """One mention of a source table in a FROM or JOIN."""

    scope: Scope = field(compare=False, repr=False)
    alias: str
    identity: int

    @property
    def table(self) -> exp.Table:
        table = self.scope.sources[self.alias]
        assert isinstance(table, exp.Table)
        return table


ENTITY = "entity"
"""The origin of a column that already holds the variant's entity: a peer's, or an entity table's."""

Origin = Scan | str


@dataclass(slots=True)
class Keys:
    """The key's way through one query.

    `scopes` come innermost first. `bound` are the scans that are to be bound to the entity.
    """

    context: Context
    scopes: list[Scope]
    bound: set[Scan] = field(default_factory=set)

    def origins(self, scope: Scope, node: exp.Expr | None) -> set[Origin]:
        """Where the key that an expression holds comes from; empty where it holds none."""
        if isinstance(node, exp.Coalesce):
            parts = [self.origins(scope, part) for part in (node.this, *node.expressions)]
            return set().union(*parts) if all(parts) else set()
        node = bare(node)
        if not isinstance(node, exp.Column):
            return set()
        source = scope.sources.get(node.table)
        if isinstance(source, exp.Table):
            return self.table_origins(scope, node, source)
        if isinstance(source, Scope):
            return self.output_origins(source, node.name)
        return set()

    def table_origins(self, scope: Scope, column: exp.Column, table: exp.Table) -> set[Origin]:
        if related_entity(table, self.context) == (column.name,):
            return {ENTITY}
        if column.name != self.context.key[0]:
            return set()
        if is_entity_table(table, self.context):
            return {ENTITY}
        if domain_key(self.context, table_name(table)) is not None:
            return {Scan(scope, column.table, id(scope))}
        return set()

    def output_origins(self, scope: Scope, name: str) -> set[Origin]:
        """Where an output of a scope comes from; for a set operation, in all its branches."""
        expression = scope.expression
        if not isinstance(expression, exp.Query) or name not in expression.named_selects:
            return set()
        position = expression.named_selects.index(name)
        parts = [self.origins(leaf, body(leaf).selects[position].unalias()) for leaf in leaves(scope)]
        return set().union(*parts) if all(parts) else set()

    def is_bound(self, origins: set[Origin]) -> bool:
        """Whether a column with these origins holds the variant's entity."""
        return bool(origins) and all(origin == ENTITY or origin in self.bound for origin in origins)


def follow_keys(query: exp.Query, context: Context) -> Keys:
    """Find the scans to bind: those that feed the output's key, and those joined to them by it."""
    keys = Keys(context, list(traverse_scope(query)))
    root = keys.scopes[-1]
    for leaf in leaves(root):
        for name in context.key[:1]:
            check_selected(keys, leaf, name)
    fed = keys.output_origins(root, context.key[0])
    keys.bound = {origin for origin in fed if isinstance(origin, Scan)}
    pairs = list(key_equalities(keys))
    grown = True
    while grown:
        grown = False
        for left, right in pairs:
            for one, other in ((left, right), (right, left)):
                new: set[Scan] = {o for o in other if isinstance(o, Scan)} - keys.bound
                if new and keys.is_bound(one):
                    keys.bound.update(new)
                    grown = True
    check_joined(keys, pairs)
    return keys


def check_selected(keys: Keys, leaf: Scope, name: str) -> None:
    context = keys.context
    selects = body(leaf).selects
    chosen = next((s for s in selects if s.alias_or_name == name), None)
    if chosen is None:
        first = body(keys.scopes[-1]).named_selects
        position = first.index(name) if name in first else -1
        chosen = selects[position] if 0 <= position < len(selects) else None
    if chosen is None:
        raise context.fail(
            "missing_output_column", f"the query does not select its entity key '{name}'",
            selects[0] if selects else None,
            help=f"select {name} and group by it, or name another column as the metric's entity_key",
        )  # fmt: skip
    if not keys.origins(leaf, chosen.unalias()):
        raise context.fail(
            "entity_key_unbound", f"'{name}' in the output does not come from a source's key as it is", chosen,
            help=f"select the column of a table that is declared under sources: with {name} among its keys",
        )  # fmt: skip


def key_equalities(keys: Keys) -> Iterator[tuple[set[Origin], set[Origin]]]:
    """The pairs of keys that a join's ON or a WHERE equates."""
    for scope in keys.scopes:
        for equality in scope.find_all(exp.EQ):
            left, right = (keys.origins(scope, side) for side in (equality.left, equality.right))
            if left and right and is_condition(equality):
                yield left, right


def is_condition(equality: exp.Expr) -> bool:
    """Whether an equality holds for every row that its scope lets through: an AND of ON or WHERE."""
    parent = equality.parent
    while isinstance(parent, exp.And | exp.Paren):
        parent = parent.parent
    return isinstance(parent, exp.Join | exp.Where)


def check_joined(keys: Keys, pairs: list[tuple[set[Origin], set[Origin]]]) -> None:
    """Refuse two scans of one query that feed the output's key and are not joined by it."""
    for scope in keys.scopes:
        here = {scan for scan in keys.bound if scan.identity == id(scope)}
        if len(here) < 2:
            continue
        group = {next(iter(here))}
        for _ in here:
            for left, right in pairs:
                if group & left or group & right:
                    group |= {scan for scan in here if scan in left or scan in right}
        if group != here:
            other = next(iter(here - group))
            raise keys.context.fail(
                "entity_keys_not_joined", f"two scans feed '{keys.context.key[0]}' and are not joined by it",
                other.table, help=f"join them by {keys.context.key[0]}, or select the key of one of them only",
            )  # fmt: skip


def bare(node: exp.Expr | None) -> exp.Expr | None:
    """What stands under parentheses and casts, which change nothing about whose key a value is."""
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def body(scope: Scope) -> exp.Query:
    """The query that a scope is of."""
    assert isinstance(scope.expression, exp.Query)
    return scope.expression


def leaves(scope: Scope) -> list[Scope]:
    """The SELECTs of a set operation, in order; the scope itself where it is one SELECT."""
    if scope.union_scopes:
        return [leaf for part in scope.union_scopes for leaf in leaves(part)]
    return [scope]


def is_entity_table(table: exp.Table, context: Context) -> bool:
    """Whether a table already is at the variant's entity: a peer there, or a table named by the entity type."""
    peer = context.peers.get(table.meta.get("peer", ""))
    return bool(table.meta.get("entity_table")) or (peer is not None and peer.entity == context.variant.entity)


def related_entity(table: exp.Table, context: Context) -> tuple[str, ...] | None:
    """The column of a bridge table that holds the variant's entity, as `@entity_relationships` gives it out."""
    for hop in context.project.relationships:
        if hop.table == table_name(table) and hop.to_entity == context.variant.entity:
            return hop.to_columns
    return None
