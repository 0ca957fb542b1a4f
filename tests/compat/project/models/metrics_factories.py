"""Definitions in the shape of the original factory's: what changes for Gnomon is the first import."""

import os

from sqlglot import exp

from gnomon import MetricMetadata, MetricQueryConfig, MetricQueryDef, RollingConfig, timeseries_metrics

PARTS = {"daily": "day", "monthly": "month"}
KINDS = ["PUSHED", "REVIEWED"]


def gap_audit(config: MetricQueryConfig) -> tuple[str, dict] | None:
    if not config["incremental"]:
        return None
    part = PARTS.get(config["ref"].get("time_aggregation"))
    if part is None or "grants" in config["table_name"]:
        return None
    options = {"no_gap_date_part": part, "time_column": exp.to_column("metrics_sample_date")}
    if "area=code" in config["additional_tags"]:
        options["ignore_before"] = "2024-01-15"
    return ("no_gaps", options)


def rebuild_twice_a_month(config: MetricQueryConfig) -> dict:
    if config["ref"]["entity_type"] == "artifact":
        return {"kind_options": {}, "audits": [], "tags": []}
    return {
        "kind_options": {"auto_restatement_cron": "0 0 1,15 * *"},
        "audits": [],
        "tags": [f"entity={config['ref']['entity_type']}"],
    }


timeseries_metrics(
    default_dialect="trino",
    start=os.environ.get("METRICS_START_OF_THIS_TEST", "2024-01-01"),
    schema="oso",
    model_prefix="timeseries",
    timeseries_sources=["int_events_daily__code", "int_review_times"],
    audits=[("has_at_least_n_rows", {"threshold": 0})],
    audit_factories=[gap_audit],
    metadata_modifiers=[rebuild_twice_a_month],
    metric_queries={
        "pushes": MetricQueryDef(
            ref="code/pushes.sql",
            time_aggregations=["daily", "weekly", "monthly", "quarterly", "biannually", "yearly"],
            over_all_time=True,
            metadata=MetricMetadata(display_name="Pushes", description="What was pushed"),
            additional_tags=["area=code"],
        ),
        "people": MetricQueryDef(
            ref="code/people.sql",
            time_aggregations=["monthly"],
            rolling=RollingConfig(windows=[7, 30], unit="day", cron="@daily"),
            over_all_time=True,
        ),
        "repos": MetricQueryDef(ref="code/repos.sql", time_aggregations=["monthly"], over_all_time=True),
        "active_days": MetricQueryDef(
            ref="code/active_days.sql",
            vars={"kinds": KINDS},
            time_aggregations=["monthly", "yearly"],
            rolling=RollingConfig(windows=[30], unit="day", cron="@daily"),
            entity_types=["artifact", "project", "collection"],
            is_intermediate=True,
        ),
        "activity_classes": MetricQueryDef(
            ref="code/activity_classes.sql",
            vars={"often": 1 / 15, "kinds": KINDS},
            time_aggregations=["monthly", "yearly"],
        ),
        "busy_people": MetricQueryDef(
            ref="code/busy_people.sql",
            vars={"often": 1 / 15},
            rolling=RollingConfig(windows=[30], unit="day", cron="@daily"),
        ),
        "momentum": MetricQueryDef(ref="code/momentum.sql", time_aggregations=["monthly"]),
        "effort": MetricQueryDef(
            ref="code/effort.sql",
            vars={"weight_pushes": 1, "weight_people": 2},
            time_aggregations=["monthly"],
            over_all_time=True,
        ),
        "newcomers": MetricQueryDef(ref="code/newcomers.sql", time_aggregations=["daily", "monthly"]),
        "bot_pushes": MetricQueryDef(
            ref="code/bot_pushes.sql", time_aggregations=["monthly", "quarterly"], over_all_time=True
        ),
        "review_hours": MetricQueryDef(
            ref="code/review_hours.sql", time_aggregations=["daily", "monthly"], over_all_time=True
        ),
        "pushes_per_day": MetricQueryDef(
            ref="code/pushes_per_day.sql",
            time_aggregations=["weekly", "monthly"],
            incremental=False,
            over_all_time=True,
        ),
        "grants": MetricQueryDef(ref="funding/grants.sql", time_aggregations=["monthly"], over_all_time=True),
        "regularity": MetricQueryDef(
            ref="code/regularity.sql",
            time_aggregations=["monthly"],
            entity_types=["artifact", "project", "collection"],
            over_all_time=True,
        ),
        "regular_pushes": MetricQueryDef(ref="code/regular_pushes.sql", time_aggregations=["monthly"]),
        "retired": MetricQueryDef(ref="code/retired.sql", time_aggregations=["daily"], enabled=False),
    },
)
