"""Run the cases of this folder: what Gnomon renders, executed, against SQL or rows that were written by hand.

`<example>.yaml` compares the metrics of an example with a `check_query` over its raw tables; `binding.yaml` holds
small projects of its own. Rendered queries run in a session whose time zone is nobody's, so that a result that
depends on the session's zone is found out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from ruamel.yaml import YAML

import gnomon
from cases.rows import Table, assert_same, fetch
from cases.small import CHECKED, build, fill
from gnomon.examples import ExampleInfo, create
from gnomon.examples.oss import create_from_parquet

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
ELSEWHERE = "Asia/Kathmandu"
DUCKDB = "duckdb"


def read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in read(name)["cases"]]


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> ExampleInfo:
    return create("flights", tmp_path_factory.mktemp("flights") / "project")


@pytest.fixture(scope="module")
def oss(tmp_path_factory: pytest.TempPathFactory) -> ExampleInfo:
    events = SHARED / "oss_events.parquet"
    if not events.is_file():
        pytest.skip(f"no {events.name} beside the repository, in ../shared/data")
    root = tmp_path_factory.mktemp("oss") / "project"
    return create_from_parquet(root, events, SHARED / "artifacts_by_project.csv", SHARED / "projects_by_collection.csv")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ExampleInfo:
    return create("shop", tmp_path_factory.mktemp("shop") / "project")


@pytest.fixture(scope="module")
def flights_project(flights: ExampleInfo) -> Any:
    return gnomon.load(flights.root)


@pytest.fixture(scope="module")
def oss_project(oss: ExampleInfo) -> Any:
    return gnomon.load(oss.root)


@pytest.fixture(scope="module")
def shop_project(shop: ExampleInfo) -> Any:
    return gnomon.load(shop.root)


@pytest.mark.parametrize("case", cases("flights"))
def test_flights(case: dict[str, Any], flights: ExampleInfo, flights_project: Any) -> None:
    check_example(case, flights, flights_project)


@pytest.mark.parametrize("case", cases("oss"))
def test_oss(case: dict[str, Any], oss: ExampleInfo, oss_project: Any) -> None:
    check_example(case, oss, oss_project)


@pytest.mark.parametrize("case", cases("shop"))
def test_shop(case: dict[str, Any], shop: ExampleInfo, shop_project: Any) -> None:
    check_example(case, shop, shop_project)


@pytest.mark.parametrize("name", ["flights", "oss", "shop"])
def test_every_metric_has_a_case(name: str) -> None:
    from importlib.resources import files

    text = (files("gnomon.examples") / name / "project" / "metrics.yaml").read_text(encoding="utf-8")
    assert set(YAML(typ="safe").load(text)) == {case["metric"] for case in read(name)["cases"]}


@pytest.fixture(scope="module")
def small_data() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        fill(connection, read("binding")["tables"])
        connection.execute(f"SET TimeZone = '{ELSEWHERE}'")
        yield connection


@pytest.mark.parametrize("case", cases("binding"))
def test_binding(case: dict[str, Any], tmp_path: Path, small_data: duckdb.DuckDBPyConnection) -> None:
    project = gnomon.load(build(tmp_path, read("binding"), case))
    if "error" in case:
        problems = gnomon.check(project)
        assert [problem.code for problem in problems if problem.severity == "error"] == [case["error"]]
        assert all(problem.help and problem.span for problem in problems)
        return
    assert [problem.code for problem in gnomon.check(project) if problem.severity == "error"] == []
    found = rendered(project, CHECKED, case, small_data, end="2024-04-30")
    expected = Table(tuple(case["columns"]), [tuple(row) for row in case["rows"]])
    assert_same(found, expected, default_metric=f"{CHECKED}_{case.get('interval', 'monthly')}")


def check_example(case: dict[str, Any], info: ExampleInfo, project: Any) -> None:
    """Compare one variant's rendered rows with those of the check query."""
    with duckdb.connect(str(info.database), read_only=True) as connection:
        expected = fetch(connection, case["check_query"])
        connection.execute(f"SET TimeZone = '{ELSEWHERE}'")
        found = rendered(project, case["metric"], case, connection, end=info.end.isoformat())
    assert_same(found, expected, default_metric=f"{case['metric']}_{case['interval']}")


def rendered(
    project: Any, metric: str, case: Mapping[str, Any], connection: duckdb.DuckDBPyConnection, end: str
) -> Table:
    """The rows of a case's variant, from the one query that is rendered for it."""
    start, last = case.get("range", (None, end))
    (query,) = gnomon.render(
        project,
        metric,
        dialect=DUCKDB,
        entity=case["entity"],
        interval=case.get("interval", "monthly"),
        full=True,
        start=as_date(start),
        end=as_date(last),
    )
    where = f"SELECT * FROM ({query.sql}) AS rendered WHERE {case['where']}" if "where" in case else query.sql
    return fetch(connection, where)


def as_date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
