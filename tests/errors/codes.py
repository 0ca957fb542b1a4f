"""The error codes that the source can raise, read from its syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import gnomon
from gnomon.load.declared import WORDS
from gnomon.serve.refusals import HTTP_CODES

SOURCE = Path(gnomon.__file__ or "").parent
MAKERS = {"Diagnostic", "Problem", "fail", "refuse", "refused", "error", "warn"}
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def codes() -> dict[str, str]:
    """Every code, and a file that raises it."""
    found = {f"duplicate_{word}": "load/declared.py" for word in WORDS.values()}
    found |= dict.fromkeys(HTTP_CODES.values(), "serve/refusals.py")
    for path in sorted(SOURCE.rglob("*.py")):
        for code in codes_in(ast.parse(path.read_text())):
            found.setdefault(code, path.relative_to(SOURCE).as_posix())
    return found


def codes_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        for argument in [*(node.args[:1] if name in MAKERS else ()), *named]:
            yield from (text for text in constants(argument) if SLUG.fullmatch(text))
        if name == "OneOf":
            yield from (f"unknown_{text.replace(' ', '_')}" for text in constants(node.args[0]))


def constants(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: its own, or those of both branches of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)
