"""Options that several verbs share, and the project that they find."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from gnomon.model import Project

F = TypeVar("F", bound=Callable[..., Any])

MARKERS = ("gnomon.yaml", "config.py")
"""A project has either: one of Python definitions may do with SQLMesh's config.py."""


@dataclass(slots=True)
class State:
    """What `main` has to know about a command after it failed."""

    debug: bool = False


class IsoDate(click.ParamType):  # type: ignore[type-arg]
    """A date as 2024-01-31; where instants make sense, also 2024-01-31T12:00:00+00:00."""

    name = "date"

    def __init__(self, instants: bool = False) -> None:
        self.instants = instants

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
        if self.instants:
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        self.fail(f"'{value}' is not a date such as 2024-01-31", param, ctx)


class JsonObject(click.ParamType):  # type: ignore[type-arg]
    """A JSON object, as a mapping."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            read = json.loads(value)
        except (ValueError, RecursionError) as error:
            self.fail(f"this is not JSON: {error}", param, ctx)
        if not isinstance(read, dict):
            self.fail("this is not a JSON object such as '{\"threshold\": 10}'", param, ctx)
        return read


def debug_option(command: F) -> F:
    """`--debug`: tracebacks, for reports."""

    def remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and isinstance(ctx.obj, State):
            ctx.obj.debug = True

    return click.option(
        "--debug", is_flag=True, expose_value=False, callback=remember, help="Show where in the program an error arose."
    )(command)


def project_option(command: F) -> F:
    """`--project`, and `--debug` with it: every verb that works in a project has both."""
    path = click.Path(file_okay=False, path_type=Path)
    described = "The project's folder; by default searched upward from here."
    return click.option("--project", "project_path", type=path, metavar="PATH", help=described)(debug_option(command))


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def locale_option(command: F) -> F:
    """`--locale`: how numbers are grouped, pointed and named for people; what programs read stays as it is."""

    def known(ctx: click.Context, param: click.Parameter, value: str) -> str:
        from gnomon.units.display import DEFAULT_LOCALE, locale_of

        if value != DEFAULT_LOCALE:
            locale_of(value)
        return value

    described = "How numbers are written for people, such as de_DE; by default en_US."
    return click.option("--locale", default="en_US", metavar="L", callback=known, help=described)(command)


def execution_time_option(command: F) -> F:
    described = "The date (or instant) to take for now."
    return click.option("--execution-time", type=IsoDate(instants=True), metavar="DATE", help=described)(command)


def find_root(path: Path | None) -> Path:
    """The nearest folder, upward from the one named or from here, that holds a project.

    Raises UsageError `no_project`.
    """
    start = (path or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        if any((folder / marker).is_file() for marker in MARKERS):
            return folder.resolve()
    message = f"there is no gnomon.yaml or config.py in {start} or above it"
    raise UsageError(Problem("no_project", message, help="make a project with gnomon init, or name one with --project"))


def load_project(path: Path | None, factory: Path | None = None) -> Project:
    """The project at `path`, or the nearest one upward, with one more file of definitions. Warnings go to stderr."""
    import gnomon

    root = find_root(path)
    project = gnomon.load(root, compat=compat_of(root), factory_path=factory)
    for problem in project.warnings:
        click.echo(str(problem), err=True)
    return project


def compat_of(root: Path) -> Literal["oso"] | None:
    """What config.py gives the loader as `compat`, as in `GnomonLoader(compat="oso")`; it is read, not run."""
    import ast

    try:
        tree = ast.parse((root / "config.py").read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    given = (word.value for call in calls for word in call.keywords if word.arg == "compat")
    return "oso" if any(isinstance(value, ast.Constant) and value.value == "oso" for value in given) else None


def execution_date(project: Project, execution_time: date | None) -> date:
    """The project's local date of an execution time, by default of now."""
    if execution_time is None:
        return project.calendar.local_date(datetime.now(UTC))
    if isinstance(execution_time, datetime):
        instant = execution_time if execution_time.tzinfo else execution_time.replace(tzinfo=UTC)
        return project.calendar.local_date(instant)
    return execution_time


def say(text: str = "") -> None:
    """Talk: on stderr, so that stdout stays data."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    """JSON on stdout; dates as ISO text."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=plain, allow_nan=False))


def plain(value: Any) -> Any:
    """What JSON has no type for."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    return dict(value)
