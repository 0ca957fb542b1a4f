"""SQLMesh's own command reads a Gnomon project, and writes it through Gnomon's materialization."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmesh import Context
from sqlmesh.core.lineage import lineage

from gnomon.run.stock import sqlmesh_cli

from .world import World, day

DAILY = "metrics.stars_to_artifact_daily"
TEST = """
test_stars:
  model: metrics.stars_to_artifact_daily
  vars: {start: 2024-01-01, end: 2024-01-02, execution_time: 2024-02-01}
  inputs:
    src.events:
      columns: {day: date, artifact: text, amount: bigint}
      rows:
      - {day: 2024-01-01, artifact: a, amount: 2}
      - {day: 2024-01-01, artifact: a, amount: 3}
      - {day: 2024-01-05, artifact: a, amount: 9}
  outputs:
    query:
    - {metrics_sample_date: 2024-01-01, to_artifact_id: a, metric: stars_daily, amount: %s}
"""


def stock(world: World, *args: str) -> subprocess.CompletedProcess[str]:
    """The `sqlmesh` that pip installed, in the project's folder."""
    command = [str(Path(sys.executable).with_name("sqlmesh")), *args]
    env = {**os.environ, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}
    return subprocess.run(command, cwd=world.root, env=env, capture_output=True, text=True, timeout=240)


@pytest.fixture
def project(world: World) -> World:
    world.settings(grains=["day", "week"])
    world.daily("2024-01-01", "2024-01-31")
    return world


def test_render(project: World) -> None:
    done = stock(project, "render", DAILY, "--start", "2024-01-03", "--end", "2024-01-04")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2024-01-03" in done.stdout and "metrics_sample_date" in done.stdout


def test_tests(project: World) -> None:
    (project.root / "tests").mkdir()
    (project.root / "tests" / "test_stars.yaml").write_text(TEST % "5.0")
    done = stock(project, "test")
    assert done.returncode == 0 and "Successfully Ran `1`" in done.stdout, done.stdout + done.stderr
    (project.root / "tests" / "test_stars.yaml").write_text(TEST % "6.0")
    assert stock(project, "test").returncode == 1


def test_plan_preview_and_plan_write_whole_buckets(project: World) -> None:
    explained = stock(project, "plan", "dev", "--explain", "--no-prompts", "--skip-tests")
    assert explained.returncode == 0 and "stars_to_artifact_weekly" in explained.stdout, explained.stdout
    dates = ["--start", "2024-01-03", "--end", "2024-01-10"]
    done = stock(project, "plan", "dev", "--auto-apply", "--no-prompts", "--skip-tests", *dates)
    assert done.returncode == 0, done.stdout + done.stderr
    weekly = project.table("stars_to_artifact_weekly", "metrics__dev")
    assert weekly == {(day("2024-01-01"), "a"): 7, (day("2024-01-08"), "a"): 7}


def test_lineage(project: World) -> None:
    context = Context(paths=[str(project.root)])
    model = context.get_model(DAILY, raise_if_missing=True)
    leaves = {leaf.name for leaf in lineage("amount", model).walk() if not leaf.downstream}
    assert any("amount" in leaf for leaf in leaves), leaves
    assert {name.replace('"', "") for name in model.depends_on} == {"warehouse.src.events"}


def test_gnomon_sqlmesh_hands_on_arguments_and_exit_codes(project: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert sqlmesh_cli(project.root, ["render", DAILY]) == 0
    assert "metrics_sample_date" in capfd.readouterr().out
    assert sqlmesh_cli(project.root, ["render", "metrics.nothing"]) != 0
