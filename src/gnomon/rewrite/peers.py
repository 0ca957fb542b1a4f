"""The macro `@metrics_peer_ref`: the table of another metric, or of this one at another interval."""

from __future__ import annotations

from sqlglot import exp

from gnomon.errors import did_you_mean
from gnomon.model import Variant
from gnomon.rewrite.context import Context
from gnomon.time import Cron, Grain, Interval, OwnAggregation, Rolling, ToDate, Windowed, parse_interval

Arguments = dict[str, exp.Expr]


def word(node: exp.Expr | None) -> str | None:
    """An argument that names something, quoted or bare; None where it is absent or null."""
    if node is None or isinstance(node, exp.Null):
        return None
    return node.name


def metrics_peer_ref(args: Arguments, context: Context, node: exp.Expr) -> exp.Expr:
    key = word(args["name"]) or ""
    peer = context.project.metrics.get(key)
    if peer is None:
        others = [name for name in context.project.metrics if name != context.metric.key]
        raise context.fail("unknown_peer", f"there is no metric '{key}'", node, help=did_you_mean(key, others))
    entity = word(args.get("entity_type")) or context.variant.entity
    interval = peer_interval(args, context, node)
    if entity not in peer.entity_types or interval not in peer.intervals:
        suffixes = ", ".join(i.suffix for i in peer.intervals)
        raise context.fail(
            "missing_peer_variant", f"metric '{key}' has no variant for '{entity}' at '{interval.suffix}'", node,
            notes=(f"'{key}' has entity types {', '.join(peer.entity_types)} and intervals {suffixes}",),
            help=f"add them to '{key}', or name others in @metrics_peer_ref(name, entity_type :=, time_aggregation :=, "
            "window :=, unit :=)",
        )  # fmt: skip
    variant = Variant(peer, entity, interval)
    context.peers[variant.name] = variant
    table = exp.table_(variant.table, db=peer.schema)
    table.meta["peer"] = variant.name
    return table


def peer_interval(args: Arguments, context: Context, node: exp.Expr) -> Interval:
    """The interval that a peer reference names; this variant's own where it names none."""
    aggregation, window, unit = (word(args.get(name)) for name in ("time_aggregation", "window", "unit"))
    own = context.variant.interval
    cron = own.cron if isinstance(own, Windowed) else Cron.DAILY
    if aggregation is not None:
        found = named_interval(aggregation, context)
        if found is None:
            raise context.fail("macro_arguments", f"'{aggregation}' is no time aggregation", node)
        return ToDate(found.grain, cron) if isinstance(found, ToDate) else found
    if window is not None:
        unit = unit or (own.unit.value if isinstance(own, Rolling) else "day")
        return Rolling(int(window), Grain(unit), cron)
    return own


def named_interval(name: str, context: Context) -> Interval | None:
    """The interval of a suffix, also of the project's own calendars; None for any other word."""
    project = context.project
    if (grain := project.own_grain(name)) is not None:
        return OwnAggregation(grain)
    return parse_interval(name) or (ToDate(grain) if (grain := project.grain_to_date(name)) is not None else None)
