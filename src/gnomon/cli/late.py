"""What an event that comes late can still change: said by `gnomon metrics show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon.model import Metric, Project, SourceTable

DAY = timedelta(days=1)


def lateness(sources: Sequence[SourceTable]) -> dict[str, Any]:
    """The contract about late events: what each run still counts, and what has to be asked for."""
    from gnomon.compile.lateness import greatest_lateness

    days = greatest_lateness(sources) / DAY
    if days:
        text = f"each run counts what has arrived for the {days:g} days before the last day that was built"
    else:
        text = "rows are final once they are written"
    return {"days": days, "contract": text}


def rewritten(
    project: Project, metric: Metric, interval: Any, sources: Sequence[SourceTable], today: date
) -> dict[str, str] | None:
    """The first and last sample date that a run of `today` writes, if yesterday's run was the last before it.

    None where it writes no row. Of an own calendar the `table` that says them, which is not asked. A series that is
    rebuilt whole begins at its start.
    """
    from gnomon.compile.lateness import days_read_again, lookback
    from gnomon.time import AllTime, own_grain
    from gnomon.time.ranges import written_range

    if (own := own_grain(interval)) is not None:
        return {"table": own.table}
    last = min(today - DAY, metric.end or today)
    if isinstance(interval, AllTime):
        return {"first": last.isoformat(), "last": last.isoformat()}
    again = days_read_again(lookback(sources, project.calendar), project.calendar)
    start = max(metric.start, today - DAY * (1 + again))
    low, high = written_range(interval, start, today, today, today, project.calendar)
    low = max(low, metric.start) if metric.incremental else metric.start
    found = [_day(sample) for sample in interval.samples(low, min(high - DAY, last), project.calendar)]
    return {"first": found[0], "last": found[-1]} if found else None


def _day(sample: date) -> str:
    return sample.strftime("%Y-%m-%dT%H:%MZ") if isinstance(sample, datetime) else sample.isoformat()


def late_facts(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The contract as facts, each with its head: the sources' lateness, what a run counts, what it does not."""
    late = [f"{each['table']} up to {each['lateness_days']:g} days late" for each in about["sources"]]
    return [
        ("late events", "; ".join(late)),
        ("" if late else "late events", f"{about['lateness']['contract']};"),
        ("", f"anything later: gnomon restate --since DAY --metric {about['metric']}"),
    ]


def late_line(rewritten: Mapping[str, str] | None, today: str) -> str:
    """The sample dates that a run still rewrites, as a line below an interval."""
    if rewritten is None:
        return f"  late events   the run of {today} writes no row"
    if (table := rewritten.get("table")) is not None:
        return f"  late events   the run of {today} writes the rows whose days it reads again, as {table} says"
    first, last = rewritten["first"], rewritten["last"]
    return f"  late events   the run of {today} writes {first if first == last else f'{first} to {last}'}"
