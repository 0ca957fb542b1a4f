"""Where a stretch of a query is in the file that holds it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from gnomon.catalog.files.fields import Fields
from gnomon.catalog.files.prefix import PREFIX
from gnomon.errors import Problem
from gnomon.rewrite.parse import place
from gnomon.source import Source, Span


def warn_at(
    part: Fields,
    message: str,
    query: str,
    at: exp.Expr | Span | None,
    help: str | None = None,
    notes: Sequence[str] = (),
    *,
    code: str,
) -> None:
    """Warn of a node of a query, of a stretch of it, or of all of it."""
    source = Source("query", query)
    found = place(at, source) if isinstance(at, exp.Expr) else at
    span = part.document.span(*part.path, "query")
    if span is None:
        line = f", line {found.line}" if found is not None else ""
        message += f" (at {'.'.join(str(step) for step in (*part.path, 'query'))}{line})"
    elif found is not None:
        span = in_file(part, found, span)
    part.findings.warnings.append(Problem(code, message, span, help, tuple(notes), "warning"))


def in_file(part: Fields, found: Span, whole: Span) -> Span:
    """The stretch of a file that says a stretch of the query; the whole query where its line is not one of the file's.

    A line in which `${prefix}` was written out is marked from end to end.
    """
    written = str(part.data["query"]).split("\n")
    line = written[found.line - 1] if found.line <= len(written) else ""
    text = whole.source.text[whole.start : whole.end]
    if not line.strip() or text.count(line.strip()) != 1:
        return whole
    start = whole.start + text.index(line.strip())
    if PREFIX in line:
        return whole.source.span(start, start + len(line.strip()))
    indent = len(line) - len(line.lstrip())
    begin = start + found.column - 1 - indent
    return whole.source.span(begin, begin + found.end - found.start)
