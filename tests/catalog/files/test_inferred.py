"""What follows from SQL: columns, types, units; what a file declares stays, and a difference is a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from gnomon.catalog.files import files_of, read_folder, read_spec, to_spec
from gnomon.catalog.files.graph import UnreadableSql, read_sql
from gnomon.catalog.values import Definition
from gnomon.errors import DefinitionError

from .projects import CURRENT, metric, read, written

USD, MS = {"kind": "currency", "code": "USD"}, {"kind": "time", "code": "ms"}


def units(definition: Definition) -> dict[str, object]:
    return {column.name: column.unit for column in definition.columns}


def test_units_reach_transforms_metrics_and_cubes(tmp_path: Path) -> None:
    files = {
        **CURRENT,
        "waited.yaml": "name: waited\nnode_type: metric\nquery: SELECT SUM(o.wait) FROM ${prefix}facts.orders AS o\n",
        "rate.yaml": "name: rate\nnode_type: metric\nquery: SELECT ${prefix}revenue / ${prefix}waited\n",
        "by_store.yaml": CURRENT["by_store.yaml"].replace('["${prefix}revenue"]', '["${prefix}rate"]'),
    }
    found = read(tmp_path, files)
    nodes = found.definitions
    assert found.findings == ()
    assert units(nodes["shop.facts.orders"]) == {"id": None, "store_id": None, "amount": USD, "wait": MS}
    assert units(nodes["shop.waited"]) == {"shop_DOT_waited": MS}
    per = {"numerator": USD, "denominator": MS}
    assert units(nodes["shop.rate"]) == {"shop_DOT_rate": per}
    assert units(nodes["shop.by_store"]) == {"shop.rate": per, "shop.dims.store.name": None}
    types = {column.name: column.type for column in nodes["shop.facts.orders"].columns}
    assert types == {"id": "int", "store_id": "int", "amount": "double", "wait": "bigint"}


def test_stars_names_with_dots_and_ctes(tmp_path: Path) -> None:
    query = "|\n  WITH o AS (SELECT * FROM ${prefix}raw.orders)\n  SELECT o.*, o.amount * 2 AS Twice FROM o\n"
    full = "SELECT SUM(${prefix}raw.orders.amount) FROM ${prefix}raw.orders"
    files = {
        **CURRENT,
        "t.yaml": f"name: t\nnode_type: transform\nquery: {query}",
        "f.yaml": f"name: f\nnode_type: metric\nquery: {full}\n",
    }
    nodes = read(tmp_path, files).definitions
    assert units(nodes["shop.t"]) == {
        "id": None,
        "store_id": None,
        "placed": None,
        "amount": USD,
        "wait": MS,
        "Twice": USD,
    }
    assert units(nodes["shop.f"]) == {"shop_DOT_f": USD}
    assert nodes["shop.t"].parents == ("shop.raw.orders",)


def test_what_was_inferred_is_not_written(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {**CURRENT, "m.yaml": "name: m\nnode_type: metric\nquery: SELECT SUM(amount) FROM ${prefix}raw.orders\n"},
    )
    assert units(found.definitions["shop.m"]) == {"shop_DOT_m": USD}
    text = files_of(found.definitions, "shop")["m.yaml"]
    assert text == 'name: ${prefix}m\nnode_type: metric\nquery: "SELECT SUM(amount) FROM ${prefix}raw.orders"\n'
    transform = files_of(found.definitions, "shop")["facts/orders.yaml"]
    assert "columns" not in transform


def test_a_declared_unit_holds_against_the_sql(tmp_path: Path) -> None:
    query = "|\n  SELECT amount,\n    wait + 1 AS pause\n  FROM ${prefix}raw.orders\n"
    columns = "columns: [{name: pause, unit: {kind: currency, code: EUR}}]\n"
    found = read(tmp_path, {**CURRENT, "t.yaml": f"name: t\nnode_type: transform\nquery: {query}{columns}"})
    (problem,) = found.findings
    assert (problem.code, problem.severity, str(problem.span)) == ("declared_mismatch", "warning", "t.yaml:5:5")
    assert problem.message == "'pause' is declared EUR and comes out in ms"
    assert units(found.definitions["shop.t"]) == {"amount": USD, "pause": {"kind": "currency", "code": "EUR"}}


def test_columns_stand_as_in_the_sql_and_are_written_as_in_the_file(tmp_path: Path) -> None:
    text = "name: t\nnode_type: transform\nquery: SELECT id, amount, wait FROM ${prefix}raw.orders\n"
    columns = "columns: [{name: wait, description: w}, {name: id, description: i}]\nprimary_key: [wait, id]\n"
    found = read(tmp_path, {**CURRENT, "t.yaml": text + columns})
    assert [column.name for column in found.definitions["shop.t"].columns] == ["id", "amount", "wait"]
    (spec,) = [node for node in to_spec(found.definitions, "shop")["nodes"] if node["name"] == "${prefix}t"]
    assert [column["name"] for column in spec["columns"]] == spec["primary_key"] == ["wait", "id"]
    assert read_spec(to_spec(found.definitions, "shop", found.tags)).definitions == found.definitions


def test_a_declared_type_holds(tmp_path: Path) -> None:
    text = "name: t\nnode_type: transform\nquery: SELECT amount FROM ${prefix}raw.orders\n"
    found = read(tmp_path, {**CURRENT, "t.yaml": f"{text}columns: [{{name: amount, type: 'decimal(9, 2)'}}]\n"})
    assert found.definitions["shop.t"].columns[0].type == "decimal(9, 2)"
    assert 'type: "decimal(9, 2)"' in files_of(found.definitions, "shop")["t.yaml"]


def test_units_that_do_not_go_together_are_shown_at_their_place(tmp_path: Path) -> None:
    query = "|\n  SELECT\n    amount + wait AS wrong\n  FROM ${prefix}raw.orders\n"
    found = read(tmp_path, {**CURRENT, "t.yaml": f"name: t\nnode_type: transform\nquery: {query}"})
    (problem,) = found.findings
    assert (problem.code, str(problem.span)) == ("incompatible_units", "t.yaml:5:5")
    assert problem.span is not None
    assert problem.span.source.text[problem.span.start : problem.span.end] == "amount + wait"
    assert "@" not in (problem.help or "")
    spec = to_spec(found.definitions, "shop")
    (again,) = read_spec(spec).findings
    assert again.message.endswith("(at nodes.6.query, line 2)")


def test_sql_that_cannot_be_read_is_kept_with_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, metric("unit: dollar", "SELECT SUM((x FROM y"))
    (problem,) = found.findings
    assert (problem.code, problem.severity) == ("sql_not_read", "warning")
    assert found.definitions["shop.m"].query == "SELECT SUM((x FROM y"
    assert found.definitions["shop.m"].columns[0].unit == USD


@pytest.mark.parametrize(
    ("query", "said", "marked"),
    [
        ("SELECT FROM (", "expected table name after '('", "("),
        ("SELECT a FROM t WHERE", "something is missing after 'WHERE'", "WHERE"),
        ("SELECT a FROM t WHERE a = = 2", "something is missing after '='", "="),
        ("SELECT SUM(a FROM t", "expecting ), at 'FROM'", "FROM"),
        ("SELECT 'it''s' AS x, \"a FROM t", "the quote is not closed, at '\"'", '"'),
        ("SELECT 1 -- it's\n  /* b", "the comment is not closed, at '/*'", "/*"),
        ("DELETE FROM t", "this is no query", "DELETE FROM t"),
    ],
)
def test_sql_that_cannot_be_read_says_what_is_at_fault_and_where(query: str, said: str, marked: str) -> None:
    with pytest.raises(UnreadableSql) as raised:
        read_sql(query)
    assert str(raised.value) == said
    span = raised.value.span
    assert (query if span is None else query[span.start : span.end]) == marked


def test_nodes_of_the_catalog_are_known_too() -> None:
    there = read_spec(
        {
            "namespace": "raw",
            "nodes": [
                {
                    "name": "o",
                    "node_type": "source",
                    "catalog": "c",
                    "table": "t",
                    "columns": [{"name": "a", "unit": USD}],
                }
            ],
        }
    )
    node = {"name": "m", "node_type": "metric", "query": "SELECT MAX(a) FROM raw.o"}
    found = read_spec({"namespace": "shop", "nodes": [node]}, known=there.definitions)
    assert units(found.definitions["shop.m"]) == {"shop_DOT_m": USD}
    assert list(found.definitions) == ["shop.m"]


def test_bit_has_no_unit_that_could_be_inferred() -> None:
    source = {"name": "o", "node_type": "source", "catalog": "c", "table": "t"}
    body = {"namespace": "s", "nodes": [{**source, "columns": [{"name": "a", "unit": USD}]}]}
    for name, unit in (("bit", None), ("unknown", USD)):
        body["nodes"] = [
            *body["nodes"][:1],
            {"name": "m", "node_type": "metric", "query": "SELECT MAX(a) FROM s.o", "unit": name},
        ]
        found = read_spec(body)
        assert units(found.definitions["s.m"]) == {"s_DOT_m": unit}
        assert to_spec(found.definitions, "s")["nodes"][0]["unit"] == name


def test_a_circle_through_the_catalog_is_refused() -> None:
    there = read_spec(
        {"namespace": "raw", "nodes": [{"name": "v", "node_type": "transform", "query": "SELECT a FROM shop.m"}]}
    )
    node = {"name": "m", "node_type": "transform", "query": "SELECT a FROM raw.v"}
    with pytest.raises(DefinitionError) as error:
        read_spec({"namespace": "shop", "nodes": [node]}, known=there.definitions)
    assert [problem.code for problem in error.value.problems] == ["node_cycle"]


def test_what_a_folder_leaves_out_is_not_known(tmp_path: Path) -> None:
    there = read(tmp_path / "a", CURRENT).definitions
    files = {name: text for name, text in CURRENT.items() if name != "facts/orders.yaml"}
    found = read_folder(written(tmp_path / "b", files), known=there)
    assert [problem.code for problem in found.findings] == ["missing_node"]
