"""Bind a query to the variant's entity at the scan of the source, so that all above it is at that entity's level.

Where the key is mentioned bare (SELECT, GROUP BY, PARTITION BY, ORDER BY, a join between bound scans) it means the
entity. Inside functions and aggregates, or compared with anything else, it means the source's own key, which exists
only in the query that reads the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from gnomon.errors import DefinitionError, Problem, did_you_mean
from gnomon.rewrite.attach import attach_bridge
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import entity_columns, key_domain, paths_of
from gnomon.rewrite.keys import (
    COMPARISONS,
    Keys,
    Scan,
    bare,
    body,
    follow_keys,
    is_entity_table,
    leaves,
    related_entity,
)
from gnomon.rewrite.output_names import Made, Outputs, follow_outputs, settle_names
from gnomon.rewrite.parse import as_text
from gnomon.rewrite.tables import table_name


@dataclass(slots=True)
class Binding:
    """The state of one query's binding: what each scope's and each scan's entity columns are called."""

    keys: Keys
    names: tuple[str, ...]
    outputs: dict[int, Outputs] = field(default_factory=dict)
    scans: dict[Scan, tuple[exp.Column, ...]] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        return self.keys.context


def bind_entities(query: exp.Query, context: Context) -> exp.Query:
    """Rewrite the metric's key into the variant's entity.

    Raises DefinitionError: `missing_path`, `ambiguous_path`, `entity_key_collapsed`, `entity_key_mismatch`,
    `entity_keys_not_joined`, `missing_output_column`, `entity_key_unbound`.
    """
    keys = follow_keys(query, context)
    binding = Binding(keys, entity_columns(context.project, context.variant))
    if binding.names == context.key and not paths_of(context.project, context.variant):
        return query
    for scan in sorted(keys.bound, key=lambda scan: (keys.scopes.index(scan.scope), scan.alias)):
        binding.scans[scan] = bound_columns(scan, binding)
    for scope in keys.scopes:
        if isinstance(scope.expression, exp.Select):
            rename_in(scope, binding)
        elif scope.union_scopes:
            binding.outputs[id(scope)] = union_outputs(scope, binding)
            follow_outputs(body(scope), binding.outputs[id(scope)])
    return query


def bound_columns(scan: Scan, binding: Binding) -> tuple[exp.Column, ...]:
    """The columns that hold the entity beside a scan: the row's own, or those of a bridge that is joined to it."""
    context = binding.context
    if context.direct_key is not None:
        check_direct_key(scan, context)
        return tuple(exp.column(name, table=scan.alias) for name in context.direct_key)
    return attach_bridge(scan, binding.names, context)


def check_direct_key(scan: Scan, context: Context) -> None:
    """Refuse an entity_key whose columns the source does not have."""
    source = context.project.sources[table_name(scan.table)]
    for column in context.direct_key or ():
        if source.columns_known and column not in source.columns:
            span = context.metric.span("entity_key", context.variant.entity)
            message = f"'{source.name}' has no column '{column}', which entity_key names for '{context.variant.entity}'"
            raise DefinitionError(Problem("unknown_column", message, span, did_you_mean(column, source.columns)))


def rename_in(scope: Scope, binding: Binding) -> None:
    """Replace each mention of the key in one SELECT, and note what its outputs are called now."""
    made: Made = {}
    select = scope.expression
    mentions = [column for column in scope.columns if column.find_ancestor(exp.Query) is not None]
    entity_of = {id(column): entity_of_column(column, scope, binding) for column in mentions}
    before = {id(projection): projection.alias_or_name for projection in select.expressions}
    for column in mentions:
        found = entity_of[id(column)]
        if found is None or column.parent is None:
            continue
        if found == (column,):  # its own name already; only what it is selected as may be the key's
            if isinstance(column.parent, exp.Alias):
                substitute(column, found, before, made, binding)
        elif means_entity(column, scope, entity_of, binding):
            substitute(column, found, before, made, binding)
    in_result = any(scope is leaf for leaf in leaves(binding.keys.scopes[-1]))
    binding.outputs[id(scope)] = settle_names(scope, made, in_result)


def entity_of_column(column: exp.Column, scope: Scope, binding: Binding) -> tuple[exp.Column, ...] | None:
    """The columns that a mention of the key would become as an entity; None where it cannot be one.

    The columns after the first of a composite key become nothing: the first stands for all.
    """
    context = binding.context
    source = scope.sources.get(column.table)
    if isinstance(source, Scope):
        names = binding.outputs.get(id(source), {}).get(column.name)
        return None if names is None else tuple(exp.column(name, table=column.table) for name in names)
    if not isinstance(source, exp.Table):
        return None
    if related_entity(source, context) == (column.name,):
        return (column,)
    if column.name not in context.key:
        return None
    rest = () if column.name != context.key[0] else None
    scan = next((s for s in binding.scans if s.identity == id(scope) and s.alias == column.table), None)
    if scan is not None:
        return binding.scans[scan] if rest is None else rest
    if is_entity_table(source, context):
        peer = context.peers.get(source.meta.get("peer", ""))
        names = entity_columns(context.project, peer) if peer else binding.names
        return tuple(exp.column(name, table=column.table) for name in names) if rest is None else rest
    return None


def means_entity(
    column: exp.Column, scope: Scope, entity_of: dict[int, tuple[exp.Column, ...] | None], binding: Binding
) -> bool:
    """Whether a mention of the key stands for the entity; refuses it above the scan where it cannot."""
    parent, child = column.parent, column
    while isinstance(parent, exp.Paren | exp.Cast):
        parent, child = parent.parent, parent  # type: ignore[assignment]
    if isinstance(parent, exp.Alias | exp.Select | exp.Group | exp.Ordered):
        return True
    if isinstance(parent, exp.Window) and any(child is term for term in parent.args.get("partition_by") or ()):
        return True
    if isinstance(parent, exp.Coalesce):
        parts = (parent.this, *parent.expressions)
        if all(part.meta.get("entity") or entity_of.get(id(part)) for part in parts if isinstance(part, exp.Column)):
            return isinstance(parent.parent, exp.Alias | exp.Select | exp.Group | exp.Ordered | exp.Window)
    if isinstance(parent, exp.EQ):
        other = bare(parent.right if parent.left is child else parent.left)
        is_entity = other is not None and (other.meta.get("entity") or entity_of.get(id(other)) is not None)
        if is_entity and isinstance(other, exp.Column) and other.table != column.table:
            return True
    if isinstance(parent, exp.Is) and isinstance(scope.sources.get(column.table), Scope):
        return True
    if isinstance(scope.sources.get(column.table), exp.Table):
        source = scope.sources[column.table]
        if isinstance(source, exp.Table) and not is_entity_table(source, binding.context):
            return False  # the source's own key
    raise refuse(column, parent, binding)


def refuse(column: exp.Column, parent: exp.Expr | None, binding: Binding) -> Exception:
    """The error for a use of the entity as if it were the source's own key."""
    context = binding.context
    entity, domain = context.variant.entity, key_domain(context.project, context.key) or "key"
    if isinstance(parent, COMPARISONS):
        other = parent.expression if parent.this is column else parent.this
        if isinstance(other, exp.Column):
            return context.fail(
                "entity_key_mismatch",
                f"'{as_text(column)}' holds a {entity} here and '{as_text(other)}' does not", column,
                help=f"join a table of the same entity: @metrics_entity_type_table('..._{{entity_type}}'), or declare "
                f"the key of '{other.table}' in sources.yaml",
            )  # fmt: skip
    return context.fail(
        "entity_key_collapsed", f"'{as_text(column)}' holds a {entity} here: the {domain} is no longer known", column,
        help=f"aggregate where the source is read, or use a peer: @metrics_peer_ref(..., entity_type := '{domain}')",
    )  # fmt: skip


def substitute(
    column: exp.Column, columns: tuple[exp.Column, ...], before: dict[int, str], made: Made, binding: Binding
) -> None:
    """Put the entity's columns in the place of one mention of the key."""
    fresh = [new.copy() for new in columns]
    for new in fresh:
        new.meta["entity"] = True
    outer = outermost(column)
    if len(fresh) == 1 and outer is not column:
        column.replace(fresh[0])
        whole = outer.parent if isinstance(outer.parent, exp.Coalesce) else outer
        rename_projection(whole, before, made, binding)
        return
    node: exp.Expr = column
    while isinstance(node.parent, exp.Paren | exp.Cast | exp.Alias | exp.Ordered) or (
        isinstance(node.parent, exp.Coalesce) and len(fresh) == 1
    ):
        if isinstance(node.parent, exp.Coalesce):
            coalesce = node.parent
            column.replace(fresh[0])
            rename_projection(coalesce, before, made, binding)
            return
        node = node.parent
    parent = node.parent
    if isinstance(parent, exp.Select) and node.arg_key == "expressions":
        old = before[id(node)]
        names = output_names(old, columns, binding)
        made[old] = [exp.Alias(this=new, alias=exp.to_identifier(name)) for new, name in zip(fresh, names, strict=True)]
        splice(node, made[old])
    elif isinstance(parent, exp.EQ):
        equate(parent, column, fresh)
    elif len(fresh) == 1:
        column.replace(fresh[0])
    elif isinstance(node, exp.Ordered):
        splice(node, [exp.Ordered(this=new, desc=node.args.get("desc")) for new in fresh])
    else:
        splice(node, fresh)


def outermost(node: exp.Expr) -> exp.Expr:
    """The parentheses and casts around a node, or the node itself."""
    while isinstance(node.parent, exp.Paren | exp.Cast):
        node = node.parent
    return node


def rename_projection(node: exp.Expr, before: dict[int, str], made: Made, binding: Binding) -> None:
    """Rename the output that a COALESCE of keys is, as USING makes one."""
    projection = node.parent if isinstance(node.parent, exp.Alias) else node
    old = before.get(id(projection))
    if old is not None and isinstance(projection, exp.Alias):
        name = binding.names[0] if old in binding.context.key else old
        made[old] = [projection]
        projection.set("alias", exp.to_identifier(name))


def output_names(old: str, columns: tuple[exp.Column, ...], binding: Binding) -> tuple[str, ...]:
    """What an output that held the key is called now."""
    if old in binding.context.key:
        return binding.names if columns else ()
    if len(columns) == 1:
        return (old,)
    return tuple(f"{old}_{column.name}" for column in columns)


def equate(equality: exp.EQ, column: exp.Column, fresh: list[exp.Column]) -> None:
    """Keep one equality per column of the entity; the other side is rewritten when its turn comes."""
    if len(fresh) == 1:
        column.replace(fresh[0])
        return
    column.meta["entity_columns"] = fresh
    other = equality.right.unnest() if equality.left.unnest() is column else equality.left.unnest()
    theirs = other.meta.get("entity_columns")
    if theirs is None:
        return
    pairs = [left.copy().eq(right.copy()) for left, right in zip(fresh, theirs, strict=True)]
    equality.replace(exp.and_(*pairs, copy=False) if pairs else exp.true())


def splice(node: exp.Expr, fresh: Sequence[exp.Expr]) -> None:
    """Replace one element of a list by any number of others."""
    parent, key = node.parent, node.arg_key
    assert parent is not None and key is not None
    siblings = parent.args[key]
    position = next(i for i, sibling in enumerate(siblings) if sibling is node)
    parent.set(key, [*siblings[:position], *fresh, *siblings[position + 1 :]])


def union_outputs(scope: Scope, binding: Binding) -> Outputs:
    """The entity outputs of a set operation: those of its first branch, if the other branches agree."""
    first, *others = [binding.outputs.get(id(leaf), {}) for leaf in leaves(scope)]
    for names in others:
        if sum(map(len, names.values())) != sum(map(len, first.values())):
            raise binding.context.fail(
                "entity_key_mismatch",
                f"one branch of the {scope.expression.key.upper()} holds a {binding.context.variant.entity} where "
                "another does not", scope.expression,
                help="read the key of a declared source in each branch",
            )  # fmt: skip
    return first
