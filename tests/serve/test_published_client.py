"""DataJunction's published Python client against `gnomon serve`: what it reads, deploys, pulls and writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gnomon.units.legacy import LEGACY_UNITS
from serve.conftest import PASSWORD, new_catalog
from serve.project import FLAT, STRUCTURED, write_project, write_warehouse

FLOW = Path(__file__).parent / "client_flow.py"
COMMAND = "from gnomon.cli.main import main; main()"
UNREADABLE = ("millisecond", "bit", "byte")
"""Flat units that the published client has no word for."""


@contextmanager
def gnomon_serve(database: str, *more: str) -> Iterator[str]:
    """`gnomon serve` on a free port; the URL that it prints."""
    words = ["serve", "--database", database, "--port", "0", *more]
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="module")
def told(published: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the client says of one flow."""
    folder = tmp_path_factory.mktemp("client")
    database, warehouse = new_catalog(str(folder / "catalog.db")), write_warehouse(folder / "warehouse.duckdb")
    project = write_project(folder / "project")
    with gnomon_serve(database, "--warehouse", warehouse) as url:
        environment = {**os.environ, "DJ_DEPLOY_BRANCH": "", "GIT_CEILING_DIRECTORIES": str(folder)}
        asked = [published, str(FLOW), url, str(project), PASSWORD]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-4000:]
    line = next(line for line in done.stdout.splitlines() if line.startswith("TOLD "))
    found: dict[str, Any] = json.loads(line.removeprefix("TOLD "))
    return found


# Deployments


def test_a_dry_run_writes_nothing(told: dict[str, Any]) -> None:
    assert told["dry"] == told["first"] == {"create": 7 + len(FLAT) + len(STRUCTURED)}
    assert told["nothing"] == []


def test_pushed_again_nothing_changes(told: dict[str, Any]) -> None:
    assert told["second"] == {"noop": told["first"]["create"]}


def test_what_is_pulled_says_the_same(told: dict[str, Any]) -> None:
    assert told["pulled"] == {"noop": told["first"]["create"]}


def test_a_pull_into_the_folder_itself_changes_no_file(told: dict[str, Any]) -> None:
    assert told["same_files"] == []


def test_a_file_that_is_gone_takes_its_node_out(told: dict[str, Any]) -> None:
    """The updates are what the client wrote to the nodes by itself, which the files do not say."""
    assert told["impact"] == {"noop": told["first"]["create"] - 3, "update": 2, "delete": 1}


# Reading


def test_listings(told: dict[str, Any]) -> None:
    read = told["read"]
    assert read["namespaces"] == ["shop"]
    assert read["sources"] == ["shop.orders", "shop.users_table"]
    assert read["dimensions"] == ["shop.users"]
    assert read["cubes"] == ["shop.overview"]
    assert sorted(read["metrics"]) == sorted(
        f"shop.{name}" for name in ("revenue", "buyers", *(f"in_{unit}" for unit in (*FLAT, *STRUCTURED)))
    )
    assert len(read["nodes"]) == len(read["metrics"]) + 4
    assert (read["catalogs"], read["engines"], read["tagged"]) == (["default"], [], ["shop.revenue"])


@pytest.mark.parametrize("word", [word for word in FLAT if word not in ("unknown", *UNREADABLE)])
def test_a_flat_unit_comes_back_as_it_was_written(told: dict[str, Any], word: str) -> None:
    unit = LEGACY_UNITS[word]
    assert told["read"]["metrics"][f"shop.in_{word}"] == {"unit": word, "direction": "neutral", "structured": unit}


@pytest.mark.parametrize("word", UNREADABLE)
def test_a_word_that_the_client_lacks_is_unknown_to_it(told: dict[str, Any], word: str) -> None:
    """The client ends in a traceback at any other answer; the structured unit says what it is."""
    unit = LEGACY_UNITS[word]
    assert told["read"]["metrics"][f"shop.in_{word}"] == {"unit": "unknown", "direction": "neutral", "structured": unit}


@pytest.mark.parametrize("name", STRUCTURED)
def test_a_unit_that_no_word_says(told: dict[str, Any], name: str) -> None:
    found = told["read"]["metrics"][f"shop.in_{name}"]
    assert found == {"unit": None, "direction": None, "structured": STRUCTURED[name]}


def test_a_unit_that_no_word_says_beside_a_direction(told: dict[str, Any]) -> None:
    found = told["read"]["metrics"]["shop.revenue"]
    assert found == {"unit": "unknown", "direction": "higher_is_better", "structured": STRUCTURED["euro"]}


def test_nodes_and_links(told: dict[str, Any]) -> None:
    read = told["read"]
    assert [(column["name"], column["type"]) for column in read["source"]][-1] == ("amount", "double")
    assert read["links"] == ["shop.orders.user_id = shop.users.id"]
    assert read["dimension"] == ["id"]
    assert read["cube"] == [["shop.revenue", "shop.buyers"], ["shop.users.country"]]
    assert read["upstream"] == ["shop.buyers", "shop.revenue", "shop.users", "shop.orders", "shop.users_table"]
    assert read["downstream"] == ["shop.users", "shop.overview"]


def test_dimensions_and_metrics_in_common(told: dict[str, Any]) -> None:
    read = told["read"]
    assert read["common_dimensions"] == ["shop.users.country", "shop.users.id"]
    assert read["common_metrics"] == sorted(read["metrics"])


def test_sql_and_data(told: dict[str, Any]) -> None:
    read = told["read"]
    assert "SUM(" in read["sql"] and "'PT'" in read["sql"] and "shop.users" in read["node_sql"]
    assert read["plan"] == ["full", "limited"]
    assert read["data"] == [["shop.users.country", "shop.revenue", "shop.buyers"], [["DE", 4.0, 1], ["PT", 12.5, 1]]]
    assert read["node_data"] == [[1, "PT"], [2, "DE"]]


# Writing, node by node


def test_what_is_saved_keeps_its_unit(told: dict[str, Any]) -> None:
    """The client sends back `unknown` and `neutral`, which it was told only because it reads no null."""
    written = told["written"]
    euro = {"unit": "unknown", "direction": "higher_is_better", "structured": STRUCTURED["euro"]}
    assert written["revenue"] == euro
    assert written["millisecond"] == told["read"]["metrics"]["shop.in_millisecond"]
    assert written["revisions"] == ["v1.0.0", "v1.0.1"]
    assert written["descriptions"] == ["All that was sold", "Who buys"]


def test_nodes_that_are_made(told: dict[str, Any]) -> None:
    written = told["written"]
    assert written["age"] == {"unit": "week", "direction": "neutral", "structured": {"kind": "time", "code": "wk"}}
    assert written["links"] == ["made.days.day = made.day.day"]
    number = written["columns"][1]
    assert (number["display_name"], number["description"]) == ("Number", "how many")
    assert number["attributes"] == [{"name": "dimension", "namespace": "system"}]
    assert written["again"] == {"refused": "Namespace `made` already exists."}
    assert (written["gone"]["refused"]["message"], written["back"]) == (
        "A node with name `made.cube` does not exist.",
        "made.cube",
    )
    assert written["tag"] == {"since": 1}


# What goes wrong


def test_refusals_reach_the_client_as_json(told: dict[str, Any]) -> None:
    refused = told["refused"]
    assert refused["unknown"]["refused"]["message"] == "A node with name `shop.nope` does not exist."
    assert refused["unit"]["refused"]["message"].startswith("unknown unit 'dollars'")
    assert refused["unchanged"] is True
    assert refused["login"]["refused"]["errors"][0]["code"] == "INVALID_LOGIN_CREDENTIALS"
    assert refused["stranger"]["refused"]["message"] == "Not authenticated"


# The command line


def test_the_command_dj(published: str, tmp_path: Path) -> None:
    """`dj push`, `dj pull` and `dj list`, as they are typed."""
    database = new_catalog(str(tmp_path / "catalog.db"))
    project = write_project(tmp_path / "project")
    with gnomon_serve(database) as url:
        environment = {**os.environ, "DJ_URL": url, "DJ_USER": "ada", "DJ_PWD": PASSWORD, "TERM": "dumb"}

        def dj(*words: str) -> str:
            asked = [published, "-m", "datajunction.cli", *words]
            done = subprocess.run(
                asked, capture_output=True, text=True, timeout=120, env=environment, cwd=tmp_path, check=False
            )
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
            return done.stdout

        assert "SUCCESS" in dj("push", str(project), "--namespace", "shop")
        assert "shop.revenue" in dj("list", "metrics", "--namespace", "shop")
        dj("pull", "shop", str(tmp_path / "pulled"))
        assert (tmp_path / "pulled" / "revenue.yaml").read_text().startswith("name: ${prefix}revenue")
