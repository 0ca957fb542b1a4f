"""Project -> variants: metric x entity x interval, peers before the metrics that use them."""

from __future__ import annotations

import re

from gnomon.errors import DefinitionError, Problem
from gnomon.model import Metric, Project, Variant
from gnomon.source import Span

# A peer reference outside strings and comments, as in `@metrics_peer_ref(commits, ...)` or `(... 'commits')`.
PEER = re.compile(
    r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|@metrics_peer_ref\s*\(\s*'?(?P<peer>\w+)", re.DOTALL | re.IGNORECASE
)


def expand(project: Project) -> tuple[Variant, ...]:
    """Every variant of every metric, in an order in which each comes after its peers.

    Raises DefinitionError `peer_cycle` where metrics need each other.
    """
    return tuple(
        Variant(metric, entity, interval)
        for metric in in_order(project)
        for entity in metric.entity_types
        for interval in metric.intervals
    )


def peers_of(metric: Metric) -> dict[str, Span]:
    """The keys of the metrics that a metric's SQL refers to, each with its first place."""
    found: dict[str, Span] = {}
    for match in PEER.finditer(metric.sql.text):
        if match["peer"]:
            found.setdefault(match["peer"], metric.sql.span(match.start("peer"), match.end("peer")))
    return found


def in_order(project: Project) -> list[Metric]:
    """The metrics, each after the ones that it refers to; a metric may refer to itself at another interval."""
    ordered: dict[str, Metric] = {}

    def visit(key: str, path: tuple[tuple[str, Span | None], ...]) -> None:
        if key in ordered or key not in project.metrics:
            return
        names = [name for name, _ in path]
        if key in names:
            raise DefinitionError(cycle([*path[names.index(key) :], (key, None)], project))
        metric = project.metrics[key]
        for peer, span in peers_of(metric).items():
            if peer != key:
                visit(peer, (*path, (key, span)))
        ordered[key] = metric

    for key in project.metrics:
        visit(key, ())
    return list(ordered.values())


def cycle(path: list[tuple[str, Span | None]], project: Project) -> Problem:
    names = [name for name, _ in path]
    return Problem(
        "peer_cycle",
        f"metrics refer to each other in a circle: {' -> '.join(names)}",
        path[0][1] or project.metrics[names[0]].span(),
        notes=tuple(
            f"{name} refers to {after} at {span}" for (name, span), after in zip(path, names[1:], strict=False)
        ),
        help="take one of the references out, or compute the shared part in a metric of its own",
    )
