"""A small project's files: a choice of metrics, and the changes that its author makes over time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CONFIG = """from gnomon.loader import project_config

config = project_config(__file__, cache_dir={cache!r})
"""
SOURCES = """
sources:
  raw.events:
    time: happened
    time_zone: UTC
    keys: {to_artifact_id: artifact}
    lateness: 3 days
    columns: {happened: timestamp, to_artifact_id: text, actor: text, amount: bigint, price: double}
entities: {artifact: {}, project: {}, team: {}}
relationships:
  - {table: raw.projects, from: {artifact: artifact_id}, to: {project: project_id}, valid_from: since, valid_to: until}
  - {table: raw.teams, from: {artifact: artifact_id}, to: {team: team_id}}
"""
SELECT = """
SELECT @metrics_sample_date(e.happened) AS metrics_sample_date, e.to_artifact_id, @metric_name() AS metric, {amount}
FROM raw.events AS e
{more}
WHERE e.happened BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
GROUP BY 1, 2, 3
"""
FIRST = "(SELECT f.to_artifact_id, f.actor, MIN(f.happened) AS at FROM raw.events AS f GROUP BY 1, 2) AS first"
NEWCOMERS = (
    f"JOIN {FIRST} ON first.to_artifact_id = e.to_artifact_id AND first.actor = e.actor AND first.at = e.happened"
)
OVER = """
SELECT @metrics_sample_date(p.metrics_sample_date) AS metrics_sample_date, p.to_artifact_id, @metric_name() AS metric,
  MAX(p.amount) AS amount
FROM @metrics_peer_ref(total, time_aggregation := 'daily') AS p
WHERE p.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3
"""
SHARE = """
SELECT a.metrics_sample_date, a.to_artifact_id, @metric_name() AS metric, a.amount / b.amount AS amount
FROM @metrics_peer_ref(actors) AS a
JOIN @metrics_peer_ref(total) AS b
  ON a.to_artifact_id = b.to_artifact_id AND a.metrics_sample_date = b.metrics_sample_date
"""


def select(amount: str, more: str = "") -> str:
    """A query over the events of a bucket or window, by artifact."""
    return SELECT.format(amount=f"{amount} AS amount", more=more)


QUERIES: Mapping[str, str] = {
    "total": select("SUM(e.amount)"),
    "actors": select("COUNT(DISTINCT e.actor)"),
    "typical": select("AVG(e.price)"),
    "highest": select("MAX(e.amount)"),
    "lowest": select("MIN(e.amount)"),
    "middle": select("MEDIAN(e.amount)"),
    "newcomers": select("COUNT(DISTINCT e.actor)", NEWCOMERS),
    "ended": select("SUM(e.amount)"),
    "young": select("COUNT(*)"),
    "over": OVER,
    "share": SHARE,
}


def metric(name: str, grains: list[str], **more: Any) -> dict[str, Any]:
    return {"ref": f"{name}.sql", "time_aggregations": grains, "entity_key": "to_artifact_id", **more}


def rolling(*windows: int, unit: str = "day", cron: str = "@daily") -> dict[str, Any]:
    return {"windows": list(windows), "unit": unit, "cron": cron}


METRICS: Mapping[str, dict[str, Any]] = {
    "total": metric("total", ["daily", "weekly"], rolling=rolling(7)),
    "actors": metric("actors", ["weekly"], rolling=rolling(7), over_all_time=True),
    "typical": metric("typical", ["monthly"], rolling=rolling(1, unit="month")),
    "highest": metric("highest", ["weekly"], rolling=rolling(7)),
    "lowest": metric("lowest", ["monthly"], rolling=rolling(1, unit="month", cron="@weekly")),
    "middle": metric("middle", ["weekly"], rolling=rolling(5)),
    "newcomers": metric("newcomers", ["daily", "monthly"]),
    "ended": metric("ended", ["weekly", "monthly"], rolling=rolling(7), start="2024-01-25", end="2024-03-06"),
    "over": metric("over", ["weekly"], rolling=rolling(10)),
    "share": metric("share", ["weekly"], rolling=rolling(7)),
}
NEEDS = {"over": ("total",), "share": ("total", "actors")}
"""The metrics that a metric reads."""
CHANGES = ("window", "grain", "to_date", "query", "peer", "young", "entity", "shorter")
"""What an author may change: see `changed`."""


@dataclass(frozen=True)
class Definitions:
    """The metrics of a project, and which changes its author has made to them so far."""

    metrics: tuple[str, ...]
    entities: tuple[str, ...]
    changes: tuple[str, ...] = ()
    batch_size: int | None = None
    time_zone: str = "UTC"

    def with_change(self, change: str) -> Definitions:
        """The definitions after one more change; `-query` takes the change `query` back."""
        kept = tuple(each for each in self.changes if each != change.removeprefix("-"))
        return replace(self, changes=kept if change.startswith("-") else (*kept, change))

    def files(self) -> dict[str, str]:
        """Paths below the project's folder and their texts."""
        settings = {"name": "law", "schema": "metrics", "start": "2024-01-10", "time_zone": self.time_zone}
        metrics, queries = changed(self)
        for each in metrics.values():
            if self.batch_size and "rolling" in each:
                each["rolling"] = each["rolling"] | {"model_batch_size": self.batch_size}
        return {
            "gnomon.yaml": json.dumps(settings),
            "sources.yaml": SOURCES,
            "metrics.yaml": json.dumps(metrics, indent=1),
            **{f"queries/{name}.sql": queries[name] for name in metrics},
        }

    def write(self, root: Path, cache: Path) -> None:
        """Puts the files into a folder; compiled models are kept in `cache`, which projects may share."""
        (root / "queries").mkdir(parents=True, exist_ok=True)
        (root / "config.py").write_text(CONFIG.format(cache=str(cache)))
        for path, text in self.files().items():
            (root / path).write_text(text)


def changed(given: Definitions) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The metrics and their queries after all changes."""
    metrics = {name: dict(METRICS[name]) for name in given.metrics}
    queries, entities = dict(QUERIES), {*given.entities}
    first = metrics[given.metrics[0]]
    for change in given.changes:
        if change == "window":
            first["rolling"] = rolling(*sorted({3, *first.get("rolling", rolling())["windows"]}))
        elif change == "grain":
            for each in metrics.values():
                more = ["daily", "monthly"] if each["ref"] not in ("over.sql", "share.sql") else []
                each["time_aggregations"] = sorted({*each["time_aggregations"], *more})
        elif change == "to_date":
            first["to_date"] = ["month"]
        elif change == "query":
            queries[given.metrics[0]] = queries[given.metrics[0]].replace(" AS amount", " * 2 AS amount", 1)
        elif change == "peer":
            queries["total"] = select("SUM(e.amount + 1)")
        elif change == "young":
            metrics["young"] = metric("young", ["daily", "monthly"], start="2024-02-20")
        elif change == "entity":
            entities |= {"project", "team"}
        elif change == "shorter":
            first["end"] = "2024-03-03"
    return {name: each | {"entity_types": sorted(entities)} for name, each in metrics.items()}, queries
