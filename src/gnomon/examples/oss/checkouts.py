"""Which checkouts there are, and the projects and collections that they belong to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from gnomon.errors import Problem, UsageError
from gnomon.examples.oss.git import git

COLLECTION = "all"
"""The collection of a checkout that no mapping places in another."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git checkout and one of its memberships; a checkout in two projects is listed twice."""

    path: Path
    artifact: str
    project: str
    collection: str


def place_checkouts(paths: Iterable[str | Path]) -> list[Checkout]:
    """Name each checkout `<parent folder>/<folder>`, in the project `<parent folder>`; a path given twice counts once.

    >>> [str(c.artifact) for c in place_checkouts(["/src/tobymao/sqlglot", "/src/tobymao/sqlglot/"])]
    ['tobymao/sqlglot']
    """
    resolved = dict.fromkeys(Path(path).expanduser().resolve() for path in paths)
    return [Checkout(path, f"{path.parent.name}/{path.name}", path.parent.name, COLLECTION) for path in resolved]


def enclosing_checkout(folder: Path) -> Path:
    """The checkout that a folder lies in. Raises UsageError, code `not_a_checkout`, if there is none."""
    top = git(folder, "rev-parse", "--show-toplevel")
    if top is None:
        help = "name one or more checkouts"
        raise UsageError(Problem("not_a_checkout", f"{folder} does not lie in a git checkout", help=help))
    return Path(top.rstrip("\n"))


def read_mapping(file: Path) -> list[Checkout]:
    """Read a CSV file with the columns path, artifact, project and collection.

    Relative paths start at the file's folder; an empty artifact, project or collection takes its default. Raises
    UsageError where the file, a column or a path is missing, or where one checkout goes by two names.
    """
    if not file.is_file():
        raise UsageError(Problem("mapping_missing", f"there is no file {file}", help="name a CSV file"))
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    wanted = [field.name for field in fields(Checkout)]
    missing = [name for name in wanted if not rows or name not in rows[0]]
    if missing:
        help = f"write the columns {', '.join(wanted)} and one checkout a line"
        raise UsageError(Problem("mapping_columns", f"{file} has no column '{missing[0]}'", help=help))
    return check_names(file, [from_row(file, row) for row in rows])


def from_row(file: Path, row: dict[str, str | None]) -> Checkout:
    path = (file.parent / Path(row["path"] or "").expanduser()).resolve()
    given = [(row[name] or "").strip() for name in ("artifact", "project", "collection")]
    default = place_checkouts([path])[0]
    artifact, project, collection = given
    return Checkout(path, artifact or default.artifact, project or default.project, collection or COLLECTION)


def check_names(file: Path, places: Sequence[Checkout]) -> list[Checkout]:
    """Refuse two names for one path and one name for two paths."""
    for one, other in ((a, b) for a in places for b in places):
        if (one.path == other.path) != (one.artifact == other.artifact):
            message = f"{file}: the checkout {one.path} and the artifact '{other.artifact}' do not go together"
            help = "give each path one artifact, and each artifact one path"
            raise UsageError(Problem("mapping_names", message, help=help))
    return list(places)


def format_mapping(places: Sequence[Checkout]) -> str:
    """The mapping as CSV, as `read_mapping` reads it.

    >>> print(format_mapping([Checkout(Path("/src/a/b"), "a/b", "a", "all")]), end="")
    path,artifact,project,collection
    /src/a/b,a/b,a,all
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Checkout))
    writer.writerows(astuple(place) for place in places)
    return text.getvalue()
