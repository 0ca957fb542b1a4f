"""`gnomon init`: a new project, with its sources guessed from a data file."""

from __future__ import annotations

from pathlib import Path

import click

from gnomon.cli.format import plural
from gnomon.cli.options import debug_option, say
from gnomon.errors import Problem, UsageError


@click.command("init", short_help="A new project, guessed from a data file.")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option(
    "--from",
    "data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A .parquet or .csv file to load and to guess sources and metrics from.",
)
@click.option("--dry-run", is_flag=True, help="Show the files and write nothing.")
@debug_option
def init(directory: Path, data: Path | None, dry_run: bool) -> None:
    """Scaffold a project in DIRECTORY (by default here). Nothing is overwritten."""
    from gnomon.cli.guess import guess, load_file
    from gnomon.cli.scaffold import DATABASE, EXAMPLE, files_of

    root = directory.resolve()
    guessed = guess(data) if data is not None else EXAMPLE
    files = files_of(project_name(root), guessed)
    refuse_to_overwrite(root, [*files, *([DATABASE] if data is not None else [])])
    if dry_run:
        for name, text in files.items():
            click.echo(f"-- {name}\n{text}")
        say("nothing was written")
        return
    root.mkdir(parents=True, exist_ok=True)
    if data is not None:
        rows = load_file(data, root / DATABASE, guessed.table)
        say(f"loaded {plural(rows, 'row')} into {DATABASE} as {guessed.table}")
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
        click.echo(name)
    here = "" if root == Path.cwd() else f"cd {directory} && "
    then = (
        "gnomon check && gnomon plan"
        if data is not None
        else "gnomon check, after sources.yaml says what your tables are"
    )
    say(f"next: {here}{then}")


def project_name(root: Path) -> str:
    """A project is called as its folder is, in letters that a name may have.

    >>> project_name(Path("/home/me/My Shop-2"))
    'my_shop_2'
    """
    letters = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in root.name.lower())
    return letters.strip("_") or "project"


def refuse_to_overwrite(root: Path, names: list[str]) -> None:
    """Raise UsageError `file_exists` if any of the files is there already."""
    there = [name for name in names if (root / name).exists()]
    if there:
        message = f"{root} already has {', '.join(there)}"
        raise UsageError(Problem("file_exists", message, help="name a new folder: gnomon init FOLDER"))
