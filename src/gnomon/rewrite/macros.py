"""Expand the macros that do not depend on a row's date: names, variables, peers, entities, metadata.

Those that do (`@metrics_start`, `@metrics_sample_date`, ...) stay as markers until a plan closes them, and those of
units (`@to_unit`, ...) until units are known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from gnomon.errors import did_you_mean
from gnomon.model import Variant
from gnomon.rewrite import conversions
from gnomon.rewrite.context import Context
from gnomon.rewrite.parse import MARK, marker, metric_id, naming_template, variable
from gnomon.rewrite.paths import find_path
from gnomon.rewrite.peers import Arguments, metrics_peer_ref, word
from gnomon.time import AllTime, Rolling, own_grain

TIME_MACROS = frozenset(
    {
        "metrics_sample_date",
        "metrics_start",
        "metrics_end",
        "rolling_window_offset",
        "relative_window_sample_date",
        "metrics_sample_interval_length",
    }
)
INTERVAL_MACROS = frozenset({"metrics_grain", "metrics_peer_ref"})
INTERVAL_VARIABLES = frozenset({"time_aggregation", "rolling_window", "rolling_unit", "metrics_name"})


def expand_macros(query: exp.Query, context: Context) -> exp.Query:
    """Replace every macro and variable but the time macros, innermost first."""
    for node in reversed(list(query.find_all(exp.Anonymous, exp.Column))):
        if (name := variable(node)) is not None:
            replace_variable(node, variable_value(name, context, node))
        elif (name := marker(node)) is not None and name not in TIME_MACROS:
            expand_call(name, node, context)
    for identifier in query.find_all(exp.Identifier):
        if (template := naming_template(identifier.name)) is not None:
            identifier.set("this", entity_column(template, context))
    return query


def expand_call(name: str, node: exp.Expr, context: Context) -> None:
    """Replace one macro call by what it stands for."""
    if name not in MACROS:
        known = sorted([*MACROS, *TIME_MACROS])
        raise context.fail("unknown_macro", f"there is no macro '@{name}'", node, help=did_you_mean(name, known))
    parameters, rule = MACROS[name]
    result = rule(arguments(name, node, parameters, context), context, node)
    parent = node.parent
    if isinstance(result, exp.Table) and isinstance(parent, exp.Table):
        parent.set("this", result.this)
        parent.set("db", result.args.get("db"))
        parent.set("catalog", result.args.get("catalog"))
        parent.meta.update(result.meta)
    elif isinstance(result, exp.Subquery) and isinstance(parent, exp.Table):
        result.set("alias", parent.args.get("alias") or exp.TableAlias(this=exp.to_identifier("pairs")))
        parent.replace(result)
    elif isinstance(result, exp.Alias) and isinstance(parent, exp.Alias):
        node.replace(result.this)
    else:
        node.replace(result)


def arguments(name: str, node: exp.Expr, parameters: tuple[str, ...], context: Context) -> Arguments:
    """A call's arguments by parameter name; a `?` in the signature marks those that may be left out."""
    names = [parameter.rstrip("?") for parameter in parameters]
    found: Arguments = {}
    for position, given in enumerate(part for part in node.expressions if part is not None):
        named = isinstance(given, exp.PropertyEQ)
        word = given.name.lower() if named else (names[position] if position < len(names) else "")
        if word not in names or word in found:
            signature = f"@{name}({', '.join(parameters)})"
            what = f"has no argument '{word}'" if named else "has too many arguments"
            raise context.fail("macro_arguments", f"'@{name}' {what}", node, help=f"write {signature}")
        found[word] = given.expression if named else given
    missing = [p for p in parameters if not p.endswith("?") and p not in found]
    if missing:
        raise context.fail(
            "macro_arguments", f"'@{name}' lacks its argument '{missing[0]}'", node,
            help=f"write @{name}({', '.join(parameters)})",
        )  # fmt: skip
    return found


def variable_value(name: str, context: Context, node: exp.Expr) -> Any:
    """The value of `@name`: one of the variant's own variables, or of the metric's vars."""
    values = {**context.metric.vars, **context.vars, **variant_variables(context.variant)}
    if name == "metrics_name":
        return f"{context.metric.name}_{context.variant.suffix}"
    if name in MACROS:
        raise context.fail("macro_arguments", f"'@{name}' is a macro: write '@{name}(...)'", node)
    if name not in values:
        raise context.fail(
            "unknown_variable", f"there is no variable '@{name}'", node,
            help=f"{did_you_mean(name, values)} (add it to the metric's vars: to define it)",
        )  # fmt: skip
    return values[name]


def variant_variables(variant: Variant) -> dict[str, Any]:
    """The variables that each variant defines; null where they do not apply.

    `time_aggregation` is the word (`daily`, `month_to_date`, `over_all_time`); `rolling_window` and `rolling_unit` are
    a rolling window's.
    """
    rolling = variant.interval if isinstance(variant.interval, Rolling) else None
    return {
        "entity_type": variant.entity,
        "time_aggregation": None if rolling else variant.suffix,
        "rolling_window": rolling.window if rolling else None,
        "rolling_unit": rolling.unit.value if rolling else None,
    }


def replace_variable(node: exp.Expr, value: Any) -> None:
    """Put a value in the place of a variable; a list after IN, with or without parentheses, is what IN tests."""
    within = node.parent
    if isinstance(within, exp.In) and within.this is not node and isinstance(value, list | tuple):
        others = [item for item in within.expressions if item is not node]
        within.set("field", None)
        within.set("expressions", [*others, *map(literal, value)])
    else:
        node.replace(literal(value))


def literal(value: Any) -> exp.Expr:
    """A Python value as SQL; a list becomes a tuple."""
    if isinstance(value, list | tuple):
        return exp.Tuple(expressions=[literal(item) for item in value])
    return exp.convert(value)


# Each rule takes the call's arguments, the context and the call itself, and returns what replaces the call.


def metric_name(args: Arguments, context: Context, _: exp.Expr) -> exp.Expr:
    given = args.get("name")
    if given is None:
        return metric_id(context.metric.name)
    if isinstance(given, exp.Literal) or (isinstance(given, exp.Column) and not given.table):
        return metric_id(given.name)
    return exp.DPipe(this=given.copy(), expression=metric_id(""), safe=True)


def metrics_in_window(args: Arguments, _: Context, __: exp.Expr) -> exp.Expr:
    time = args["time"]
    start, end = (exp.Anonymous(this=f"{MARK}metrics_{bound}") for bound in ("start", "end"))
    return exp.and_(exp.GTE(this=time.copy(), expression=start), exp.LT(this=time.copy(), expression=end))


def metrics_grain(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    interval = context.variant.interval
    if isinstance(interval, AllTime):
        raise context.fail("no_grain", "'@metrics_grain' has no meaning in over_all_time", node)
    if (own := own_grain(interval)) is not None and "time" in args:
        raise context.fail(
            "no_grain", f"'@metrics_grain' cuts no time to the own grain {own.value}", node,
            help=f"join {own.table} and use its column {own.start}",
        )  # fmt: skip
    grain = interval.unit if isinstance(interval, Rolling) else interval.grain
    if "time" not in args:
        return exp.Literal.string(grain.value)
    return exp.Anonymous(this=f"{MARK}bucket", expressions=[args["time"].copy(), exp.Literal.string(grain.value)])


def metric_unit(_: Arguments, context: Context, __: exp.Expr) -> exp.Expr:
    unit = context.metric.metadata.unit
    return exp.null() if unit is None else exp.Literal.string(json.dumps(dict(unit), sort_keys=True))


def metric_meta(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    metadata = context.metric.metadata
    fields = {
        "display_name": metadata.display_name,
        "description": metadata.description,
        "owner": context.metric.owner,
        "name": context.metric.name,
    }
    name = word(args["field"]) or ""
    if name not in fields:
        raise context.fail("macro_arguments", f"metadata has no field '{name}'", node, help=did_you_mean(name, fields))
    return exp.convert(fields[name])


def formatted(template: str, entity: str) -> str:
    """A name template with the entity type put in: `to_{entity_type}_id`."""
    return template.replace("{entity_type}", entity)


def entity_column(template: str, context: Context) -> str:
    """The column that a template names while the query is still written against the metric's own key.

    Binding renames it to the variant's entity wherever it holds one.
    """
    for entity in context.project.entities:
        if (name := formatted(template, entity)) in context.key:
            return name
    return formatted(template, context.variant.entity)


def metrics_entity_type_col(args: Arguments, context: Context, _: exp.Expr) -> exp.Expr:
    name = entity_column(args["template"].name, context)
    column = exp.column(name, table=word(args.get("table_alias")))
    include = args.get("include_column_alias")
    return column.as_(name) if isinstance(include, exp.Boolean) and include.this else column


def metrics_entity_type_alias(args: Arguments, context: Context, _: exp.Expr) -> exp.Expr:
    return exp.alias_(args["expression"].copy(), entity_column(args["template"].name, context))


def metrics_entity_type_table(args: Arguments, context: Context, _: exp.Expr) -> exp.Expr:
    table = exp.to_table(formatted(args["template"].name, context.variant.entity))
    table.meta["entity_table"] = True
    return table


def entity_relationships(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    from gnomon.rewrite.bridges import bridge_pairs

    start, goal = (word(args[name]) or "" for name in ("start", "goal"))
    for entity in (start, goal):
        if entity not in context.project.entities:
            hint = did_you_mean(entity, context.project.entities)
            raise context.fail("unknown_entity", f"there is no entity '{entity}'", node, help=hint)
    path = find_path(context.project, start, goal, context.fail("", "", node).problems[0].span)
    if not path:
        raise context.fail("macro_arguments", f"'{start}' and '{goal}' are the same entity", node)
    context.bridge_tables.update(hop.table for hop in path)
    return bridge_pairs(path).subquery(copy=False)


Rule = Callable[[Arguments, Context, exp.Expr], exp.Expr]
MACROS: dict[str, tuple[tuple[str, ...], Rule]] = {
    "metric_name": (("name?",), metric_name),
    "metrics_name": (("name?",), metric_name),
    "metrics_in_window": (("time",), metrics_in_window),
    "metrics_grain": (("time?",), metrics_grain),
    "metric_unit": ((), metric_unit),
    "metric_meta": (("field",), metric_meta),
    "metrics_entity_type_col": (("template", "table_alias?", "include_column_alias?"), metrics_entity_type_col),
    "metrics_entity_type_alias": (("expression", "template"), metrics_entity_type_alias),
    "metrics_entity_type_table": (("template",), metrics_entity_type_table),
    "metrics_peer_ref": (("name", "entity_type?", "time_aggregation?", "window?", "unit?"), metrics_peer_ref),
    "entity_relationships": (("start", "goal"), entity_relationships),
    "to_unit": (("value", "unit", "month?"), conversions.to_unit),
    "qty": (("number", "unit"), conversions.qty),
    "as_unit": (("value", "unit"), conversions.as_unit),
    "convert": (("value", "currency", "on", "rates?"), conversions.convert),
}


def is_interval_free(query: exp.Query) -> bool:
    """Whether a metric's tree reads the same at every interval, once its time macros are set aside."""
    return not any(
        marker(node) in INTERVAL_MACROS or variable(node) in INTERVAL_VARIABLES
        for node in query.find_all(exp.Anonymous, exp.Column)
    )
