"""A project in a catalog: its tables, metrics and units, pushed as often as one likes."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

import gnomon
from gnomon.catalog.database import connect
from gnomon.catalog.projection import Nodes, project_nodes
from gnomon.catalog.sql import StoreNodes, metrics_sql
from gnomon.catalog.store import Store
from gnomon.cli.main import cli
from gnomon.compile.project import compile_project
from units_project.test_check import PROJECT, without_mistakes

FLIGHTS = Path(gnomon.__file__).parent / "examples/flights/project"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return without_mistakes(tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def nodes(folder: Path) -> Nodes:
    return project_nodes(gnomon.load(folder))


def push(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["catalog", "push", "--project", str(folder), *words])


def test_every_table_column_and_metric_is_there_with_its_unit(folder: Path, nodes: Nodes) -> None:
    project = gnomon.load(folder)
    for spec in compile_project(project):
        built = nodes[f"chain.{spec.name}"]
        assert [column.name for column in built.columns] == [column.name for column in spec.columns]
        amounts = [column for column in spec.columns if column.role == "amount" and spec.variant]
        for amount in amounts:
            (output,) = nodes[f"chain.{spec.variant.table}"].columns
            assert (output.unit, output.unit_ext) == (amount.unit, amount.unit_ext)
    fees = nodes["chain.oso.int_events_daily__blockchain"]
    assert {column.name: column.unit for column in fees.columns}["gas_fee"] == {"kind": "currency", "code": "wei"}


def test_what_a_column_is_made_of(nodes: Nodes) -> None:
    amount = {column.name: column for column in nodes["chain.metrics.fano_factor_to_artifact_monthly"].columns}[
        "amount"
    ]
    assert amount.lineage == ("chain.oso.int_events_daily__github.amount",)
    amount = {column.name: column for column in nodes["chain.metrics.velocity_to_artifact_monthly"].columns}["amount"]
    assert amount.lineage == (
        "chain.metrics.closed_issues_to_artifact_monthly.amount",
        "chain.metrics.commits_to_artifact_monthly.amount",
    )


def test_the_sum_of_a_metric_by_its_required_dimensions_is_the_tables_rows(folder: Path, nodes: Nodes) -> None:
    node = nodes["chain.gas_fees_to_artifact_daily"]
    keys = [each.rpartition(".")[2] for each in node.metric.required_dimensions]
    assert keys == ["metrics_sample_date", "event_source", "to_artifact_id", "from_artifact_id"]
    assert node.parents == ("chain.metrics.gas_fees_to_artifact_daily",)


def test_the_sql_of_dimensions_runs(nodes: Nodes) -> None:
    flights = project_nodes(gnomon.load(FLIGHTS))
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS flights; CREATE SCHEMA flights.raw")
        connection.execute("CREATE TABLE flights.raw.airlines AS SELECT 'UA' AS carrier, 'United' AS name")
        connection.execute("CREATE TABLE flights.raw.flights AS SELECT 'JFK' AS origin, 'LAX' AS dest, 'N1' AS tailnum")
        assert connection.execute(flights["flights.carrier"].query).fetchall() == [("UA", "United")]
        assert connection.execute(flights["flights.route"].query).fetchall() == [("JFK", "LAX")]
    links = {link.dimension: link.join_on for link in flights["flights.raw.flights"].links}
    assert links["flights.carrier"] == "flights.raw.flights.carrier = flights.carrier.carrier_id"
    assert "AND" in links["flights.route"]


def test_pushing_again_changes_nothing_and_a_unit_is_a_breaking_change(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "chain"
    shutil.copytree(folder, copied)
    first = push(copied)
    assert first.exit_code == 0 and "create chain.commits_to_artifact_daily" in first.output
    again = json.loads(push(copied, "--json").stdout)
    assert again["changes"] == []
    metrics = copied / "metrics.yaml"
    metrics.write_text(metrics.read_text().replace("unit: second", "unit: minute"))
    queries = copied / "queries/mean_latency.sql"
    queries.write_text(queries.read_text().replace("/ 1000", "/ 60000"))
    shown = push(copied, "--dry-run").output
    assert "update chain.mean_latency_to_artifact_daily v1.0.0 -> v2.0.0: columns." in shown and ".unit" in shown
    assert {change["level"] for change in json.loads(push(copied, "--json").stdout)["changes"]} == {"major"}


def test_what_disappears_is_deactivated_and_comes_back(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "chain"
    shutil.copytree(folder, copied)
    push(copied)
    metrics = copied / "metrics.yaml"
    before = metrics.read_text()
    metrics.write_text(before.replace("developers:\n  ref: developers.sql", "people:\n  ref: developers.sql"))
    gone = push(copied).output
    assert "deactivate chain.developers_to_artifact_monthly" in gone
    metrics.write_text(before)
    assert "bring back chain.developers_to_artifact_monthly" in push(copied).output


def test_tags_of_a_project_are_made(folder: Path, tmp_path: Path) -> None:
    """Such a project could not be pushed: there was no tag of that name."""
    copied = tmp_path / "chain"
    shutil.copytree(folder, copied)
    metrics = copied / "metrics.yaml"
    said = "developers:\n  ref: developers.sql"
    metrics.write_text(metrics.read_text().replace(said, f"{said}\n  additional_tags: [people]"))
    for words in (["--dry-run"], []):
        done = push(copied, *words)
        assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "create tag people"), done.output
    assert push(copied).stdout == ""
    node = Store(connect(str(copied / "catalog.db"))).get("chain.developers_to_artifact_monthly")
    assert node.revision.definition.tags == ("people",)


def test_a_dry_run_makes_no_file(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "chain"
    shutil.copytree(folder, copied)
    shown = push(copied, "--dry-run")
    assert shown.exit_code == 0 and "create chain.commits_to_artifact_daily" in shown.output
    assert "_over_30_day_window.amount: ETH\n" in shown.output and "would be made" in shown.output
    assert not (copied / "catalog.db").exists()


def test_wrong_definitions_are_not_pushed(tmp_path: Path) -> None:
    copied = tmp_path / "chain"
    shutil.copytree(PROJECT, copied)
    refused = push(copied)
    assert refused.exit_code == 2 and "declared_mismatch" in refused.output
    assert not (copied / "catalog.db").exists()


def test_metrics_of_two_tables_are_asked_for_together(tmp_path: Path) -> None:
    copied = tmp_path / "flights"
    shutil.copytree(FLIGHTS, copied)
    assert push(copied).exit_code == 0
    stored = StoreNodes(Store(connect(f"sqlite:///{copied / 'catalog.db'}")))
    metrics = ["flights.flights_to_carrier_daily", "flights.mean_departure_delay_to_carrier_daily"]
    dimensions = ["flights.sample_date.metrics_sample_date", "flights.carrier.carrier_id"]
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA metrics")
        counted = "('2013-01-01', 'UA', 3), ('2013-01-02', 'UA', 4)"
        meant = "('2013-01-02', 'UA', 7.5), ('2013-01-02', 'AA', 2)"
        for metric, rows in zip(metrics, (counted, meant), strict=True):
            table = f"metrics.{metric.rpartition('.')[2]}"
            connection.execute(f"CREATE TABLE {table} (metrics_sample_date DATE, carrier TEXT, amount DOUBLE)")
            connection.execute(f"INSERT INTO {table} VALUES {rows}")
        sql = metrics_sql(stored, metrics, dimensions, dialect="duckdb").sql
        found = connection.execute(sql).fetchall()
    first, second = date(2013, 1, 1), date(2013, 1, 2)
    assert sorted(found) == [(first, "UA", 3, None), (second, "AA", None, 2), (second, "UA", 4, 7.5)]
