"""A whole project, from its YAML and SQL: plans, runs, late events and moved bridges end in one full rebuild."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gnomon.compile.sqlmesh_config import CONFIG_PY
from gnomon.errors import DefinitionError
from gnomon.run.advance import run
from gnomon.run.plan import plan
from gnomon.run.restate import restate
from gnomon.run.stock import sqlmesh_cli

FILES = {
    "config.py": CONFIG_PY,
    "gnomon.yaml": "{name: small, schema: metrics, start: 2024-01-01, default_dialect: duckdb}\n",
    "sources.yaml": """
sources:
  raw.events:
    time: day
    keys: {artifact_id: artifact}
    columns:
      day: {type: date}
      artifact_id: {type: text}
      dev: {type: text}
      amount: {type: bigint, unit: {kind: count, code: events}}
entities: {artifact: {}, project: {}}
relationships:
  - {table: raw.bridge, from: {artifact: artifact_id}, to: {project: project_id}}
""",
    "metrics.yaml": """
stars:
  ref: stars.sql
  entity_key: artifact_id
  time_aggregations: [daily, weekly, monthly, over_all_time]
  rolling: {windows: [7], unit: day, cron: "@daily"}
  entity_types: [artifact, project]
  metadata: {display_name: Stars, description: how many, unit: {kind: count, code: stars}}
devs:
  ref: devs.sql
  entity_key: artifact_id
  time_aggregations: [weekly]
  rolling: {windows: [30], unit: day, cron: "@daily"}
  entity_types: [artifact, project]
""",
    "queries/stars.sql": """
SELECT @metrics_sample_date(day) AS metrics_sample_date, artifact_id, @metric_name('stars') AS metric,
  SUM(amount) AS amount
FROM raw.events WHERE day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3
""",
    "queries/devs.sql": """
SELECT @metrics_sample_date(day) AS metrics_sample_date, artifact_id, @metric_name('devs') AS metric,
  COUNT(DISTINCT dev) AS amount
FROM raw.events WHERE day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3
""",
}
TABLES = [
    f"{metric}_to_{entity}_{interval}"
    for metric, intervals in {
        "stars": ["daily", "weekly", "monthly", "over_all_time", "over_7_day_window"],
        "devs": ["weekly", "over_30_day_window"],
    }.items()
    for entity in ("artifact", "project")
    for interval in intervals
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "small"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    execute(root, "CREATE SCHEMA raw")
    execute(root, "CREATE TABLE raw.events (day DATE, artifact_id TEXT, dev TEXT, amount BIGINT)")
    execute(root, "CREATE TABLE raw.bridge (artifact_id TEXT, project_id TEXT)")
    execute(root, "INSERT INTO raw.bridge VALUES ('a', 'p'), ('b', 'p'), ('b', 'q')")
    return root


def execute(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        return connection.execute(sql).fetchall()


def tables(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: execute(root, f"SELECT * FROM metrics.{name} ORDER BY ALL") for name in TABLES}


def rebuilt(root: Path, execution: str) -> dict[str, list[tuple[Any, ...]]]:
    """The tables of a project of the same data that is built for the first time."""
    fresh = root.with_name(f"fresh_{execution[:10]}_{random.getrandbits(32)}")
    shutil.copytree(root, fresh, ignore=shutil.ignore_patterns("*.duckdb*", ".*"))
    with duckdb.connect(str(fresh / "warehouse.duckdb")) as connection:
        connection.execute(f"ATTACH '{root / 'warehouse.duckdb'}' AS old (READ_ONLY)")
        connection.execute("CREATE SCHEMA raw")
        connection.execute("CREATE TABLE raw.events AS FROM old.raw.events")
        connection.execute("CREATE TABLE raw.bridge AS FROM old.raw.bridge")
    plan(fresh, execution_time=execution)
    return tables(fresh)


def insert(root: Path, rng: random.Random, first: date, last: date, count: int) -> None:
    rows = []
    for _ in range(count):
        day = first + timedelta(days=rng.randint(0, (last - first).days))
        rows.append(f"('{day}', '{rng.choice('abc')}', 'd{rng.randint(0, 5)}', {rng.randint(1, 9)})")
    execute(root, f"INSERT INTO raw.events VALUES {', '.join(rows)}")


@pytest.mark.parametrize("seed", [1, 2])
def test_any_history_ends_as_a_full_rebuild(project: Path, seed: int) -> None:
    rng = random.Random(seed)
    today = date(2024, 2, 1) + timedelta(days=rng.randint(0, 27))
    insert(project, rng, date(2023, 12, 20), today - timedelta(days=1), 300)
    assert plan(project, execution_time=f"{today} 01:00:00").applied
    hour = 1
    for _ in range(6):
        step = rng.choice(["again", "next", "jump", "late", "restate", "bridge"])
        if step == "again":
            hour = min(hour + 1, 23)
        elif step in ("next", "jump"):
            gone = timedelta(days=1 if step == "next" else rng.randint(2, 20))
            insert(project, rng, today, today + gone - timedelta(days=1), 20)
            today, hour = today + gone, rng.randint(0, 20)
        elif step == "late":
            insert(project, rng, today - timedelta(days=3), today - timedelta(days=1), 10)
        elif step == "restate":
            day = today - timedelta(days=rng.randint(5, 25))
            insert(project, rng, day, day, 5)
            restate(project, since=str(day), until=str(day), execution_time=f"{today} {hour:02}:30:00")
        else:
            execute(project, f"INSERT INTO raw.bridge VALUES ('{rng.choice('abc')}', '{rng.choice('pqr')}')")
        run(project, execution_time=f"{today} {hour:02}:45:00")
    moment = f"{today} {hour:02}:50:00"
    built, fresh = tables(project), rebuilt(project, moment)
    assert all(built.values())
    assert built == fresh


def test_stock_commands_read_it(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert sqlmesh_cli(project, ["render", "metrics.devs_to_project_weekly"]) == 0
    assert "COUNT(DISTINCT" in capfd.readouterr().out
    assert sqlmesh_cli(project, ["render", "metrics.timeseries_metrics_to_project"]) == 0


def test_definitions_are_compiled_once(project: Path) -> None:
    from gnomon.compile.spec_cache import fingerprint, remembered
    from gnomon.load.project import load

    loaded, calls = load(project), []
    folder = project / ".cache" / "gnomon"

    def compiling(given: Any) -> Any:
        from gnomon.compile.project import compile_project

        calls.append(given)
        return compile_project(given)

    first, second = remembered(folder, loaded, compiling), remembered(folder, loaded, compiling)
    assert len(calls) == 1
    assert [spec.query.sql("duckdb") for spec in first] == [spec.query.sql("duckdb") for spec in second]
    assert [spec.name for spec in first] == [spec.name for spec in second]
    (project / "queries" / "stars.sql").write_text(FILES["queries/stars.sql"].replace("SUM", "MAX"))
    changed = load(project)
    assert fingerprint(changed) != fingerprint(loaded)
    assert "MAX" in next(s for s in remembered(folder, changed, compiling) if "stars_to" in s.name).query.sql()
    next(folder.glob("specs_*")).write_bytes(b"half a file")
    assert len(remembered(folder, changed, compiling)) == len(first)


def test_wrong_definitions_write_nothing(project: Path) -> None:
    (project / "metrics.yaml").write_text(FILES["metrics.yaml"].replace("weekly", "weakly"))
    with pytest.raises(DefinitionError, match=r"metrics\.yaml:5"):
        plan(project)
    assert execute(project, "SELECT COUNT(*) FROM duckdb_schemas() WHERE schema_name = 'metrics'") == [(0,)]
