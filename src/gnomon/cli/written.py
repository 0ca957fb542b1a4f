"""Documents on stdout or in a file that is not there yet, and YAML that every reader takes for the same."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gnomon.cli.options import say
from gnomon.errors import Problem, UsageError

F = TypeVar("F", bound=Callable[..., Any])

PLAIN = re.compile(r"[A-Za-z_]([\w./ -]*[\w])?", re.ASCII)
OTHER_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that YAML 1.1, which dbt reads, takes for no text."""
LINE = 110
"""How long a mapping may be to stand in one line."""


def destination_options(command: F) -> F:
    """`--out`, `--force` and `--dry-run`."""
    out = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--dry-run", is_flag=True, help="Print what --out would hold and write nothing."),
        click.option("--force", is_flag=True, help="Write over a file that is there."),
        click.option("--out", type=out, metavar="FILE", help="Write here, not to stdout."),
    ):
        command = option(command)
    return command


def check_destination(out: Path | None, force: bool, dry_run: bool) -> None:
    """Refuse a file that may not be written, before anything is read."""
    if out is None or dry_run:
        return
    if not out.absolute().parent.is_dir():
        raise UsageError(Problem("no_folder", f"there is no folder {out.absolute().parent}", help="make it first"))
    if out.exists() and not force:
        raise UsageError(Problem("file_exists", f"{out} is there already", help="name another file, or add --force"))


def deliver(text: str, out: Path | None, dry_run: bool) -> None:
    """Print a document, or put it into its file as a whole."""
    if out is None or dry_run:
        click.echo(text, nl=False)
        if out is not None:
            say("nothing was written")
        return
    part = out.with_name(f"{out.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, out)
    except OSError as error:
        raise UsageError(Problem("unwritable_file", f"{out} cannot be written: {error.strerror}")) from None
    say(f"wrote {out}")


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def yaml_text(value: Any, flow_from: int) -> str:
    """JSON values as YAML; mappings at least `flow_from` deep stand in one line where they are short.

    >>> print(yaml_text({"columns": {"on": {"unit": {"kind": "count", "code": "1st"}}}}, flow_from=2), end="")
    columns:
      "on": {unit: {kind: count, code: "1st"}}
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    yaml.dump(styled(value, flow_from), text)
    return text.getvalue()


def styled(value: Any, flow_from: int, depth: int = 0) -> Any:
    """The values with their quotes and styles."""
    from ruamel.yaml.comments import CommentedMap
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, Mapping):
        made = CommentedMap((styled(key, flow_from), styled(each, flow_from, depth + 1)) for key, each in value.items())
        if depth >= flow_from and len(json.dumps(value)) <= LINE:
            made.fa.set_flow_style()
        return made
    if isinstance(value, (list, tuple)):
        return [styled(each, flow_from, depth + 1) for each in value]
    if isinstance(value, str) and (not PLAIN.fullmatch(value) or value.lower() in OTHER_WORDS):
        return DoubleQuotedScalarString(value)
    return value
