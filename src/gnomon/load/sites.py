"""Where a Python call is written, argument by argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

from gnomon.load.document import DataPath, Document, Place
from gnomon.source import Source, Span


@dataclass(frozen=True, slots=True)
class Site:
    """The end of a call's text: no two calls share a closing parenthesis. Column in UTF-8 bytes, as Python counts."""

    file: str
    line: int
    end_line: int | None = None
    end_column: int | None = None


def site_of(frame: FrameType) -> Site:
    """The call that a frame is executing."""
    instruction = islice(frame.f_code.co_positions(), frame.f_lasti // 2, None)
    _, end_line, _, end_column = next(instruction, (None, None, None, None))
    return Site(frame.f_code.co_filename, frame.f_lineno, end_line, end_column)


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed Python file."""

    source: Source
    tree: ast.Module

    def call(self, site: Site) -> ast.Call | None:
        """The call at a site; the first one on its line where Python kept no columns."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        for node in calls:
            if (node.end_lineno, node.end_col_offset) == (site.end_line, site.end_column):
                return node
        return next((node for node in calls if node.lineno == site.line), None)

    def span(self, node: ast.expr | ast.keyword) -> Span:
        start = self.offset(node.lineno, node.col_offset)
        return self.source.span(start, self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0))

    def offset(self, line: int, column: int) -> int:
        before = self.source.line(line).encode()[:column].decode(errors="ignore")
        return self.source.offset(line, len(before) + 1)


@lru_cache(maxsize=64)
def parse_module(path: str, shown: str, stamp: tuple[int, int]) -> Module | None:
    try:
        text = Path(path).read_text(encoding="utf-8")
        return Module(Source(shown, text), ast.parse(text))
    except (OSError, ValueError, SyntaxError):
        return None


def module_at(file: str, root: Path | None) -> Module | None:
    """The parsed file, shown relative to the project; None where there is no such file (a prompt, a notebook)."""
    path = Path(file)
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    shown = path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else file
    return parse_module(file, shown, (stat.st_mtime_ns, stat.st_size))


def call_document(site: Site, data: Any, positional: Sequence[str], root: Path | None) -> Document | None:
    """The arguments of the call at a site, with the place of each; None where the text is not to be had."""
    module = module_at(site.file, root)
    if module is None:
        return None
    node = module.call(site)
    if node is None:
        return Document(module.source, data, {(): Place(module.source.span(module.source.offset(site.line, 1)))})
    return Document(module.source, data, dict(places_below(module, node, (), positional)))


def places_below(
    module: Module, node: ast.expr, path: DataPath, positional: Sequence[str] = (), key: Span | None = None
) -> Iterator[tuple[DataPath, Place]]:
    """The places of a call's arguments, a dict's values and a list's items, and so on down."""
    yield path, Place(module.span(node), key)
    if isinstance(node, ast.Call):
        for name, argument in zip(positional, node.args, strict=False):
            yield from places_below(module, argument, (*path, name))
        for keyword in node.keywords:
            if keyword.arg is not None:
                start = module.span(keyword).start
                name_span = module.source.span(start, start + len(keyword.arg))
                yield from places_below(module, keyword.value, (*path, keyword.arg), key=name_span)
    elif isinstance(node, ast.Dict):
        for key_node, value in zip(node.keys, node.values, strict=True):
            if isinstance(key_node, ast.Constant) and isinstance(key_node.value, str):
                yield from places_below(module, value, (*path, key_node.value), key=module.span(key_node))
    elif isinstance(node, (ast.List, ast.Tuple)):
        for position, item in enumerate(node.elts):
            yield from places_below(module, item, (*path, position))
