"""`gnomon catalog push`: a project's tables, metrics and units into the catalog, after the difference was shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gnomon.cli.catalog import FILE, as_it_is, catalog, database_option, made, readable
from gnomon.cli.catalog_units import unit_lines
from gnomon.cli.format import plural
from gnomon.cli.options import find_root, json_option, load_project, print_json, project_option, say

if TYPE_CHECKING:
    from gnomon.catalog import Change

LISTED = 20
"""Nodes that are named for each fate before the rest is counted."""
VERBS = {"create": "create", "update": "update", "restore": "bring back", "deactivate": "deactivate"}


@catalog.command("push", short_help="Put a project's tables, metrics and units into the catalog.")
@database_option
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
@json_option
@project_option
def push(project_path: Path | None, database: str | None, dry_run: bool, as_json: bool) -> None:
    """Make the catalog hold what this project defines, in a namespace of the project's name.

    What is the same is left alone, and what is gone is deactivated: its revisions stay. A SQLite file that is not there
    is made. Tags that the catalog does not have are made too.
    """
    from gnomon.catalog import Store
    from gnomon.catalog.database import opened
    from gnomon.catalog.deploy import deploy
    from gnomon.catalog.labels import get_tags
    from gnomon.catalog.projection import namespace, project_nodes
    from gnomon.catalog.values import Tag

    project = load_project(project_path)
    nodes = project_nodes(project)
    with opened(database or str(find_root(project_path) / FILE)) as named, as_it_is(named, dry_run) as engine:
        store, own = Store(engine), project.vocabulary.own
        known = {node.name: node.revision.definition for node in store.list(namespace(project))}
        words = {word for node in nodes.values() for word in node.tags} - {tag.name for tag in get_tags(engine)}
        wanted = partial(deploy, namespace=namespace(project), definitions=nodes, tags=[*map(Tag, sorted(words))])
        put = partial(wanted, own=own, allow_empty=True)
        planned = put(store, dry_run=True)
        changes = planned.nodes
        changed = [change for change in changes if change.action != "none"]
        if not as_json:
            for word in sorted(words):
                click.echo(f"create tag {word}")
            print_changes([readable(change) for change in changed])
            for each in unit_lines(changed, known, nodes):
                click.echo(each)
        if not dry_run:
            put(Store(made(named)), shown=planned)
    if as_json:
        print_json({"namespace": namespace(project), "written": not dry_run, "changes": list(map(as_dict, changed))})
        return
    done = "would change" if dry_run else "changed"
    say(f"{namespace(project)}: {plural(len(changed), 'node')} of {len(changes)} {done}")


def print_changes(changes: Sequence[Change]) -> None:
    """What happens to which node, with versions and the fields that differ."""
    shown: Counter[str] = Counter()
    totals = Counter(str(change.action) for change in changes)
    for action, verb in VERBS.items():
        for change in changes:
            if change.action == action and shown[action] < LISTED:
                shown[action] += 1
                click.echo(line(verb, change))
        if totals[action] > LISTED:
            click.echo(f"{verb} {totals[action] - LISTED} more")


def line(verb: str, change: Change) -> str:
    """One node's change."""
    if change.action == "update":
        return f"{verb} {change.name} {change.before} -> {change.after}: {', '.join(change.fields)}"
    return f"{verb} {change.name}"


def as_dict(change: Change) -> dict[str, object]:
    """A change for programs."""
    versions = {name: str(version) if version else None for name, version in
                (("before", change.before), ("after", change.after))}  # fmt: skip
    return {**asdict(change), **versions, "level": change.level}
