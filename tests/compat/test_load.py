"""Older definitions load with warnings under `compat: oso`, and what cannot be right is refused by name."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import gnomon
from gnomon.check import refused
from gnomon.cli.main import cli
from gnomon.compile.project import compile_project
from gnomon.errors import DefinitionError

from .conftest import copied

REFUSED = {(metric, entity) for metric in ("regularity", "regular_pushes") for entity in ("project", "collection")}
BUILT = 108
AFTER = date(2024, 7, 1)
DECLARED = """
sources:
  oso.int_events_daily__grants: {time: bucket_day, keys: {to_artifact_id: artifact}}
references: {oso.int_accounts: , oso.int_repo_ages: }
"""


def codes(problems: list[Any], severity: str) -> dict[str, int]:
    found = [problem.code for problem in problems if problem.severity == severity]
    return {code: found.count(code) for code in sorted(set(found))}


def test_what_is_not_declared_is_a_warning(project: Any) -> None:
    problems = gnomon.check(project)
    assert codes(problems, "error") == {}
    assert codes(problems, "warning") == {
        "frame_restarts": 1,
        "refused_variant": 4,
        "undeclared_output_column": 1,
        "undeclared_source": 1,
        "undeclared_table": 2,
    }
    said = {problem.code: problem.message for problem in problems if problem.code != "undeclared_table"}
    assert "oso.int_events_daily__grants" in said["undeclared_source"]
    assert "'fees'" in said["undeclared_output_column"]


def test_the_same_are_errors_otherwise(tmp_path: Path) -> None:
    strict = gnomon.load(copied(tmp_path / "strict", "{name: strict}\n"))
    problems = gnomon.check(strict)
    assert codes(problems, "error") == {"undeclared_table": 3}
    tables = sorted(p.message.split("'")[1] for p in problems if p.code == "undeclared_table")
    assert tables == ["oso.int_accounts", "oso.int_events_daily__grants", "oso.int_repo_ages"]
    with pytest.raises(DefinitionError, match="undeclared_table"):
        compile_project(strict)


def test_declaring_the_tables_leaves_what_is_wrong(tmp_path: Path) -> None:
    folder = copied(tmp_path / "declared", "{name: declared}\n")
    (folder / "sources.yaml").write_text(DECLARED)
    declared = gnomon.load(folder)
    assert codes(gnomon.check(declared), "error") == {"entity_key_mismatch": 1, "undeclared_output_column": 1}
    assert refused(declared) == {}


def test_refused_by_name(project: Any) -> None:
    left_out = refused(project)
    assert set(left_out) == REFUSED
    own, through_peer = left_out["regularity", "project"], left_out["regular_pushes", "project"]
    assert own.message.startswith("'regularity' is not built for 'project': 'days.to_artifact_id' holds a project")
    assert own.span is not None and own.span.line == 20
    assert through_peer.message == (
        "'regular_pushes' is not built for 'project': its peer 'regularity' is not built for 'project'"
    )


def test_everything_else_is_built(project: Any) -> None:
    specs = compile_project(project)
    built = {spec.variant.name for spec in specs if spec.variant is not None}
    wanted = {v.name for v in gnomon.expand(project) if (v.metric.key, v.entity) not in REFUSED}
    assert built == wanted and len(built) == BUILT
    names = {spec.name for spec in specs}
    assert {"oso.timeseries_metrics_to_project", "oso.key_metrics_to_collection", "oso.metrics_metadata"} <= names
    assert "oso.regularity_to_artifact_monthly" in names and "oso.regularity_to_project_monthly" not in names


def test_render_leaves_the_refused_out_unless_only_they_are_asked_for(project: Any) -> None:
    rendered = gnomon.render(project, "regularity", execution_time=AFTER)
    assert {each.entity for each in rendered} == {"artifact"}
    assert {each.dialect for each in rendered} == {"trino"}
    with pytest.raises(DefinitionError, match=r"error\[refused_variant\]: 'regularity' is not built for 'project'"):
        gnomon.render(project, "regularity", entity="project", execution_time=AFTER)


def test_extras_are_kept_in_the_metrics_own_table(project: Any) -> None:
    (rendered,) = gnomon.render(project, "grants", entity="project", interval="monthly", execution_time=AFTER)
    roles = {column.name: column.role for column in rendered.columns}
    assert roles["fees"] == "extra" and roles["unit"] == "dimension" and roles["to_project_id"] == "entity"


def test_audits_tags_and_kinds_come_from_the_projects_functions(project: Any) -> None:
    specs = {spec.name: spec for spec in compile_project(project)}
    pushes = specs["oso.pushes_to_project_monthly"]
    assert [name for name, _ in pushes.audits] == ["has_at_least_n_rows", "no_gaps"]
    assert dict(pushes.audits)["no_gaps"]["no_gap_date_part"] == "month"
    assert "entity=project" in pushes.tags and "area=code" in pushes.tags
    assert [name for name, _ in specs["oso.pushes_to_project_weekly"].audits] == ["has_at_least_n_rows"]
    assert [name for name, _ in specs["oso.grants_to_project_monthly"].audits] == ["has_at_least_n_rows"]
    assert specs["oso.pushes_per_day_to_project_monthly"].kind == "full"


def test_the_command_line_lists_them(root: Path) -> None:
    listed = CliRunner().invoke(cli, ["metrics", "list", "--json", "--project", str(root)])
    assert listed.exit_code == 0, listed.output
    rows = {row["metric"]: row for row in json.loads(listed.stdout)}
    assert rows["regularity"]["entities"] == ["artifact"]
    assert rows["regularity"]["refused"] == ["project", "collection"]
    assert rows["pushes"]["refused"] == []
    checked = CliRunner().invoke(cli, ["check", "--project", str(root)])
    assert checked.exit_code == 0, checked.output
    assert f"older: 15 metrics, {BUILT} variants" in checked.output
    assert checked.output.count("refused_variant") == 4 and checked.output.count("undeclared_source") == 1


def test_the_loader_takes_compat_without_a_settings_file(tmp_path: Path, project: Any) -> None:
    folder = copied(tmp_path / "loader", None)
    (folder / "config.py").write_text(
        "from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig\n"
        "from gnomon.loader import GnomonLoader\n"
        'config = Config(loader=GnomonLoader(compat="oso"), default_gateway="local",\n'
        "    gateways={'local': GatewayConfig(connection=DuckDBConnectionConfig())},\n"
        '    model_defaults=ModelDefaultsConfig(dialect="duckdb"))\n'
    )
    from sqlmesh import Context

    models = {model.name for model in Context(paths=[str(folder)]).models.values()}
    assert {spec.name for spec in compile_project(project)} <= models
