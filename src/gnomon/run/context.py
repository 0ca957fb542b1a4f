"""A project opened for work: the lock is held, its definitions are loaded, SQLMesh is quiet and corrected."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from gnomon.compile.models import ModelSpec
from gnomon.errors import Problem, RunError, UsageError
from gnomon.model import Project
from gnomon.run.console import Progress, QuietConsole, table_name
from gnomon.run.lock import writer


@dataclass(frozen=True, slots=True)
class Session:
    """An open project. `specs` are by fully qualified model name; `execution` is the instant that the work is for."""

    root: Path
    context: Any
    console: QuietConsole
    project: Project
    specs: dict[str, ModelSpec]
    execution: datetime

    @property
    def today(self) -> date:
        """The execution date: the project's own, which may not be UTC's."""
        return self.project.calendar.local_date(self.execution)

    def snapshots(self, environment: str) -> dict[str, Any]:
        """The snapshots of an environment by model name, with the intervals that are built; {} where there is none."""
        found = self.context.state_reader.get_environment(environment)
        if found is None:
            return {}
        stored = self.context.state_reader.get_snapshots(found.snapshots)
        return {snapshot.name: snapshot for snapshot in stored.values()}


@contextmanager
def opened(
    root: str | Path,
    purpose: str,
    *,
    write: bool = True,
    execution_time: Any = None,
    gateway: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Session]:
    """Opens the project at `root`.

    Raises DefinitionError for wrong definitions, UsageError for a folder without a project, RunError `project_locked`
    if another process writes, and RunError `run_failed` for what SQLMesh or the engine refuses.
    """
    root = Path(root).resolve()
    if not any((root / name).is_file() for name in ("config.py", "config.yaml", "config.yml")):
        help = "run `gnomon init` there, or name the project's folder with --project"
        raise UsageError(Problem("no_project", f"there is no project in {root}: it has no config.py", help=help))
    with writer(root, purpose) if write else nullcontext():
        yield from _session(root, execution_time, gateway, progress)


def prepare_environment() -> None:
    """Lets SQLMesh send no analytics, and use no pool of processes unless MAX_FORK_WORKERS says so.

    Its pool optimizes queries side by side; ours are not optimized, so that it would only cost. It reads both settings
    when it is first imported, which is before this, so that they are also set where it keeps them.
    """
    os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
    os.environ.setdefault("MAX_FORK_WORKERS", "1")
    from sqlmesh.core import analytics, constants

    analytics.disable_analytics()
    constants.MAX_FORK_WORKERS = int(os.environ["MAX_FORK_WORKERS"])


def _session(root: Path, execution_time: Any, gateway: str | None, progress: Progress | None) -> Iterator[Session]:
    prepare_environment()
    from sqlmesh.core.console import get_console, set_console
    from sqlmesh.utils.date import now, to_datetime

    from gnomon.run.sharing import Shares
    from gnomon.run.upstream import correct_sqlmesh

    correct_sqlmesh()
    console, before = QuietConsole(progress), get_console()
    set_console(console)
    context = None
    try:
        with refusals(console):
            context = _context(root, gateway)
            built = context._loaders[0].built
            specs = {context.get_model(spec.name, raise_if_missing=True).fqn: spec for spec in built.specs}
            console.shares = Shares(context, built.project, specs)
            instant = to_datetime(execution_time) if execution_time is not None else now()
            yield Session(root, context, console, built.project, specs, instant.astimezone(UTC))
    finally:
        set_console(before)
        if context is not None:
            context.close()
            context.engine_adapter.close()  # SQLMesh closes it only where something was applied


def _context(root: Path, gateway: str | None) -> Any:
    from sqlmesh import Context

    from gnomon.compile.sqlmesh import GnomonLoader

    context = Context(paths=[str(root)], gateway=gateway)
    if not isinstance(context._loaders[0], GnomonLoader):
        help = "say `loader=GnomonLoader` there, with `from gnomon.loader import GnomonLoader`"
        raise UsageError(Problem("stock_loader", f"the config of {root} does not use Gnomon's loader", help=help))
    return context


@contextmanager
def refusals(console: QuietConsole) -> Iterator[None]:
    """Turns what SQLMesh and the engines raise into errors that say which table, and what to do."""
    from sqlmesh.utils.errors import SQLMeshError

    from gnomon.compile.sqlmesh import DefinitionsRefused

    try:
        yield
    except DefinitionsRefused as refused:
        raise refused.error from None
    except SQLMeshError as error:
        raise RunError(*failed(error, console)) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] in ("duckdb", "_duckdb", "psycopg2"):
            raise RunError(_engine_problem(error)) from error
        raise


def failed(error: Exception, console: QuietConsole) -> list[Problem]:
    """One problem for each table that failed, or that the linter refused, or else one for the whole."""
    if console.refusals:
        return [Problem("linter_refused", refusal) for refusal in console.refusals]
    tables = [
        Problem("run_failed", f"{table} was not built: {cause.splitlines()[0]}", notes=tuple(cause.splitlines()[1:6]))
        for table, cause in console.failures.items()
    ]
    if tables and console.skipped:
        tables.append(Problem("run_failed", f"{len(console.skipped)} tables that need these were skipped"))
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__  # what SQLMesh wraps says which query failed, and why
    message = str(error).strip() or type(error).__name__
    first, *rest = message.splitlines()
    return tables or [Problem("run_failed", first.rstrip("."), notes=tuple(rest))]


def _engine_problem(error: Exception) -> Problem:
    first = str(error).strip().splitlines()[0]
    if "Could not set lock on file" in first:
        help = "wait for it to end: a DuckDB file belongs to one process at a time"
        return Problem("project_locked", "another process has the warehouse open", notes=(first,), help=help)
    return Problem("run_failed", first)


def local_day(stamp: int) -> date:
    """The local day that begins at a SQLMesh timestamp: its days are named by UTC dates."""
    return datetime.fromtimestamp(stamp / 1000, UTC).date()


def day_of(session: Session, text: Any) -> date:
    """A day as SQLMesh reads it: a date, or a phrase relative to the execution time. Raises UsageError."""
    from sqlmesh.utils.date import to_datetime

    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    if text == "now":
        return session.today
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        pass
    try:
        moment: datetime = to_datetime(text, relative_base=session.execution)
    except ValueError as error:
        help = "write a date such as 2024-06-01, or a phrase such as '1 week ago'"
        raise UsageError(Problem("unknown_date", f"'{text}' is not a date", help=help)) from error
    return session.project.calendar.local_date(moment)


def names(fqns: Iterable[str]) -> tuple[str, ...]:
    """Model names as people write them, sorted."""
    return tuple(sorted(map(table_name, fqns)))
