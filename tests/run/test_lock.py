"""One writer per project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gnomon.errors import RunError
from gnomon.run.lock import LOCK_FILE, writer
from gnomon.run.plan import plan
from gnomon.run.stock import sqlmesh_cli

from .world import World

HOLD = """
import sys, time
from pathlib import Path
from gnomon.run.lock import writer
with writer(Path(sys.argv[1]), "gnomon plan prod"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with writer(tmp_path, "gnomon run prod"):
        with pytest.raises(RunError) as refused, writer(tmp_path, "gnomon plan prod"):
            raise AssertionError("held twice")
        problem = refused.value.problems[0]
        assert problem.code == "project_locked"
        assert "gnomon run prod" in problem.message and f"pid {os.getpid()}" in problem.message
    with writer(tmp_path, "gnomon plan prod"):
        assert "gnomon plan prod" in (tmp_path / LOCK_FILE).read_text()


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(RunError, match=f"pid {holder.pid}"), writer(tmp_path, "mine"):
        raise AssertionError("held twice")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with writer(tmp_path, "mine"):
        pass


def test_nothing_is_loaded_before_the_lock_is_held(world: World) -> None:
    world.settings(grains=["day"])
    (world.root / "config.py").write_text("raise SystemExit('config.py was executed')")
    with writer(world.root, "another"):
        with pytest.raises(RunError, match="another"):
            plan(world.root)
        with pytest.raises(RunError, match="another"):
            sqlmesh_cli(world.root, ["plan", "--auto-apply"])
