"""SQLMesh's own command line in a project, with the writer's lock for the verbs that write."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from gnomon.run.context import prepare_environment
from gnomon.run.lock import writer

WRITES = {"plan", "run", "invalidate", "janitor", "destroy", "migrate", "rollback", "state", "ui", "clean"}
"""Verbs that change the warehouse or SQLMesh's state."""


def sqlmesh_cli(root: str | Path, args: Sequence[str]) -> int:
    """Runs `sqlmesh ARGS` in the project at `root`; returns its exit code. Raises RunError `project_locked`."""
    root = Path(root).resolve()
    verb = next((arg for arg in args if not arg.startswith("-")), "")
    with writer(root, f"gnomon sqlmesh {verb}") if verb in WRITES else nullcontext():
        prepare_environment()
        from sqlmesh.cli.main import cli

        from gnomon.run.upstream import correct_sqlmesh

        correct_sqlmesh()
        logs = ["--log-file-dir", str(root / ".cache" / "logs")]
        return invoked(cli, ["--paths", str(root), *logs, *args])


def invoked(cli: click.Command, args: list[str]) -> int:
    """Runs a command and returns its exit code; closes SQLMesh's context, which holds a connection that writes."""
    try:
        with cli.make_context("gnomon sqlmesh", args) as context:
            try:
                cli.invoke(context)
            finally:
                if hasattr(context.obj, "close"):
                    context.obj.close()
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as refused:
        refused.show()
        return refused.exit_code
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0
