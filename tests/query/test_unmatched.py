"""Keys that lead to no entity, counted along the whole path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gnomon.engine import Engine
from gnomon.model import Entity, Key, Project, Relationship
from gnomon.query.unmatched import examine_sources

from .query_tables import make_project, metric

BRIDGES = """
CREATE OR REPLACE TABLE raw.flights AS SELECT * FROM (VALUES
  (DATE '2013-01-01', 'UA'), (DATE '2013-01-02', 'UA'), (DATE '2013-01-03', 'AA'), (DATE '2013-01-04', 'XX'),
  (DATE '2013-01-05', 'XX'), (DATE '2013-01-06', NULL)
) t(day, carrier);
CREATE TABLE raw.groups AS
  SELECT * FROM (VALUES ('UA', 'star', 1), ('AA', 'one', 2), ('AA', 'one', 2)) t(code, "group", n);
CREATE TABLE raw.regions AS SELECT * FROM (VALUES ('star', 'world'), ('one', NULL)) t("group", region);
"""


@pytest.fixture
def linked(tmp_path: Path, engine: Engine) -> Project:
    engine.execute(BRIDGES)
    project = make_project(tmp_path)
    return replace(
        project,
        entities={**project.entities, "alliance": Entity("alliance"), "region": Entity("region")},
        relationships=(
            Relationship("raw.groups", "carrier", ("code",), "alliance", ("group",)),
            Relationship("raw.regions", "alliance", ("group",), "region", ("region",)),
        ),
        metrics={"flights": metric("flights", entity_types=("carrier", "alliance", "region"))},
    )


def test_keys_and_rows_without_an_entity_are_counted_at_the_end_of_the_path(linked: Project, engine: Engine) -> None:
    (source,) = examine_sources(engine, linked)
    assert (source["rows"], source["first"], source["last"]) == (6, "2013-01-01", "2013-01-06")
    found = {way["entity"]: (way["keys"], way["unmatched_keys"], way["unmatched_rows"]) for way in source["bridges"]}
    assert found == {"alliance": (4, 2, 3), "region": (4, 3, 4)}


def test_what_is_missing_is_a_problem(linked: Project, engine: Engine) -> None:
    flights = linked.sources["raw.flights"]
    sources = {
        "raw.nowhere": replace(flights, name="raw.nowhere"),
        "raw.flights": replace(flights, keys=(Key(("tail",), "carrier"),)),
        "raw.empty": replace(flights, name="raw.empty"),
    }
    engine.execute("CREATE TABLE raw.empty AS FROM raw.flights LIMIT 0")
    problems = [found["problem"] for found in examine_sources(engine, replace(linked, sources=sources))]
    assert problems == ["the table does not exist", "the table has no column tail", "the table has no rows"]
