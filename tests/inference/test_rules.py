"""Each line of the table of rules is used by a case, and names a class that SQLGlot or SQLMesh has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from sqlglot import exp, parse_one

from gnomon.check.units.rules import RULES, rule_of
from gnomon.rewrite.parse import mark

HERE = Path(__file__).parent
ELSEWHERE = {"MacroFunc", "MacroVar"}  # test_declared_tables.py: only SQLMesh parses them


def texts() -> Iterator[tuple[str, str]]:
    """Every query of the cases, and its dialect."""
    table = YAML(typ="safe").load(HERE / "expressions.yaml")
    for heading, lines in table.items():
        dialect = heading.partition(" @ ")[2] or "duckdb"
        if isinstance(lines, str):
            yield from ((f"SELECT {line.split(' | ')[0]} AS y FROM t", dialect) for line in lines.splitlines())
    for case in YAML(typ="safe").load(HERE / "queries.yaml")["queries"].values():
        yield case["sql"], case.get("dialect", "duckdb")


def line_of(kind: type[exp.Expr]) -> str | None:
    """The name of the line that a class is read by."""
    return next((base.__name__ for base in kind.__mro__ if base.__name__ in RULES), None)


def test_every_rule_has_a_case() -> None:
    used = {line_of(type(node)) for sql, dialect in texts() for node in parse_one(mark(sql), dialect=dialect).walk()}
    assert set(RULES) - used - ELSEWHERE == set()


def test_every_rule_is_for_a_class() -> None:
    assert {name for name in RULES if not hasattr(exp, name)} == ELSEWHERE | {"Expr"} - set(dir(exp))


def test_a_class_without_a_line_has_that_of_its_base() -> None:
    assert rule_of(exp.Like) is RULES["Predicate"]
    assert rule_of(exp.Levenshtein) is RULES["Expr"]
