"""Date by date by joins, as Spark runs it, gives the rows of each date; on DuckDB, and on Spark where that is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

import gnomon
from gnomon.compile.sql import Options, per_date
from gnomon.expand import expand
from gnomon.plan import choose
from gnomon.plan.carried import NotCarried
from oracle.spell import project_files
from plans.dated_queries import QUERIES, REFUSED
from plans.test_hard_queries import DATES, INTERVALS, KIND
from plans.test_hard_queries import QUERIES as HARD
from plans.warehouses import Warehouse
from property.trial import connect
from property.world import rows_of, world

GROUPING = ("a_grouping_set", "rolled_up")
WHOLE = {name: sql for name, sql in HARD.items() if name not in GROUPING} | QUERIES


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("project")
    queries = WHOLE | {name: sql for name, (sql, _) in REFUSED.items()}
    metrics = {name: {"ref": f"{name}.sql", "entity_types": ["artifact"], **INTERVALS} for name in queries}
    texts = project_files(world(KIND)) | {"metrics.yaml": json.dumps(metrics)}
    texts |= {f"queries/{name}.sql": sql for name, sql in queries.items()}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return gnomon.load(folder)


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(world(KIND), rows_of(KIND)) as connection:
        yield connection


def wanted(name: str, suffix: str, project: Any, rows: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The rows of each date by itself."""
    (variant,) = (v for v in expand(project) if v.metric.name == name and v.suffix == suffix)
    each = [per_date(project, variant, day, "duckdb", Options()) for day in DATES[suffix]]
    return sorted((row for sql in each for row in rows.execute(sql).fetchall()), key=repr)


def shown(name: str, suffix: str, project: Any, dialect: str = "duckdb") -> str:
    start, *_, end = DATES[suffix]
    (found,) = gnomon.render(project, name, interval=suffix, start=start, end=end, dialect=dialect)
    return found.sql


@pytest.mark.parametrize("suffix", DATES)
@pytest.mark.parametrize("name", WHOLE)
def test_rows_are_those_of_each_date(
    name: str, suffix: str, project: Any, rows: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_carried(*_: object) -> None:
        raise NotCarried("it is not to be")

    monkeypatch.setattr(choose, "lifted", not_carried)
    monkeypatch.setattr(choose, "JOINED", ("duckdb",))
    sql = shown(name, suffix, project)
    assert "LATERAL" not in sql
    found = wanted(name, suffix, project, rows)
    assert found or name == "limit_zero"
    assert sorted(rows.execute(sql).fetchall(), key=repr) == found, sql


@pytest.mark.parametrize("dialect", ["spark", "databricks"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_joins_do_not_say_is_refused(name: str, dialect: str, project: Any) -> None:
    with pytest.raises(gnomon.DefinitionError, match="no_plan") as raised:
        shown(name, "over_7_day_window", project, dialect)
    assert REFUSED[name][1] in str(raised.value) and f"which {dialect} does not do" in str(raised.value)


@pytest.mark.parametrize("name", QUERIES)
def test_spark_runs_it(name: str, project: Any, rows: duckdb.DuckDBPyConnection, spark_warehouse: Warehouse) -> None:
    spark_warehouse.fill(world(KIND), rows_of(KIND))
    found = spark_warehouse.execute(shown(name, "over_7_day_window", project, "spark")).fetchall()
    assert sorted(found, key=repr) == wanted(name, "over_7_day_window", project, rows)
