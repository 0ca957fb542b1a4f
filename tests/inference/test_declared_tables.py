"""What only a project can declare: labels of rows and keys, stocks and flows, and the places of declarations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlglot import exp, parse_one

import gnomon
from gnomon.check.units import ColumnUnit, Inferred, TableUnits, infer
from gnomon.check.units.api import qualified
from gnomon.check.units.values import UNKNOWN, Known, Nature, Origin, Unknown
from gnomon.rewrite.parse import mark
from gnomon.source import Source
from gnomon.units.text import parse_text, text_of

FILE = Source("sources.yaml", "usd: {currency: USD}\nhours: {time: h}\n")


def column(unit: str, start: int | None = None, nature: Nature | None = None) -> ColumnUnit:
    span = FILE.span(start) if start is not None else None
    return ColumnUnit(Known(parse_text(unit), origin=Origin(f"events.{unit}", span), nature=nature))


TABLES = {
    "events": TableUnits(
        {
            "usd": column("USD", 0),
            "hours": column("h", 21),
            "tvl": column("USD", nature="stock"),
            "sales": column("USD", nature="flow"),
            "developer_id": ColumnUnit(type="text", entity="developers"),
            "repo_id": ColumnUnit(entity="repos"),
            "day": ColumnUnit(type="date"),
        },
        rows="events",
    ),
    "repos": TableUnits({"id": ColumnUnit(type="text")}),
    "users": TableUnits({"id": ColumnUnit(type="text")}, rows="users"),
}


class Declared:
    def __init__(self, tables: Mapping[str, TableUnits]) -> None:
        self.tables = tables

    def units_of(self, table: exp.Table) -> TableUnits | None:
        return self.tables.get(table.name)


def read(sql: str, dialect: str = "duckdb") -> Inferred:
    return infer(qualified(parse_one(mark(sql), dialect=dialect), dialect), Declared(TABLES), dialect=dialect)


def unit(found: Inferred, name: str = "y") -> str:
    value = found.columns[name]
    return text_of(value.product) if isinstance(value, Known) else "-"


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT COUNT(*) AS y FROM events", "events"),
        ("SELECT COUNT(1) AS y FROM events WHERE day > DATE '2024-01-01'", "events"),
        ("SELECT COUNT(usd) AS y FROM events", "events"),
        ("SELECT COUNT(*) AS y FROM events JOIN repos ON events.repo_id = repos.id", "events"),
        ("SELECT COUNT(*) AS y FROM events CROSS JOIN users", "count"),
        ("SELECT COUNT(*) AS y FROM events, UNNEST([1, 2]) AS u(n)", "count"),
        ("SELECT COUNT(*) AS y FROM (SELECT usd FROM events WHERE usd > 1) AS e", "events"),
        ("SELECT COUNT(*) AS y FROM (SELECT day FROM events GROUP BY day) AS e", "count"),
        ("SELECT COUNT(*) AS y FROM (SELECT DISTINCT day FROM events) AS e", "count"),
        ("SELECT COUNT(*) AS y FROM (SELECT day FROM events UNION ALL SELECT day FROM events) AS e", "events"),
        ("SELECT COUNT(*) AS y FROM (SELECT day FROM events UNION ALL SELECT id FROM users) AS e", "count"),
        ("SELECT COUNT(*) OVER (PARTITION BY day) AS y FROM events", "events"),
        ("SELECT COUNT(*) OVER () AS y FROM events GROUP BY day", "count"),
        ("SELECT SUM(COUNT(*)) OVER () AS y FROM events GROUP BY day", "events"),
        ("SELECT COUNT_IF(usd > 1) AS y FROM events", "events"),
        ("SELECT SUM(CASE WHEN usd > 1 THEN 1 ELSE 0 END) AS y FROM events", "events"),
        ("SELECT COUNT(DISTINCT developer_id) AS y FROM events", "developers"),
        ("SELECT APPROX_COUNT_DISTINCT(developer_id) AS y FROM events", "developers"),
        ("SELECT COUNT(DISTINCT CASE WHEN usd > 1 THEN developer_id END) AS y FROM events", "developers"),
        ("SELECT COUNT(DISTINCT repo_id || developer_id) AS y FROM events", "count"),
        ("WITH a AS (SELECT developer_id AS d FROM events) SELECT COUNT(DISTINCT d) AS y FROM a", "developers"),
        ("SELECT COUNT(DISTINCT COALESCE(developer_id, repo_id)) AS y FROM events", "count"),
        ("SELECT COUNT(*) / COUNT(DISTINCT developer_id) AS y FROM events", "events/developers"),
        ("SELECT SUM(tvl) / @qty(7, 'd') AS y FROM events", "USD"),
        ("SELECT SUM(sales) / @qty(7, 'd') AS y FROM events", "USD/d"),
        ("SELECT SUM(usd) / @qty(7, 'd') AS y FROM events", "USD/d"),
        ("SELECT SUM(tvl) / DATE_DIFF('day', MIN(day), MAX(day)) AS y FROM events", "USD"),
        ("SELECT SUM(tvl) / @qty(168, 'h') AS y FROM events", "USD/h"),
        ("SELECT AVG(tvl) / @qty(7, 'd') AS y FROM events", "USD/d"),
        ("WITH a AS (SELECT SUM(tvl) AS x FROM events) SELECT x / @qty(7, 'd') AS y FROM a", "USD"),
    ],
)
def test_labels_and_stocks(sql: str, wanted: str) -> None:
    found = read(sql)
    assert (unit(found), found.diagnostics) == (wanted, ())


def test_both_sides_are_named_with_the_places_of_their_declarations() -> None:
    (found,) = read("WITH a AS (SELECT usd AS x, hours AS z FROM events) SELECT x + z AS y FROM a").diagnostics
    assert (found.code, found.severity, found.message) == (
        "incompatible_units",
        "error",
        "USD and h do not go together",
    )
    assert found.notes == (
        "'a.x' is USD, as declared for events.USD at sources.yaml:1:1",
        "'a.z' is h, as declared for events.h at sources.yaml:2:1",
    )
    assert found.help is not None and "@as_unit(a.z, 'USD')" in found.help


def test_conversions_are_noted_at_their_calls() -> None:
    found = read("SELECT @to_unit(hours, 'd') AS y, @convert(usd / hours, 'EUR', on := day) AS z FROM events")
    noted = [(each.node.name, each.source, text_of(each.target)) for each in found.conversions.values()]
    assert [(name, unit_, target) for name, value, target in noted for unit_ in [shown(value)]] == [
        ("ˍto_unit", "h", "d"),
        ("ˍconvert", "USD/h", "EUR"),
    ]
    assert all(id(each.node) == key for key, each in found.conversions.items())


def shown(value: Any) -> str:
    return text_of(value.product) if isinstance(value, Known) else str(value)


def test_what_is_not_known_is_noted_too() -> None:
    (noted,) = read("SELECT @to_unit(x, 'd') AS y FROM nowhere").conversions.values()
    assert noted.source == Unknown()


def test_the_tree_is_not_changed() -> None:
    query = qualified(parse_one("SELECT usd + hours AS y FROM events GROUP BY 1", dialect="duckdb"), "duckdb")
    before = repr(query)
    infer(query, Declared(TABLES), dialect="duckdb")
    assert repr(query) == before


def test_trees_that_sqlmesh_parsed() -> None:
    from sqlmesh.core.dialect import parse

    query = parse("SELECT @to_unit(hours, 'd') AS y, @as_unit(usd, 'points') AS z, @x + usd AS w FROM events")[0]
    found = infer(query, Declared(TABLES), dialect="duckdb")
    assert [unit(found, name) for name in "yzw"] == ["d", "points", "-"]


def test_what_nests_too_deep_is_unknown_and_said_to_be() -> None:
    """It was an empty answer, as that of a query without columns."""
    node: exp.Expr = exp.column("usd", table="events")
    for _ in range(2_000):
        node = exp.Abs(this=node)
    outputs = [exp.alias_(node, "y", copy=False), exp.column("usd")]
    for table, codes in (("events", ["units_not_read"]), ("elsewhere", [])):
        query = exp.Select(expressions=outputs).from_(table, copy=False)
        found = infer(query, Declared(TABLES), dialect="duckdb")
        assert found.columns == {"y": UNKNOWN, "usd": UNKNOWN}
        assert [each.code for each in found.diagnostics] == codes


@pytest.mark.parametrize("kind", [exp.Neg, exp.Paren, exp.Mul, exp.Div, exp.Mod, exp.Add])
def test_long_chains_have_units(kind: type[exp.Expr]) -> None:
    """Only sums had: the others were an empty answer from some hundred operators on."""
    node: exp.Expr = exp.column("usd", table="events")
    for _ in range(2_000):
        other = exp.column("usd", table="events") if kind in (exp.Mod, exp.Add) else exp.Literal.number(1)
        node = kind(this=node, expression=other) if issubclass(kind, exp.Binary) else kind(this=node)
    query = exp.Select(expressions=[exp.alias_(node, "y", copy=False)]).from_("events", copy=False)
    found = infer(query, Declared(TABLES), dialect="duckdb")
    assert (unit(found, "y"), found.diagnostics) == ("USD", ())


@pytest.mark.parametrize(
    ("expression", "unit", "codes"),
    [
        ("COUNT(DISTINCT day)", "d", []),  # so many different dates are so many days
        ("SUM(n)", "d", []),
        ("COUNT(DISTINCT day) / 7", "wk", ["declared_mismatch"]),  # the 7 is not followed there
        ("COUNT(DISTINCT day)", "h", ["declared_mismatch"]),
        ("COUNT(DISTINCT at)", "d", ["declared_mismatch"]),  # instants are no days
        ("COUNT(DISTINCT who)", "d", ["declared_mismatch"]),
        ("COUNT(day)", "d", ["declared_mismatch"]),
        ("COUNT(*)", "d", ["declared_mismatch"]),
    ],
)
def test_a_count_of_different_dates_may_be_declared_days(expression: str, unit: str, codes: list[str]) -> None:
    within = "(SELECT COUNT(DISTINCT day) AS n FROM t GROUP BY who) AS q" if "SUM" in expression else "t"
    found = gnomon.infer_units(
        f"SELECT {expression} AS y FROM {within}",
        {"t.day": None, "t.spent": {"kind": "currency", "code": "USD"}},
        types={"t.day": "date", "t.at": "timestamp", "t.who": "text"},
        declared={"y": {"kind": "time", "code": unit}},
    )
    assert [each.code for each in found.diagnostics] == codes
