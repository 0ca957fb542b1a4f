"""What plans, runs and restatements did, in words and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import plural
from gnomon.cli.options import print_json, say

if TYPE_CHECKING:
    from gnomon.run.results import PlanResult, RunResult

LISTED = 12
"""Models that are named before the rest is counted."""


def print_plan(result: PlanResult, as_json: bool) -> None:
    """What a plan would do or did."""
    if as_json:
        print_json(asdict(result) | {"is_empty": result.is_empty})
        return
    if result.is_empty:
        click.echo(f"{result.environment} is up to date")
        return
    named = (
        ("add", result.added),
        ("change", result.modified),
        ("remove", result.removed),
        ("restate", result.restated),
    )
    for verb, models in named:
        print_models(verb, models)
    for name, (before, after) in result.units.items():
        click.echo(f"{name}: {before or 'no unit'} becomes {after or 'no unit'}")
    others = [name for name in result.days if name not in {*result.added, *result.modified, *result.restated}]
    print_models("build", others)
    if result.days:
        first, last = min(low for low, _ in result.days.values()), max(high for _, high in result.days.values())
        click.echo(f"days: {first} to {last}, in {plural(len(result.days), 'model')}")
    if result.applied:
        print_done(result)
    else:
        say("nothing was written")


def print_models(verb: str, models: Sequence[str]) -> None:
    """The models that share a fate."""
    if not models:
        return
    click.echo(f"{verb} {plural(len(models), 'model')}")
    for name in models[:LISTED]:
        click.echo(f"  {name}")
    if len(models) > LISTED:
        click.echo(f"  ... and {len(models) - LISTED} more")


def print_run(result: RunResult, as_json: bool) -> None:
    """What a run did."""
    if as_json:
        print_json(asdict(result))
        return
    if result.reread:
        click.echo(f"read again for late events: {plural(len(result.reread), 'model')}")
    print_done(result)


def print_done(result: Any) -> None:
    """The counts of what was written, and what somebody should know about it."""
    written = f"{plural(result.rows, 'row')}, " if result.rows else ""
    until = f", up to {result.built_until} (excluded)" if result.built_until else ""
    click.echo(
        f"built {plural(result.models, 'model')} in {plural(result.batches, 'batch')}: "
        f"{written}{result.seconds:.1f} s{until}"
    )
    for bridge in result.bridges:
        say(str(bridge))
    for each in result.unmatched:
        say(
            f"{plural(each.keys, 'key')} of {each.source}.{each.column} without {each.entity} in {each.bridge}: "
            "left out above it"
        )
    for warning in result.warnings:
        say(f"warning: {warning}")
