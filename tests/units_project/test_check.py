"""A project in the original's shape: its real mistakes in units are found, at their places, and nothing else is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import gnomon
from gnomon.cli.main import cli
from gnomon.errors import DefinitionError

PROJECT = Path(__file__).parent / "project"
WRONG = ("burstiness", "gas_fees_in_gwei")


def without_mistakes(root: Path) -> Path:
    """A copy whose wrong metrics say what their SQL gives."""
    folder = root / "right"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(".cache"))
    metrics = (folder / "metrics.yaml").read_text().split("\n")
    kept: list[str] = []
    for line in metrics:
        if not line.startswith(" "):
            name = line.rstrip(":")
        if not (name in WRONG and "metadata" in line):
            kept.append(line)
    (folder / "metrics.yaml").write_text("\n".join(kept))
    return folder


def test_the_real_mistakes_and_nothing_else() -> None:
    found = {(p.code, p.severity, str(p.span)) for p in gnomon.check(gnomon.load(PROJECT))}
    assert found == {
        # a variance squared over a mean is no Fano factor
        ("declared_mismatch", "error", "queries/burstiness.sql:12:3"),
        # issues and commits are added with bare weights
        ("count_label_mismatch", "warning", "queries/velocity.sql:2:29"),
        # wei divided by 10^9 is Gwei, not ETH; the metric that divides by 10^18 is right
        ("declared_mismatch", "error", "queries/gas_fees_in_gwei.sql:2:53"),
    }


def test_a_finding_says_both_sides_their_places_and_what_to_type() -> None:
    mismatch = next(p for p in gnomon.check(gnomon.load(PROJECT)) if str(p.span).startswith("queries/gas_fees_in"))
    assert mismatch.message == "'amount' is declared ETH and comes out in wei, times 1/1000000000"
    assert [note.rpartition(" at ")[2] for note in mismatch.notes] == ["sources.yaml:21:7", "metrics.yaml:39:20"]
    assert mismatch.help is not None


def test_wrong_units_are_neither_rendered_nor_built() -> None:
    project = gnomon.load(PROJECT)
    with pytest.raises(DefinitionError, match="declared_mismatch"):
        gnomon.render(project, "burstiness", execution_time=project.start.replace(month=3))
    assert gnomon.render(project, "fano_factor", execution_time=project.start.replace(month=3))


def test_units_of_every_output(tmp_path: Path) -> None:
    project = gnomon.load(without_mistakes(tmp_path))
    end = project.start.replace(month=3)
    rendered = {each.name: each.units["amount"] for each in gnomon.render(project, execution_time=end)}
    assert rendered == {
        "metrics.commits_to_artifact_daily": {"kind": "count", "code": "commits"},
        "metrics.commits_to_artifact_monthly": {"kind": "count", "code": "commits"},
        "metrics.closed_issues_to_artifact_daily": {"kind": "count", "code": "issues"},
        "metrics.closed_issues_to_artifact_monthly": {"kind": "count", "code": "issues"},
        "metrics.developers_to_artifact_monthly": {"kind": "count", "code": "developers"},  # what the key identifies
        "metrics.burstiness_to_artifact_monthly": None,  # events^3: unit JSON cannot say it
        "metrics.fano_factor_to_artifact_monthly": {"kind": "count", "code": "events"},
        "metrics.velocity_to_artifact_monthly": None,
        "metrics.gas_fees_to_artifact_daily": {"kind": "currency", "code": "ETH"},
        "metrics.gas_fees_to_artifact_over_30_day_window": {"kind": "currency", "code": "ETH"},
        "metrics.gas_fees_in_gwei_to_artifact_daily": {"kind": "currency", "code": "wei"},  # no unit is 10^9 of them
        "metrics.mean_latency_to_artifact_daily": {"kind": "time", "code": "s"},
    }
    (burst,) = gnomon.render(project, "burstiness", execution_time=end)
    amount = next(column for column in burst.columns if column.name == "amount")
    assert amount.unit_ext == {"product": [["count", "events", 3]], "scale": "1"}


def test_the_command_line_shows_them(tmp_path: Path) -> None:
    folder = without_mistakes(tmp_path)
    run = CliRunner()
    listed = run.invoke(cli, ["metrics", "list", "--project", str(folder)]).output
    assert "events^3" in next(line for line in listed.splitlines() if line.startswith("burstiness"))
    shown = run.invoke(cli, ["metrics", "show", "burstiness", "--project", str(folder)]).output
    assert "events^3" in shown
    header = run.invoke(
        cli, ["metrics", "render", "burstiness", "--project", str(folder), "--end", "2024-03-01"]
    ).output
    assert "amount: events^3" in header
    as_json = run.invoke(
        cli, ["metrics", "render", "burstiness", "--json", "--project", str(folder), "--end", "2024-03-01"]
    )
    (only,) = json.loads(as_json.stdout)
    assert only["units"]["amount"] is None
    assert only["unit_ext"] == {"amount": {"product": [["count", "events", 3]], "scale": "1"}}
