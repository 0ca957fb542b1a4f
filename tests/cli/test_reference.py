"""docs/reference/cli.md lists every verb and every flag, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from gnomon.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
UNIVERSAL = {"--help", "-h", "--version"}


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))
    else:
        yield " ".join(path), command


def sections() -> dict[str, str]:
    parts = re.split(r"^## `(gnomon [^`]*)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {" ".join(head.split()): body for head, body in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_verb_has_a_section() -> None:
    assert list(sections()) == [name for name, _ in commands(cli, ("gnomon",))]


def test_every_flag_is_described_and_none_is_invented() -> None:
    found = sections()
    for name, command in commands(cli, ("gnomon",)):
        options = (parameter for parameter in command.params if isinstance(parameter, click.Option))
        flags = {flag for option in options for flag in option.opts} - UNIVERSAL
        rows = re.findall(r"^\| `([^`]+)` \| .+ \|$", found[name], flags=re.MULTILINE)
        documented = {flag for row in rows for flag in re.findall(r"(?<!\S)--?[a-z][a-z-]*", row)}
        assert documented == flags, name


def test_every_option_has_a_sentence_of_help() -> None:
    for name, command in commands(cli, ("gnomon",)):
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help and parameter.help.endswith("."), f"{name} {parameter.name}"
