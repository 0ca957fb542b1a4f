"""Join a bridge to the scan that it binds."""

from __future__ import annotations

from sqlglot import exp, select

from gnomon.errors import DefinitionError
from gnomon.model import SourceTable
from gnomon.rewrite.bridges import bridge_pairs, dated_pairs, from_names, is_dated, to_names
from gnomon.rewrite.context import Context
from gnomon.rewrite.contract import paths_of
from gnomon.rewrite.keys import Scan
from gnomon.rewrite.output_names import free_name
from gnomon.rewrite.paths import Path
from gnomon.rewrite.source_time import local_date
from gnomon.rewrite.tables import column_of, table_name


def attach_bridge(scan: Scan, names: tuple[str, ...], context: Context) -> tuple[exp.Column, ...]:
    """Join the bridge to a scan, and return the columns that hold the entity there.

    To the FROM table the bridge is joined right after it. Any other scan is bound in a subquery, so that its own join,
    inner or outer, still sees it as one table.
    """
    path = paths_of(context.project, context.variant)
    bridge = declare_bridge(path, context)
    alias = f"{scan.alias}_{context.variant.entity}"
    on = bridge_condition(scan, alias, path, context)
    table = exp.alias_(exp.to_table(bridge), alias, table=True)
    columns = [exp.column(name, table=alias) for name in to_names(path)]
    statement = scan.scope.expression
    assert isinstance(statement, exp.Select)
    if is_first(scan):
        join = exp.Join(this=table, on=on)
        statement.set("joins", [join, *(statement.args.get("joins") or [])])
        return tuple(columns)
    used = {column.name for column in scan.scope.columns if column.table == scan.alias}
    names = tuple(free_name(name, used) for name in names)
    inner = (
        select(
            *(column.as_(name) for column, name in zip(columns, names, strict=True)),
            *(exp.column(name, table=scan.alias) for name in sorted(used)),
        )
        .from_(scan.table.copy())
        .join(table, on=on)
    )
    scan.table.replace(inner.subquery(scan.alias))
    return tuple(exp.column(name, table=scan.alias) for name in names)


def is_first(scan: Scan) -> bool:
    """Whether a scan stands in FROM, and no later join can fill it with nulls: then the bridge is the next join."""
    joins: list[exp.Join] = scan.scope.expression.args.get("joins") or []
    return not isinstance(scan.table.parent, exp.Join) and not any(j.side.upper() in ("RIGHT", "FULL") for j in joins)


def declare_bridge(path: Path, context: Context) -> str:
    """Add the bridge's query to those that the statement needs, once, and return its name."""
    name = f"{path[0].from_entity}_to_{path[-1].to_entity}"
    context.bridge_tables.update(hop.table for hop in path)
    if name not in context.bridges:
        steps = dated_pairs(path, name) if is_dated(path) else [(name, bridge_pairs(path))]
        context.bridges.update(steps)
    return name


def bridge_condition(scan: Scan, alias: str, path: Path, context: Context) -> exp.Expr:
    """What joins a scan's rows to the bridge: the key, and the event's date where membership is dated."""
    pairs = zip(context.key, from_names(path), strict=True)
    terms: list[exp.Expr] = [
        exp.column(own, table=scan.alias).eq(exp.column(bridged, table=alias)) for own, bridged in pairs
    ]
    if is_dated(path):
        day = event_date(scan, context)
        terms += [day >= exp.column("valid_from", table=alias), day.copy() < exp.column("valid_to", table=alias)]
    return exp.and_(*terms, copy=False)


def event_date(scan: Scan, context: Context) -> exp.Expr:
    """The local date of a scan's rows."""
    source = context.project.sources[table_name(scan.table)]
    if source.time is None:
        raise no_time_column(source, context, scan.table)
    return source_date(exp.column(source.time, table=scan.alias), source, context)


def source_date(column: exp.Column, source: SourceTable, context: Context) -> exp.Expr:
    """The local date of a time column."""
    declared = column_of(context, source.name, column.name)
    return local_date(
        column,
        type=declared.type if declared else None,
        source_zone=source.time_zone,
        calendar=context.project.calendar,
        dialect=context.dialect,
        type_dialect=context.project.dialect,
    )


def no_time_column(source: SourceTable, context: Context, node: exp.Expr) -> DefinitionError:
    return context.fail(
        "no_time_column", f"source '{source.name}' declares no time column", node,
        help=f"declare it in sources.yaml: {source.name}: {{time: <column>}}",
    )  # fmt: skip
