"""A small project with tables made by hand: what a plan would have built, without a plan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from gnomon.compile.models import OutputColumn
from gnomon.model import Column, Display, Entity, Key, Metadata, Metric, Project, SourceTable, Variant
from gnomon.source import Source
from gnomon.time import ALL_TIME, Calendar, Grain, Rolling, TimeAggregation

SQL = """
SELECT @metrics_sample_date(day) AS metrics_sample_date, carrier, @metric_name() AS metric, COUNT(*) AS amount
FROM raw.flights WHERE @metrics_in_window(day) GROUP BY 1, 2, metric
"""
INTERVALS = (TimeAggregation(Grain.MONTH), Rolling(30), TimeAggregation(Grain.HOUR), ALL_TIME)

SETUP = """
CREATE SCHEMA raw; CREATE SCHEMA metrics;
CREATE TABLE raw.flights AS SELECT DATE '2013-01-01' AS day, 'UA' AS carrier;
CREATE TABLE raw.airlines AS SELECT * FROM (VALUES ('UA', 'United'), ('UA', 'Zeta'), ('AA', 'American')) t(code, title);
CREATE TABLE metrics.gnomon_runs AS SELECT * FROM (VALUES
  ('prod', 'raw.flights', TIMESTAMP '2013-03-15'), ('dev', 'raw.flights', TIMESTAMP '2013-05-01')
) t(environment, source, data_through);
CREATE TABLE metrics.flights_to_carrier_monthly AS SELECT * FROM (VALUES
  (DATE '2013-01-01', 'UA', 'flights_monthly', 10.0), (DATE '2013-02-01', 'UA', 'flights_monthly', 20.0),
  (DATE '2013-03-01', 'UA', 'flights_monthly', 30.0), (DATE '2013-01-01', 'AA', 'flights_monthly', 5.0),
  (DATE '2013-01-01', NULL, 'flights_monthly', 1.0)
) t(metrics_sample_date, carrier, metric, amount);
CREATE TABLE metrics.delay_to_carrier_monthly AS SELECT * FROM (VALUES
  (DATE '2013-01-01', 'UA', 'delay_monthly', 1.5), (DATE '2013-02-01', 'AA', 'delay_monthly', NULL),
  (DATE '2013-01-01', NULL, 'delay_monthly', 2.5)
) t(metrics_sample_date, airline_id, metric, amount);
CREATE TABLE metrics.hidden_to_carrier_monthly AS
  SELECT metrics_sample_date, carrier, 'hidden_monthly' AS metric, amount FROM metrics.flights_to_carrier_monthly;
CREATE TABLE metrics.kinds_to_carrier_monthly AS SELECT * FROM (VALUES
  (DATE '2013-01-01', 'UA', 'new_monthly', 3.0), (DATE '2013-01-01', 'UA', 'gone_monthly', 4.0)
) t(metrics_sample_date, carrier, metric, amount);
CREATE TABLE metrics.by_source_to_carrier_monthly AS
  SELECT DATE '2013-01-01' AS metrics_sample_date, 'GITHUB' AS event_source, 'UA' AS carrier,
    'x' AS metric, 7.0 AS amount;
CREATE TABLE metrics.flights_to_carrier_hourly AS SELECT * FROM (VALUES
  (TIMESTAMP '2013-01-01 04:00', 'UA', 'flights_hourly', 1.0),
  (TIMESTAMP '2013-01-01 05:00', 'UA', 'flights_hourly', 2.0),
  (TIMESTAMP '2013-01-02 04:00', 'UA', 'flights_hourly', 3.0),
  (TIMESTAMP '2013-01-02 05:00', 'UA', 'flights_hourly', 4.0)
) t(metrics_sample_date, carrier, metric, amount);
CREATE TABLE metrics.flights_to_route_monthly AS SELECT * FROM (VALUES
  (DATE '2013-01-01', 'JFK', 'LAX', 'flights_monthly', 8.0), (DATE '2013-01-01', 'JFK', 'SFO', 'flights_monthly', 9.0)
) t(metrics_sample_date, origin, dest, metric, amount);
CREATE VIEW metrics.flights_to_carrier_over_30_day_window AS
  SELECT d::DATE AS metrics_sample_date, 'UA' AS carrier, 'flights_over_30_day_window' AS metric, 1.0 * day(d) AS amount
  FROM generate_series(DATE '2013-01-01', DATE '2013-03-20', INTERVAL 1 DAY) t(d);
CREATE TABLE metrics.flights_to_carrier_over_all_time AS
  SELECT DATE '2013-03-14' AS metrics_sample_date, 'UA' AS carrier, 'flights_over_all_time' AS metric, 60.0 AS amount;
"""


def metric(key: str, **fields: object) -> Metric:
    """A metric by carrier and route over every interval of these tests."""
    given: dict[str, object] = {
        "metadata": Metadata(key.capitalize(), "", {"kind": "count", "code": "flights"}),
        "sql": Source(f"queries/{key}.sql", SQL),
        "entity_types": ("carrier", "route"),
    }
    return Metric(
        key=key,
        name=key,
        dialect="duckdb",
        intervals=INTERVALS,
        entity_keys={"": ("carrier",)},
        start=date(2013, 1, 1),
        **{**given, **fields},  # type: ignore[arg-type]
    )


def make_project(root: Path, zone: str = "America/New_York") -> Project:
    metrics = (
        metric("flights"),
        metric("delay", metadata=Metadata("Delay", "", {"kind": "time", "code": "min"})),
        metric("hidden", partial="hide"),
        metric("kinds", labels=("new", "gone")),
        metric("by_source"),
        metric("never_built"),
    )
    source = SourceTable(
        "raw.flights", "day", (Key(("carrier",), "carrier"),), {"day": Column("day", "DATE")}, True, zone, timedelta(0)
    )
    return Project(
        root=root,
        name="tiny",
        schema="metrics",
        start=date(2013, 1, 1),
        calendar=Calendar(zone),
        dialect="duckdb",
        sources={"raw.flights": source},
        references={},
        entities={
            "carrier": Entity("carrier", (), Display("raw.airlines", ("code",), "title")),
            "route": Entity("route", ("origin", "dest")),
        },
        relationships=(),
        metrics={each.key: each for each in metrics},
    )


def contract(project: Project, variant: Variant) -> tuple[OutputColumn, ...]:
    """The columns of the hand-made tables."""
    keys = {"route": ("origin", "dest")}.get(variant.entity, ("carrier",))
    if variant.metric.key == "delay":
        keys = ("airline_id",)
    dimensions = ("event_source",) if variant.metric.key == "by_source" else ()
    return (
        OutputColumn("metrics_sample_date", "DATE", "sample_date"),
        *(OutputColumn(name, "TEXT", "dimension") for name in dimensions),
        *(OutputColumn(name, "TEXT", "entity") for name in keys),
        OutputColumn("metric", "TEXT", "metric"),
        OutputColumn("amount", "DOUBLE", "amount"),
    )
