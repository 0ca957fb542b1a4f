"""Files -> a project: what each field becomes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gnomon.errors import DefinitionError
from gnomon.load.project import load
from gnomon.model import Column, Display, Entity, Key, Metric, Project, StockRule
from gnomon.time import ALL_TIME, Cron, Grain, Rolling, TimeAggregation

FULL = """
stars:
  ref: stars.sql
  time_aggregations: [monthly, daily]
  rolling: {windows: [90, 30], unit: month, cron: "@weekly", model_batch_size: 7}
  over_all_time: true
  entity_types: [plane]
  entity_key: {plane: TailNum, route: [origin, dest]}
  metadata: {display_name: Stars, description: Given, unit: dollar}
  vars: {ratio: 0.5, kinds: [a, b]}
  name: gold
  dialect: postgres
  is_intermediate: true
  incremental: false
  start: 2023-02-01
  end: 2023-03-01
  fill: null
  partial: hide
  additivity: {over_time: avg, carry: {forward: 2 days}}
  labels: [x, y]
  columns: {Extra: text, other: {unit: {kind: count}}}
  owner: ada
  tests: [{given: {raw.flights: [{day: 2023-01-01}]}, expect: [{amount: 1}], interval: daily}]
  audits: [a, [b, {c: 1}], {d: {e: 2}}]
  incremental_audits: [f]
  additional_tags: [t=1]
hidden: {ref: nowhere.sql, over_all_time: true, enabled: false}
"""
SOURCES = """
sources:
  Raw.Flights:
    time: at
    keys: {tailnum: plane, "origin, dest": route}
    lateness: 12 hours
    columns: {at: timestamp, delay: {unit: {kind: time, code: min}, additivity: flow}, carrier: {entity: carriers}}
  raw.open: {time: at, keys: [{columns: [origin, dest], entity: route}], time_zone: Europe/Berlin, delay: 1 day}
references: {raw.planes: {columns: {tailnum: text, label: text}}, raw.free: }
entities:
  plane: {display: label}
  route: {key: [origin, dest]}
  carrier: {display: {table: raw.c, key: id, column: name}}
calendars: {fiscal: {table: raw.fiscal}}
relationships:
  - {table: raw.c, from: {plane: tailnum}, to: {carrier: id}, valid_from: since, cardinality: many_to_one}
"""
EXTERNAL = """
- name: '"wh"."raw"."flights"'
  columns: {AT: TIMESTAMP, tailnum: TEXT, origin: TEXT, dest: TEXT, delay: DOUBLE, carrier: TEXT, more: INT}
- name: wh.raw.bots
  columns: {id: TEXT}
- name: wh.raw.unused
  columns: {id: TEXT}
- name: wh.raw.events2
  columns: {at: DATE, tailnum: TEXT}
"""


def make(root: Path, **files: str) -> Path:
    for name, text in {"gnomon.yaml": "start: 2023-01-01\n", "queries/stars.sql": "SELECT 1", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Project:
    files = {
        "metrics.yaml": FULL,
        "sources.yaml": SOURCES,
        "external_models.yaml": EXTERNAL,
        "queries/stars.sql": "SELECT 1 FROM raw.flights JOIN RAW.Bots USING (id) JOIN raw.events2 USING (at)",
        "gnomon.yaml": "name: demo\nschema: Mart\nstart: 2023-01-01\ntime_zone: America/New_York\nweek_start: Sunday\n"
        "audits: [g]\n",
    }
    return load(make(tmp_path, **files))


def test_every_field_of_a_metric_arrives(project: Project) -> None:
    (metric,) = project.metrics.values()
    expected: dict[str, Any] = {
        "key": "stars",
        "name": "gold",
        "schema": "mart",
        "dialect": "postgres",
        "intervals": (
            TimeAggregation(Grain.MONTH),
            TimeAggregation(Grain.DAY),
            Rolling(90, Grain.MONTH, Cron.WEEKLY),
            Rolling(30, Grain.MONTH, Cron.WEEKLY),
            ALL_TIME,
        ),
        "batch_size": 7,
        "entity_types": ("plane",),
        "entity_keys": {"": ("tailnum",), "plane": ("tailnum",), "route": ("origin", "dest")},
        "vars": {"ratio": 0.5, "kinds": ["a", "b"]},
        "is_intermediate": True,
        "incremental": False,
        "start": date(2023, 2, 1),
        "end": date(2023, 3, 1),
        "fill": "null",
        "partial": "hide",
        "additivity": StockRule("average", 2),
        "labels": ("x", "y"),
        "columns": {"extra": Column("extra", "text"), "other": Column("other", None, {"kind": "count"})},
        "owner": "ada",
        "audits": (("a", {}), ("b", {"c": 1}), ("d", {"e": 2}), ("g", {})),
        "incremental_audits": (("f", {}),),
        "tags": ("t=1",),
    }
    assert {name: getattr(metric, name) for name in expected} == expected
    assert metric.metadata.unit == {"kind": "currency", "code": "USD"}
    assert (metric.metadata.display_name, metric.metadata.description) == ("Stars", "Given")
    assert metric.tests[0]["given"] == {"raw.flights": ({"day": "2023-01-01"},)}
    assert metric.tests[0]["expect"] == ({"amount": 1},)
    assert metric.sql.path == "queries/stars.sql"


def test_places_of_a_metric(project: Project) -> None:
    metric = project.metrics["stars"]
    assert str(metric.span()) == "metrics.yaml:2:1"
    assert str(metric.span("rolling", "unit")) == "metrics.yaml:5:38"
    assert str(metric.span("entity_key", "route")) == "metrics.yaml:8:39"
    assert str(metric.span("nope")) == "metrics.yaml:2:1"


def test_the_project_itself(project: Project) -> None:
    assert (project.name, project.schema, project.start) == ("demo", "mart", date(2023, 1, 1))
    assert (project.calendar.time_zone, project.calendar.week_start) == ("America/New_York", "sunday")
    assert project.gateways["local"]["connection"] == {"type": "duckdb", "database": "warehouse.duckdb"}
    assert (project.default_gateway, project.compat, project.warnings) == ("local", None, ())


def test_sources_join_their_columns_with_the_warehouse(project: Project) -> None:
    flights = project.sources["raw.flights"]
    assert flights.keys == (Key(("tailnum",), "plane"), Key(("origin", "dest"), "route"))
    assert flights.columns_known
    assert set(flights.columns) == {"at", "tailnum", "origin", "dest", "delay", "carrier", "more"}
    assert flights.columns["at"].type == "timestamp"
    assert flights.columns["delay"] == Column("delay", "DOUBLE", {"kind": "time", "code": "min"}, "flow")
    assert flights.columns["carrier"].entity == "carriers"
    assert (flights.time, flights.lateness, flights.time_zone) == ("at", timedelta(hours=12), "America/New_York")


def test_a_source_that_says_no_columns_is_open(project: Project) -> None:
    source = project.sources["raw.open"]
    assert not source.columns_known
    assert set(source.columns) == {"at", "origin", "dest"}
    assert (source.time_zone, source.delay, source.lateness) == ("Europe/Berlin", timedelta(days=1), timedelta(days=3))


def test_references_are_declared_calendars_or_named_by_queries(project: Project) -> None:
    known = {name: reference.columns_known for name, reference in project.references.items()}
    # raw.events2 has the time and a key of a source: reading it unbound would be wrong
    assert known == {"raw.planes": True, "raw.free": False, "raw.fiscal": False, "raw.bots": True}


def test_entities_and_relationships(project: Project) -> None:
    assert project.entities["plane"] == Entity("plane", (), Display("raw.planes", ("tailnum",), "label"))
    assert project.entities["route"] == Entity("route", ("origin", "dest"))
    assert project.entities["carrier"].display == Display("raw.c", ("id",), "name")
    (hop,) = project.relationships
    assert (hop.from_columns, hop.to_columns, hop.valid_from, hop.cardinality) == (
        ("tailnum",), ("id",), "since", "many_to_one",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("external", "column", "table"),
    [
        ("", "label", "raw.planes"),
        ("", "title", "raw.c"),
        ("- {name: raw.c, columns: {tailnum: T, id: T, since: DATE, name: T, label: T}}", "label", "raw.c"),
    ],
)
def test_display_names_are_found_where_they_are_or_may_be(
    tmp_path: Path, external: str, column: str, table: str
) -> None:
    sources = SOURCES.replace("display: label", f"display: {column}")
    made = load(make(tmp_path, **{"sources.yaml": sources, "external_models.yaml": external}))
    assert made.entities["plane"].display == Display(table, ("tailnum",), column)


def test_a_project_without_entities_has_the_originals(tmp_path: Path) -> None:
    external = "- {name: oso.artifacts_by_project_v1, columns: {artifact_id: TEXT, project_id: TEXT, project_name: T}}"
    files = {"metrics.yaml": "stars: {ref: stars.sql, over_all_time: true}", "external_models.yaml": external}
    made = load(make(tmp_path, **files))
    assert list(made.entities) == ["artifact", "project", "collection"]
    assert made.entities["project"].display == Display("oso.artifacts_by_project_v1", ("project_id",), "project_name")
    assert [hop.table for hop in made.relationships] == [
        "oso.artifacts_by_project_v1",
        "oso.projects_by_collection_v1",
    ]
    metric = made.metrics["stars"]
    assert metric.entity_types == ("artifact", "project", "collection")
    assert metric.entity_keys == {"": ("to_artifact_id",)}


def test_own_relationships_replace_the_originals(tmp_path: Path) -> None:
    relationship = "relationships: [{table: a.b, from: {artifact: x}, to: {project: y}}]"
    made = load(make(tmp_path, **{"sources.yaml": relationship}))
    assert [hop.table for hop in made.relationships] == ["a.b"]


@pytest.mark.parametrize("inside", ["", "queries", "queries/stars.sql", "gnomon.yaml"])
def test_any_path_inside_finds_the_project(tmp_path: Path, inside: str) -> None:
    assert load(make(tmp_path) / inside).root == tmp_path.resolve()


def test_one_folder_of_files_each(tmp_path: Path) -> None:
    files = {
        "metrics/a.yaml": "a: {ref: stars.sql, over_all_time: true}",
        "metrics/deep/b.yml": "b: {ref: stars.sql, over_all_time: true}",
        "sources/e.yaml": "entities: {x: {}}",
        "sources/s.yaml": "sources: {a.s: {time: t, keys: {x: x}}}",
    }
    made = load(make(tmp_path, **files))
    assert (list(made.metrics), list(made.sources), list(made.entities)) == (["a", "b"], ["a.s"], ["x"])


def test_a_file_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "metrics.yaml").write_bytes(b"\xef\xbb\xbfstars:\r\n  ref: nope.sql\r\n  over_all_time: true\r\n")
    with pytest.raises(DefinitionError) as refused:
        load(tmp_path)
    assert str(refused.value.problems[0].span) == "metrics.yaml:2:8"


@pytest.mark.parametrize("name", ["metrics.yaml", "queries/stars.sql", "models/f.py"])
def test_a_file_that_is_not_text(tmp_path: Path, name: str) -> None:
    make(tmp_path, **{"metrics.yaml": "stars: {ref: stars.sql, over_all_time: true}"})
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"# timeseries_metrics(\n\xff\xfe")
    with pytest.raises(DefinitionError) as refused:
        load(tmp_path)
    assert [(p.code, p.span and p.span.source.path) for p in refused.value.problems] == [("not_utf8", name)]


def test_defaults_of_a_metric(tmp_path: Path) -> None:
    made = load(make(tmp_path, **{"metrics.yaml": "stars: {ref: stars.sql, rolling: {windows: [7]}}"}))
    metric: Metric = made.metrics["stars"]
    assert metric.intervals == (Rolling(7, Grain.DAY, Cron.DAILY),)
    assert (metric.name, metric.schema, metric.dialect, metric.fill, metric.partial) == (
        "stars", "metrics", "duckdb", "none", "keep",
    )  # fmt: skip
    assert (metric.start, metric.end, metric.incremental) == (date(2023, 1, 1), None, True)
