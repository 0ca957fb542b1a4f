"""Whether a node is valid: the same in a deployment's results, in the node itself, and before it is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gnomon.catalog.files import read_folder
from serve.conftest import Served

COLUMNS = [{"name": name, "type": "bigint"} for name in ("id", "amount", "user_id")]
BASE: list[dict[str, Any]] = [
    {"name": "o", "node_type": "source", "catalog": "c", "schema": "s", "table": "o", "columns": COLUMNS},
    {"name": "bare", "node_type": "source", "catalog": "c", "schema": "s", "table": "b"},
    {"name": "d", "node_type": "dimension", "query": "SELECT id FROM ${prefix}o", "primary_key": ["id"]},
    {"name": "fine", "node_type": "metric", "query": "SELECT SUM(amount) FROM ${prefix}o"},
]
FINE: dict[str, dict[str, Any]] = {
    "undeclared metric": {"node_type": "metric", "query": "SELECT SUM(x) FROM ${prefix}bare"},
    "undeclared columns": {"node_type": "transform", "query": "SELECT b.x, y FROM ${prefix}bare AS b"},
    "undeclared star": {"node_type": "transform", "query": "SELECT * FROM ${prefix}bare"},
    "stages": {
        "node_type": "transform",
        "query": "WITH q AS (SELECT id FROM ${prefix}o) SELECT q.id, o.amount AS z, z + 1 AS y FROM q"
        " JOIN ${prefix}o AS o ON o.id = q.id ORDER BY y",
    },
    "correlated": {
        "node_type": "transform",
        "query": "SELECT id FROM ${prefix}o WHERE EXISTS (SELECT 1 FROM ${prefix}d AS d WHERE d.id = user_id)",
    },
    "exploded": {
        "node_type": "transform",
        "query": "SELECT id, e FROM ${prefix}o LATERAL VIEW explode(array(1, 2)) t AS e",
    },
    "needs a dimension": {
        "node_type": "metric",
        "query": "SELECT SUM(amount) FROM ${prefix}o",
        "required_dimensions": ["id"],
    },
}
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "metric column": ("unknown_column", {"node_type": "metric", "query": "SELECT SUM(nope) FROM ${prefix}o"}),
    "transform column": ("unknown_column", {"node_type": "transform", "query": "SELECT nope FROM ${prefix}o"}),
    "qualified": ("unknown_column", {"node_type": "transform", "query": "SELECT x.nope FROM ${prefix}o AS x"}),
    "inside": (
        "unknown_column",
        {"node_type": "transform", "query": "SELECT i.a FROM (SELECT nope AS a FROM ${prefix}o) AS i"},
    ),
    "required": (
        "unknown_dimension",
        {"node_type": "metric", "query": "SELECT SUM(amount) FROM ${prefix}o", "required_dimensions": ["zzz"]},
    ),
    "where": ("wrong_metric", {"node_type": "metric", "query": "SELECT SUM(amount) FROM ${prefix}o WHERE id > 1"}),
    "cube dimension": (
        "unknown_dimension",
        {"node_type": "cube", "metrics": ["${prefix}fine"], "dimensions": ["${prefix}d.zzz"]},
    ),
    "cube filter": ("bad_filter", {"node_type": "cube", "metrics": ["${prefix}fine"], "filters": ["garbage (("]}),
    "link": (
        "unusable_link",
        {
            "node_type": "transform",
            "query": "SELECT id FROM ${prefix}o",
            "dimension_links": [
                {"type": "join", "dimension_node": "${prefix}d", "join_on": "${prefix}x.nope = ${prefix}d.id"}
            ],
        },
    ),
    "unread": ("sql_not_read", {"node_type": "transform", "query": "SELECT FROM ("}),
}


def body_of(node: dict[str, Any]) -> dict[str, Any]:
    """A deployment of a node `s.x` beside others."""
    nodes = [{**each, "name": f"${{prefix}}{each['name']}"} for each in [*BASE, {**node, "name": "x"}]]
    return {"namespace": "s", "nodes": nodes}


def written_out(value: Any) -> Any:
    """A node with the namespace written out, as a call says it."""
    if isinstance(value, str):
        return value.replace("${prefix}", "s.")
    if isinstance(value, list):
        return [written_out(each) for each in value]
    return {key: written_out(each) for key, each in value.items()} if isinstance(value, dict) else value


def statuses(served: Served, node: dict[str, Any]) -> tuple[set[str], list[str]]:
    """What three calls say of a node, each in the words of the last, and the codes of a deployment's warnings."""
    before = {"namespace": "s", "nodes": body_of(node)["nodes"][:-1]}
    assert served.http.post("/deployments", json=before).status_code == 200
    checked = served.http.post("/nodes/validate", json=written_out({**node, "name": "s.x"})).json()
    done = served.http.post("/deployments", json=body_of(node)).json()
    result = next(each["status"] for each in done["results"] if each["name"] == "s.x")
    found = {checked["status"], {"success": "valid"}.get(result, result)}
    return found | {served.http.get("/nodes/s.x/").json()["status"]}, [each["context"] for each in done["warnings"]]


@pytest.mark.parametrize("node", FINE.values(), ids=FINE)
def test_a_node_that_can_be_computed_is_valid_everywhere(served: Served, node: dict[str, Any]) -> None:
    assert statuses(served, node) == ({"valid"}, [])


@pytest.mark.parametrize(("code", "node"), WRONG.values(), ids=WRONG)
def test_a_node_that_cannot_be_computed_is_invalid_everywhere(served: Served, code: str, node: dict[str, Any]) -> None:
    assert statuses(served, node) == ({"invalid"}, [code])


def test_a_fault_is_shown_where_it_stands_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "dj.yaml").write_text("namespace: s\n")
    (tmp_path / "o.yaml").write_text(
        "name: ${prefix}o\nnode_type: source\ncatalog: c\nschema: s\ntable: o\ncolumns:\n- name: id\n  type: bigint\n"
    )
    (tmp_path / "m.yaml").write_text(
        "name: ${prefix}m\nnode_type: metric\nquery: SELECT SUM(id) FROM ${prefix}o\nrequired_dimensions:\n- zzz\n"
    )
    (finding,) = read_folder(tmp_path).findings
    assert (finding.code, finding.severity) == ("unknown_dimension", "warning")
    assert finding.span is not None and (finding.span.source.path, finding.span.line) == ("m.yaml", 5)
