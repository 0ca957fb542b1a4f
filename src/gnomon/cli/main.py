"""The command `gnomon`: its verbs, and what becomes of an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from gnomon.cli import (
    account,
    catalog,
    catalog_files,  # noqa: F401  its verbs and those of catalog_push join the group as they are imported
    check,
    demo,
    export,
    import_,
    init,
    local,
    metrics,
    plan,
    query,
    restate,
    run,
    serve,
    sources,
    sqlmesh,
)
from gnomon.cli.options import State
from gnomon.errors import GnomonError

UNEXPECTED = 70
"""EX_SOFTWARE of sysexits.h: a mistake of the program, not of its user."""
INTERRUPTED = 130


class Gnomon(click.Group):
    """A group that turns every error into one message on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order in which they are met."""
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command and leave the process with its exit code; nothing but that is returned."""
        state = State(debug=bool(os.environ.get("GNOMON_DEBUG")))
        try:
            code = super().main(args, *rest, **{**extra, "standalone_mode": False, "obj": state})
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has enough: `| head`
            code = 0
        except BaseException as error:
            code = report(error, state)
        sys.exit(code if isinstance(code, int) else 0)


def report(error: BaseException, state: State) -> int:
    """Print an error as its kind deserves, and return the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if isinstance(error, click.ClickException):
        error.show(file=sys.stderr)
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        click.echo("stopped", err=True)
        return INTERRUPTED
    if isinstance(error, GnomonError) and not state.debug:
        click.echo(str(error), err=True)
        return error.exit_code
    return unexpected(error, state)


def unexpected(error: BaseException, state: State) -> int:
    """Ask for a report, in one line; with --debug show where it happened."""
    if state.debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
        return error.exit_code if isinstance(error, GnomonError) else UNEXPECTED
    first = (str(error).strip().splitlines() or [""])[0]
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    click.echo(
        f"gnomon made a mistake ({said}); please report it with the output of the same command and --debug", err=True
    )
    return UNEXPECTED


@click.group(cls=Gnomon, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gnomon", message="gnomon %(version)s")
def cli() -> None:
    """Metric definitions in, time series that can be trusted out.

    Start with `gnomon demo`, or with `gnomon init` in a folder of your own.
    """


for command in (
    demo.demo,
    init.init,
    check.check,
    metrics.metrics,
    query.query,
    plan.plan,
    run.run,
    restate.restate,
    local.local,
    sources.sources,
    catalog.catalog,
    serve.serve,
    account.account,
    export.export,
    import_.import_,
    sqlmesh.sqlmesh,
):
    cli.add_command(command)


def main() -> None:
    """The console script."""
    cli.main(prog_name="gnomon")
