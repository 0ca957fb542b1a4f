"""`gnomon metrics show`: one metric, explained: what each row covers, how it is computed, what can still change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gnomon.cli.format import unit_label
from gnomon.cli.late import late_facts, late_line, lateness, rewritten
from gnomon.cli.metrics_list import amount
from gnomon.cli.options import (
    execution_date,
    execution_time_option,
    json_option,
    load_project,
    print_json,
    project_option,
)

if TYPE_CHECKING:
    from gnomon.model import Metric, Project, SourceTable

DAY = timedelta(days=1)


@click.command("show", short_help="One metric explained: bounds, plans, sources, units.")
@click.argument("name")
@execution_time_option
@json_option
@project_option
def show(name: str, project_path: Path | None, as_json: bool, execution_time: date | None) -> None:
    """One metric: variants, exact bounds, plans, sources, units, and what a late event can change."""
    from gnomon.query.request import find_metric

    project = load_project(project_path)
    about = explain(project, find_metric(project, name), execution_time)
    if as_json:
        print_json(about)
    else:
        click.echo("\n".join(lines(about)))


def explain(project: Project, metric: Metric, execution_time: date | None) -> dict[str, Any]:
    """Everything that is said about a metric, as JSON."""
    import gnomon
    from gnomon.query.freshness import peers_of, sources_of

    today = execution_date(project, execution_time)
    rendered = gnomon.render(project, metric.key, full=False, execution_time=today)
    sources = list({source.name: source for source in sources_of(project, metric)}.values())
    peers = [peer.key for peer in peers_of(project, metric)]
    users = [other.key for other in project.metrics.values() if metric.key in {p.key for p in peers_of(project, other)}]
    span = metric.span()
    return {
        "metric": metric.key,
        "display_name": metric.metadata.display_name,
        "description": metric.metadata.description,
        "owner": metric.owner,
        "unit": metric.metadata.unit or next((amount(each).unit for each in rendered), None),
        "unit_text": unit_label(metric.metadata.unit or next((amount(each).shown_unit for each in rendered), None)),
        "aggregate": next((each.plan.aggregate for each in rendered), None),
        "defined_in": [str(span) if span else None, metric.sql.path],
        "start": metric.start.isoformat(),
        "end": metric.end.isoformat() if metric.end else None,
        "labels": list(metric.labels),
        "vars": dict(metric.vars),
        "sources": [about_source(source) for source in sources],
        "peers": peers,
        "used_by": users,
        "lateness": lateness(sources),
        "execution_date": today.isoformat(),
        "intervals": [
            about_interval(project, metric, each, rendered)
            | {"rewritten": rewritten(project, metric, each, sources, today)}
            for each in metric.intervals
        ],
    }


def about_source(source: SourceTable) -> dict[str, Any]:
    delay = str(source.delay) if source.delay else None
    return {
        "table": source.name,
        "time": source.time,
        "time_zone": source.time_zone,
        "lateness_days": source.lateness / DAY,
        "delay": delay,
    }


def about_interval(project: Project, metric: Metric, interval: Any, rendered: Sequence[Any]) -> dict[str, Any]:
    """One interval: what its rows cover, the latest one exactly, and for each entity its table and plan."""
    from gnomon.model import Variant
    from gnomon.query.bounds import row_bounds, words

    own = [each for each in rendered if each.interval == interval.suffix]
    variant = Variant(metric, metric.entity_types[0], interval)
    last = min(own[0].end, metric.end or own[0].end) if own else None
    latest = latest_sample(variant, last, project) if last else None
    return {
        "interval": interval.suffix,
        "each_row_covers": words(variant, project.calendar),
        "latest": row_bounds(variant, latest, project.calendar) if latest else None,
        "time_zone": project.calendar.time_zone,
        "variants": [
            {
                "entity": each.entity,
                "table": each.name,
                "columns": [column.name for column in each.columns],
                "unit": amount(each).unit,
                "units": {column.name: column.unit for column in each.columns if column.unit is not None},
                "unit_texts": {c.name: unit_label(c.shown_unit) for c in each.columns if c.shown_unit is not None},
                "plan": each.plan.name,
                "reason": each.plan.reason,
            }
            for each in own
        ],
    }


def latest_sample(variant: Any, end: date, project: Project) -> date | None:
    """The last sample date up to `end` whose stretch of time ends by then; None also where it is not known."""
    from gnomon.query.bounds import bounds
    from gnomon.time import AllTime, own_grain

    if isinstance(variant.interval, AllTime):
        return end
    if own_grain(variant.interval) is not None:
        return None  # its buckets are in the warehouse, which is not asked
    found: date | None = None
    for sample in variant.interval.samples(end - 800 * DAY, end, project.calendar):
        over = bounds(variant, sample, project.calendar)[1]
        if isinstance(over, datetime) or over <= end + DAY:
            found = sample
    return found


def lines(about: Mapping[str, Any]) -> list[str]:
    """The explanation as text."""
    unit = f" [{about['unit_text']}]" if about["unit_text"] else ""
    title = " · ".join(part for part in (about["metric"], about["display_name"]) if part)
    text = [click.style(title + unit, bold=True)]
    text += [about["description"]] if about["description"] else []
    text += ["", *(f"{head:<13} {said}" for head, said in facts(about) if said)]
    for interval in about["intervals"]:
        text += ["", *interval_lines(interval, about["execution_date"])]
    return text


def facts(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The short facts, each with its head; empty ones are left out by the caller."""
    sources = [
        f"{each['table']} (by {each['time'] or 'its time column'}, {each['time_zone']})" for each in about["sources"]
    ]
    ending = f" to {about['end']}" if about["end"] else " on"
    return [
        ("defined in", ", ".join(place for place in about["defined_in"] if place)),
        ("owner", about["owner"] or ""),
        ("aggregate", about["aggregate"] or ""),
        ("sample dates", f"{about['start']}{ending}"),
        ("reads", ", ".join(sources)),
        ("peers", ", ".join(about["peers"])),
        ("used by", ", ".join(about["used_by"])),
        ("labels", ", ".join(about["labels"])),
        ("vars", ", ".join(f"{name}={value!r}" for name, value in about["vars"].items())),
        *late_facts(about),
    ]


def interval_lines(interval: Mapping[str, Any], today: str) -> list[str]:
    """One interval as text; what is equal for all entities is said once."""
    text = [click.style(interval["interval"], bold=True), f"  each row      {interval['each_row_covers']}"]
    if (latest := interval["latest"]) is not None:
        zone = "" if "T" in latest["start"] else f" in {interval['time_zone']}"
        bounds = f"[{latest['start']}, {latest['end_exclusive']})"
        text.append(f"  latest row    {latest['sample_date']} covers {bounds}{zone}")
    text.append(late_line(interval["rewritten"], today))
    plans: dict[tuple[str, str], list[str]] = {}
    for each in interval["variants"]:
        plans.setdefault((each["plan"], each["reason"]), []).append(each["entity"])
    for (plan, reason), entities in plans.items():
        whose = f" ({', '.join(entities)})" if len(plans) > 1 else ""
        text.append(f"  plan          {plan}{whose}: {reason}")
    texts = (each["unit_texts"].items() for each in interval["variants"])
    units = dict.fromkeys(f"{name}: {unit}" for items in texts for name, unit in items)
    text += [f"  units         {', '.join(units)}"] if units else []
    text += [f"  by {each['entity']:<10} {each['table']}" for each in interval["variants"]]
    return text
