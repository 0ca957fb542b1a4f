"""`gnomon local sqlmesh-test` from the words to the verdict, on real plans."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from gnomon.compile.models import ModelSpec
from gnomon.errors import DefinitionError, RunError, UsageError
from gnomon.model import Project
from gnomon.run.local_test import LocalTest, local_test

WORDS = ["plan", "dev", "--start", "1 week", "--end", "now"]
NOW = "2026-11-21 10:20:00"
HERE = Path(__file__).parent / "project"
ROWS = "SELECT @metrics_sample_date(e.bucket_day) AS metrics_sample_date, '' AS event_source, e.to_artifact_id, \
@metric_name() AS metric, SUM(e.amount) AS amount FROM {} AS e WHERE {} AND e.bucket_day BETWEEN \
@metrics_start('DATE') AND @metrics_end('DATE') GROUP BY 1, 2, 3, 4"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the project beside this file."""
    return Path(shutil.copytree(HERE, tmp_path / "project"))


def only(root: Path, metrics: str, **queries: str) -> Path:
    """The project with these metrics instead of its own."""
    (root / "metrics.yaml").write_text(metrics)
    for name, sql in queries.items():
        (root / "queries" / f"{name}.sql").write_text(sql)
    return root


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


ONE = "m: {ref: m.sql, time_aggregations: [daily, weekly], entity_types: [artifact, project]}"
STARS = ROWS.format("oso.int_events_daily__github", "e.event_type = 'STARRED'")


def test_every_value_of_the_brief_s_metric(root: Path) -> None:
    text = (root / "metrics.yaml").read_text()
    only(root, text[: text.index("contributors:")])
    before = files(root)
    result = local_test(root, WORDS, execution_time=NOW)
    assert str(result).endswith(result.summary) and result.failures == [] and result.exit_code == 0
    assert (result.variants, result.rows > 1500) == (18, True)
    assert result.summary.startswith("18 variants, ") and ", 0 differences" in result.summary
    daily = next(found for found in result.results if found.name == "metrics.stars_to_artifact_daily")
    assert daily.samples == tuple(date(2026, 11, day) for day in range(14, 21))
    quarterly = next(found for found in result.results if found.name == "metrics.stars_to_project_quarterly")
    assert quarterly.samples == (date(2026, 7, 1),) and quarterly.rows > 5
    assert {name: data for name, data in files(root).items() if "__pycache__" not in name} == before


@pytest.mark.slow
def test_every_kind_of_metric(root: Path) -> None:
    result = local_test(root, WORDS, execution_time=NOW)
    assert result.failures == [], str(result)
    assert result.variants == len(result.results) == 52
    assert result.to_dict()["ok"] is True


def test_a_tampered_table_is_found_and_shown(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = LocalTest.plan

    def tampered(self: LocalTest, context: Any) -> None:
        plan(self, context)
        table = context.get_snapshot("metrics.m_to_project_daily").table_name()
        day = "metrics_sample_date = DATE '2026-11-16'"
        execute = context.engine_adapter.execute
        execute(f"UPDATE {table} SET amount = amount + 1 WHERE {day} AND to_project_id = 'project-2'")
        execute(f"DELETE FROM {table} WHERE metrics_sample_date = DATE '2026-11-17' AND to_project_id = 'project-3'")

    monkeypatch.setattr(LocalTest, "plan", tampered)
    result = local_test(only(root, ONE, m=STARS), WORDS, execution_time=NOW)
    assert [found.name for found in result.failures] == ["metrics.m_to_project_daily"]
    changed, lost = result.failures[0].differences
    assert changed.key["to_project_id"] == "project-2" and changed.built == changed.expected + 1
    assert changed.key["metrics_sample_date"] == date(2026, 11, 16)
    assert lost.key["to_project_id"] == "project-3" and lost.built == "no row"
    assert result.exit_code == 1 and not result.ok
    shown = str(result)
    assert "2 differences" in result.summary and "project-2" in shown and "no row" in shown


def long_window(query: exp.Query) -> None:
    for spec in query.find_all(exp.WindowSpec):
        if spec.args["kind"] == "RANGE":
            spec.set("start", exp.Literal.number(int(spec.args["start"].name) + 1))


def early_end(query: exp.Query) -> None:
    for node in list(query.find_all(exp.Alias)):
        if node.alias == "leaves" and isinstance(node.this, exp.Add):
            node.this.replace(node.this - exp.Literal.number(1))


def double_counting(query: exp.Query) -> None:
    for select in query.find_all(exp.Select):
        select.set("distinct", None)


def zero_for_null(query: exp.Query) -> None:
    for node in [node for node in query.find_all(exp.Sum) if not isinstance(node.parent, exp.Window)]:
        node.replace(exp.func("COALESCE", node.copy(), exp.Literal.number(0)))


def unfiltered(query: exp.Query) -> None:
    for node in list(query.find_all(exp.EQ)):
        if "event_type" in node.sql():
            node.replace(exp.true())


@pytest.mark.parametrize("mistake", [long_window, early_end, double_counting, zero_for_null, unfiltered])
def test_mistakes_in_plans_show_in_the_seeds(
    root: Path, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[exp.Query], None]
) -> None:
    prepare = LocalTest.prepare

    def mistaken(self: LocalTest, project: Project, specs: tuple[ModelSpec, ...]) -> tuple[ModelSpec, ...]:
        copies = tuple(replace(spec, query=spec.query.copy()) for spec in specs)
        for spec in copies:
            if spec.kind == "series":
                mistake(spec.query)
        return prepare(self, project, copies)

    monkeypatch.setattr(LocalTest, "prepare", mistaken)
    metrics = "m: {ref: m.sql, rolling: {windows: [7], unit: day}, entity_types: [project]}"
    result = local_test(only(root, metrics, m=STARS), WORDS, execution_time=NOW)
    assert result.failures and result.failures[0].differences


def test_an_empty_series_fails_and_says_what_was_seeded(root: Path) -> None:
    nothing = ROWS.format("oso.int_events_daily__github", "e.event_type = 'A' AND e.event_type = 'B'")
    result = local_test(only(root, ONE, m=nothing), WORDS, execution_time=NOW)
    assert len(result.failures) == 4 and result.exit_code == 1
    problem = result.failures[0].problem or ""
    assert "oso.int_events_daily__github" in problem and "event_type = 'A' and event_type = 'B'" in problem
    assert "4 empty" in result.summary


def test_wrong_definitions_words_and_folders_are_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        local_test(only(root, ONE, m="SELECT 1 AS amount"), WORDS, execution_time=NOW)
    with pytest.raises(UsageError, match="unknown_option"):
        local_test(root, ["plan", "dev", "--begin", "1 week"])
    with pytest.raises(UsageError, match="no_project"):
        local_test(tmp_path, WORDS)
    with pytest.raises(UsageError, match="empty_range"):
        local_test(only(root, ONE, m=STARS), ["plan", "dev", "--start", "2026-11-21"], execution_time=NOW)


def test_what_the_engine_refuses_names_the_table(root: Path) -> None:
    wrong = STARS.replace("SUM(e.amount)", "SUM(CAST(e.event_type AS INT))")
    with pytest.raises(RunError, match="m_to_"):
        local_test(only(root, ONE, m=wrong), WORDS, execution_time=NOW)


def test_models_that_metrics_read_are_built_from_seeds(root: Path) -> None:
    (root / "models").mkdir()
    (root / "models" / "active.sql").write_text(
        "MODEL (name staging.active, kind FULL, columns (person TEXT, sort TEXT));\n"
        "SELECT DISTINCT user_id AS person, sort FROM raw.people WHERE sort IN ('K', 'L')"
    )
    (root / "models" / "unrelated.sql").write_text(
        "MODEL (name marts.broken, kind FULL);\nSELECT 1 / x AS y FROM raw.nothing"
    )
    sources = (root / "sources.yaml").read_text()
    declared = "references:\n  staging.active: {columns: {person: {}, sort: {}}}\n"
    (root / "sources.yaml").write_text(sources.replace("references:\n", declared))
    joined = "AS e JOIN staging.active AS a ON a.person = e.from_artifact_id AND a.sort = 'K' WHERE"
    query = STARS.replace("AS e WHERE", joined)
    result = local_test(only(root, ONE, m=query), WORDS, execution_time=NOW)
    assert result.failures == [], str(result)
    assert "raw.people" in result.seeds and "staging.active" not in result.seeds


def test_sources_that_are_models_are_seeded_instead(root: Path) -> None:
    (root / "models").mkdir()
    (root / "models" / "events.sql").write_text(
        "MODEL (name oso.int_events_daily__github, kind FULL);\nSELECT * FROM read_parquet('no_such_file.parquet')"
    )
    result = local_test(only(root, ONE, m=STARS), WORDS, execution_time=NOW)
    assert result.failures == [] and result.seeds["oso.int_events_daily__github"] >= 400


def test_local_days_of_another_zone(root: Path) -> None:
    text = (root / "gnomon.yaml").read_text()
    (root / "gnomon.yaml").write_text(text + "time_zone: America/New_York\n")
    metrics = "visits: {ref: visits.sql, time_aggregations: [daily, weekly], entity_types: [page], entity_key: page_id}"
    result = local_test(only(root, metrics), WORDS, execution_time="2026-11-21 02:00:00")
    assert result.failures == [], str(result)
    assert result.results[0].samples[-1] == date(2026, 11, 19)


def test_a_scratch_schema_of_the_default_gateway(root: Path) -> None:
    with duckdb.connect(str(root / "warehouse.duckdb")) as warehouse:
        warehouse.execute("CREATE SCHEMA oso; CREATE TABLE oso.int_events_daily__github AS SELECT 1 AS mine")
    result = local_test(only(root, ONE, m=STARS), WORDS, duckdb=False, execution_time=NOW)
    assert result.failures == [] and result.variants == 4, str(result)
    with duckdb.connect(str(root / "warehouse.duckdb")) as warehouse:
        tables = warehouse.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
        schemas = warehouse.execute("SELECT schema_name FROM information_schema.schemata").fetchall()
    assert tables == [("oso", "int_events_daily__github")]
    assert not [name for (name,) in schemas if "gnomon_test" in name]


def test_keep_leaves_the_scratch_database(root: Path) -> None:
    result = local_test(only(root, ONE, m=STARS), [*WORDS, "--keep"], execution_time=NOW)
    assert result.kept is not None and str(result.kept) in result.summary
    try:
        with duckdb.connect(str(result.kept / "warehouse.duckdb"), read_only=True) as scratch:
            count = scratch.execute("SELECT COUNT(*) FROM metrics__dev.m_to_artifact_weekly").fetchone()
        assert count is not None and count[0] > 0
    finally:
        shutil.rmtree(result.kept)
