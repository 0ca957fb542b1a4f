"""What SQLMesh is given: models without Python, stable versions, audits, and a clean error for wrong definitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmesh import Context
from sqlmesh.utils.errors import ConfigError

from gnomon.compile.sqlmesh import with_macros
from gnomon.errors import DefinitionError, Problem, RunError
from gnomon.loader import GnomonLoader
from gnomon.run.context import opened
from gnomon.source import Source
from gnomon.time import Calendar

from .world import World

DAILY = "metrics.stars_to_artifact_daily"


def test_a_model_holds_sql_alone(world: World) -> None:
    world.settings(grains=["day", "week"], windows=[7], batch_size=30)
    context = Context(paths=[str(world.root)])
    model = context.get_model("metrics.stars_to_artifact_weekly", raise_if_missing=True)
    assert model.python_env == {}
    assert model.kind.materialization == "gnomon_series"
    assert (model.lookback, model.batch_size, model.kind.batch_concurrency) == (3, 30, 1)
    assert model.custom_materialization_properties["grain"] == "week"
    assert [column.name for column in model.grains[0].expressions] == ["metrics_sample_date", "to_artifact_id"]
    assert model.column_descriptions["amount"] == "the metric's value, in stars"
    assert (model.tags, model.description) == (["model_type=full"], "stars")
    rendered = model.render_query_or_raise(start="2024-01-09", end="2024-01-10", execution_time="2024-02-01")
    sql = rendered.sql("duckdb")
    assert "'2024-01-09'" in sql and "'2024-02-01'" in sql and ":start_ds" not in sql and "comment" not in sql


def test_lookback_is_left_out_where_nothing_is_late(world: World) -> None:
    world.settings(grains=["day"], all_time=True)
    context = Context(paths=[str(world.root)])
    assert context.get_model("metrics.stars_to_artifact_over_all_time").kind.is_full


def test_a_comment_is_not_part_of_a_version(world: World) -> None:
    import handmade  # the projects' own helper, which their config.py put on the path

    world.settings(grains=["day"])
    before = Context(paths=[str(world.root)]).get_snapshot(DAILY, raise_if_missing=True).fingerprint.data_hash
    original = handmade.bucket_query
    try:
        handmade.bucket_query = lambda *args: original(*args).replace("a comment that must not matter", "another")
        after = Context(paths=[str(world.root)]).get_snapshot(DAILY, raise_if_missing=True).fingerprint.data_hash
        handmade.bucket_query = lambda *args: original(*args).replace("SUM", "MAX")
        other = Context(paths=[str(world.root)]).get_snapshot(DAILY, raise_if_missing=True).fingerprint.data_hash
    finally:
        handmade.bucket_query = original
    assert before == after != other


def test_the_execution_date_is_the_projects_own() -> None:
    from sqlglot import parse_one

    query = parse_one("SELECT CAST(:execution_ds AS DATE) AS d", dialect="duckdb")
    assert with_macros(query, Calendar()).sql("duckdb") == "SELECT CAST(@execution_ds AS DATE) AS d"  # type: ignore[arg-type]
    local = with_macros(query, Calendar("America/New_York")).sql("duckdb")  # type: ignore[arg-type]
    assert "AT TIME ZONE 'America/New_York'" in local and "@execution_tstz" in local


def test_options_may_be_given_in_a_call() -> None:
    loader = GnomonLoader(compat="oso")
    assert issubclass(loader, GnomonLoader)
    assert (loader.options, GnomonLoader.options) == ({"compat": "oso"}, {})


def test_every_problem_of_the_definitions_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import handmade

    problems = [Problem("unknown_field", f"unknown field '{n}'", Source("m.yaml", "a: 1").span(0)) for n in "ab"]

    def refuse(*_: Any) -> None:
        raise DefinitionError(*problems)

    world.settings(grains=["day"])
    Context(paths=[str(world.root)])
    monkeypatch.setattr(handmade.HandmadeLoader, "project", refuse)
    with pytest.raises(ConfigError, match=r"(?s)unknown field 'a'.*unknown field 'b'"):
        Context(paths=[str(world.root)])
    with pytest.raises(DefinitionError, match=r"(?s)unknown field 'a'.*unknown field 'b'"), opened(world.root, "test"):
        raise AssertionError("opened")


def test_a_host_model_of_the_same_name_is_refused(world: World) -> None:
    world.settings(grains=["day"])
    (world.root / "models").mkdir()
    (world.root / "models" / "mine.sql").write_text(f"MODEL (name {DAILY}, kind FULL); SELECT 1 AS a")
    with pytest.raises(RunError, match="rename either"), opened(world.root, "test"):
        raise AssertionError("opened")


def test_a_changed_definition_file_asks_for_a_reload(world: World) -> None:
    world.settings(grains=["day"])
    (world.root / "sources.yaml").write_text("sources: {}")
    context = Context(paths=[str(world.root)])
    loader = context._loaders[0]
    assert not loader.reload_needed()
    import os

    os.utime(world.root / "sources.yaml", (2**31, 2**31))
    assert loader.reload_needed()


@pytest.mark.parametrize(
    ("part", "days", "gaps"),
    [
        ("day", ["2024-01-01", "2024-01-02", "2024-01-05"], 2),
        ("week", ["2024-01-01", "2024-01-08", "2024-01-29"], 2),
        ("month", ["2024-01-01", "2024-02-01", "2024-05-01"], 2),
        ("quarter", ["2023-01-01", "2023-07-01"], 1),
        ("half_year", ["2022-01-01", "2022-07-01", "2023-07-01"], 1),
        ("year", ["2020-01-01", "2021-01-01", "2023-01-01"], 1),
        ("month", ["2024-01-01", "2024-02-01", "2024-03-01"], 0),
        ("hour", ["2024-01-01 00:00:00", "2024-01-01 03:00:00"], 2),
    ],
)
def test_gaps_are_found_in_every_grain(world: World, part: str, days: list[str], gaps: int) -> None:
    from gnomon.compile.sqlmesh_fields import argument

    world.settings(grains=["day"])
    context = Context(paths=[str(world.root)])
    model = context.get_model(DAILY, raise_if_missing=True)
    rows = ", ".join(f"(TIMESTAMP '{day}')" for day in days)
    audits = {audit.name: audit for audit in context._loaders[0]._load_audits({}, {}).values()}
    query = model.render_audit_query(
        audits["no_gaps"], start="2019-01-01", end="2024-12-31", no_gap_date_part=argument(part)
    ).sql("duckdb")
    sql = query.replace(_table_in(query), f"(VALUES {rows}) AS t(metrics_sample_date)")
    found = world.execute(sql)
    assert sum(row[2] for row in found) == gaps


def _table_in(query: str) -> str:
    import re

    match = re.search(r'"\w+"\."metrics"\."stars_to_artifact_daily"(?: AS "\w+")?', query)
    assert match is not None, query
    return match[0]


def test_a_missing_date_is_a_warning_of_the_run(world: World) -> None:
    from gnomon.run.plan import plan

    world.settings(grains=["day"], audits=[["no_gaps", {"no_gap_date_part": "day"}]])
    world.daily("2024-01-01", "2024-01-05")
    world.daily("2024-01-08", "2024-01-10")
    result = plan(world.root, execution_time="2024-01-11")
    assert result.applied and any("no_gaps" in warning for warning in result.warnings), result.warnings
    options = {"no_gap_date_part": "day", "missing_rate_min_threshold": 0.5}
    world.settings(grains=["day"], audits=[["no_gaps", options], ["has_at_least_n_rows", {"threshold": 3}]])
    assert plan(world.root, execution_time="2024-01-11").warnings == ()


def test_three_lines_of_config(tmp_path: Path) -> None:
    from gnomon.compile.sqlmesh_config import CONFIG_PY
    from gnomon.loader import config_for

    (tmp_path / "gnomon.yaml").write_text(json.dumps({"name": "demo", "start": "2024-01-01", "schema": "metrics"}))
    (tmp_path / "config.py").write_text(CONFIG_PY)
    config = config_for(tmp_path)
    gateway = config.gateways["local"]
    assert gateway.connection.database == str(tmp_path / "warehouse.duckdb")
    assert gateway.state_connection.database == str(tmp_path / "warehouse.state.duckdb")
    assert config.loader is GnomonLoader and config.disable_anonymized_analytics
    assert (config.model_defaults.dialect, config.model_defaults.start) == ("duckdb", "2024-01-01")
    (tmp_path / "gnomon.yaml").write_text("nmae: demo\n")
    with pytest.raises(ConfigError, match="nmae"):
        config_for(tmp_path)
