"""The command itself: how fast it starts, where it writes, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from gnomon.cli.main import UNEXPECTED, Gnomon
from gnomon.cli.options import debug_option
from gnomon.errors import CheckFailed, Problem

GNOMON = str(Path(sys.executable).with_name("gnomon"))
HEAVY = ("sqlmesh", "sqlglot", "duckdb", "pyarrow", "pydantic", "altair", "vl_convert", "rich", "pandas")


def test_help_imports_nothing_heavy_and_is_quick() -> None:
    script = (
        "import sys, time; t = time.process_time(); from gnomon.cli.main import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], time.process_time() - t, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded, seconds = done.stderr.rsplit(" ", 1)
    assert loaded == "[]"
    assert float(seconds) < 0.3


def test_every_verb_has_help(gnomon: Any) -> None:
    assert gnomon("--help").exit_code == 0
    for verb in ("demo", "init", "check", "metrics", "query", "plan", "run", "restate", "local", "sources"):
        assert gnomon(verb, "--help").exit_code == 0, verb


def test_outside_of_a_project_one_sentence_says_so(gnomon: Any, tmp_path: Path) -> None:
    for verb in (["check"], ["metrics", "list"], ["plan"], ["run"], ["sqlmesh", "info"], ["sources", "pull"]):
        result = gnomon(*verb, cwd=tmp_path)
        assert (result.exit_code, result.stdout) == (2, ""), verb
        assert "error[no_project]" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_option_is_wrong_input(gnomon: Any) -> None:
    for args in (
        ["plann"],
        ["plan", "--nope"],
        ["query", "--metric", "x", "--by", "y", "--interval", "z", "--start", "x"],
    ):
        result = gnomon(*args)
        assert (result.exit_code, result.stdout) == (2, ""), args


def failing(error: BaseException) -> click.Command:
    group = Gnomon("failing")

    @group.command("verb")
    @debug_option
    def verb() -> None:
        raise error

    return group


def test_an_unexpected_error_asks_for_a_report_in_one_line() -> None:
    result = CliRunner().invoke(failing(ZeroDivisionError("division by zero\nmore")), ["verb"])
    assert result.exit_code == UNEXPECTED == 70
    assert len(result.stderr.splitlines()) == 1
    assert "ZeroDivisionError: division by zero" in result.stderr and "--debug" in result.stderr


def test_debug_shows_where() -> None:
    result = CliRunner().invoke(failing(ZeroDivisionError("x")), ["verb", "--debug"])
    assert result.exit_code == UNEXPECTED
    assert "Traceback" in result.stderr and "test_main.py" in result.stderr


def test_an_expected_error_is_printed_as_it_reads() -> None:
    error = CheckFailed(Problem("too_late", "the data is late", help="wait"))
    result = CliRunner().invoke(failing(error), ["verb"])
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{error}\n")


def test_an_interrupt_is_no_mistake() -> None:
    result = CliRunner().invoke(failing(KeyboardInterrupt()), ["verb"])
    assert (result.exit_code, result.stderr.strip()) == (130, "stopped")


def test_a_reader_that_has_enough_is_no_error(shop: Path) -> None:
    command = f"{GNOMON} metrics render --json | head -c 10"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=shop, capture_output=True, text=True)
    assert "Error" not in done.stderr and "mistake" not in done.stderr


@pytest.mark.parametrize("where", ["queries", "."])
def test_the_project_is_found_upward(gnomon: Any, shop: Path, where: str) -> None:
    result = gnomon("metrics", "list", "--json", cwd=shop / where)
    assert [row["metric"] for row in json.loads(result.stdout)] == ["orders", "total_price"]


def test_the_project_can_be_named(gnomon: Any, shop: Path, tmp_path: Path) -> None:
    result = gnomon("metrics", "list", "--json", "--project", str(shop), cwd=tmp_path)
    assert result.exit_code == 0 and len(json.loads(result.stdout)) == 2
