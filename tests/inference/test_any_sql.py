"""Every SQL text of the repository goes through inference: silent where nothing is declared, and never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from sqlglot import exp, parse

import gnomon
from gnomon.check.units.api import UnitFinding
from gnomon.rewrite.parse import mark

ROOT = Path(__file__).parents[2]
FOLDERS = ("src/gnomon/examples", "tests/golden", "tests/brief", "tests/compat", "tests/local", "tests/run")
DIALECTS = ("postgres", "bigquery", "snowflake", "trino", "spark", "clickhouse")
UNITS = (
    {"kind": "currency", "code": "USD"},
    {"kind": "time", "code": "ms"},
    {"kind": "count", "code": "clicks"},
    None,
    {"numerator": {"kind": "data_size", "code": "GiB"}, "denominator": {"kind": "time", "code": "s"}},
    {"by": "metric", "map": {"a": {"kind": "percentage"}, "b": {"kind": "time", "code": "d"}}},
    {"kind": "currency", "by": "event_type"},
    {"kind": "proportion"},
)


def texts() -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.sql")):
            yield path.relative_to(ROOT).as_posix()


TEXTS = [*texts()]
READ_AS = [*zip(TEXTS, cycle(DIALECTS), strict=False), *((path, "duckdb") for path in TEXTS)]
"""Each text in DuckDB's dialect, and in another one."""


def statements(path: str, dialect: str) -> Iterator[str]:
    """The queries of a file, each on its own; macros as their author wrote them where it is one."""
    sql = (ROOT / path).read_text()
    try:
        trees = [tree for tree in parse(mark(sql), dialect=dialect) if isinstance(tree, exp.Query)]
    except Exception:  # a file of another dialect
        return
    yield from [sql] if len(trees) == 1 else [tree.sql(dialect) for tree in trees]


def test_there_are_texts() -> None:
    assert len(TEXTS) > 50


@pytest.mark.parametrize(("path", "dialect"), READ_AS)
def test_nothing_declared_gives_no_diagnostics(path: str, dialect: str) -> None:
    for sql in statements(path, dialect):
        assert gnomon.infer_units(sql, {}, dialect=dialect).diagnostics == []


@pytest.mark.parametrize(("path", "dialect"), READ_AS)
def test_any_declarations_give_findings_with_places_and_no_traceback(path: str, dialect: str) -> None:
    for sql in statements(path, dialect):
        tree = parse(mark(sql), dialect=dialect)[-1]
        assert tree is not None
        tables = sorted({table.name for table in tree.find_all(exp.Table) if table.name.isidentifier()})
        names = sorted({column.name.lower() for column in tree.find_all(exp.Column) if column.name.isidentifier()})
        places = [f"{table}.{name}" for table in tables for name in names]
        found = gnomon.infer_units(sql, dict(zip(places, cycle(UNITS), strict=False)), dialect=dialect)
        assert all(is_in(each, sql) for each in found.diagnostics)


def is_in(finding: UnitFinding, sql: str) -> bool:
    """Whether a finding has its place in a text, and says what to type."""
    assert finding.line is not None and finding.column is not None, finding
    assert finding.fix, finding
    return finding.column <= len(sql.splitlines()[finding.line - 1])
