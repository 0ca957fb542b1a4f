"""What DataJunction's published client does against a server; run by its own Python, and told in JSON.

python client_flow.py URL FOLDER
"""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from datajunction import DJBuilder  # type: ignore[import-not-found]
from datajunction.deployment import DeploymentService  # type: ignore[import-not-found]
from datajunction.exceptions import DJClientException  # type: ignore[import-not-found]
from rich.console import Console

QUIET = Console(file=io.StringIO())


def attempt(call: Any) -> Any:
    """What a call gives, or the client's own error."""
    try:
        return call()
    except DJClientException as error:
        return {"refused": error.args[0] if error.args else str(error)}


def pushed(dj: DJBuilder, folder: Path, namespace: str | None = None) -> dict[str, int]:
    """Push a folder, and count what became of its nodes."""
    heard: list[dict[str, Any]] = []
    deploy = dj.deploy
    dj.deploy = lambda spec: heard.append(deploy(spec)) or heard[-1]
    try:
        DeploymentService(dj, QUIET).push(folder, namespace, console=QUIET)
    finally:
        del dj.deploy
    return counted(heard[0])


def counted(outcome: dict[str, Any]) -> dict[str, int]:
    """How many results there are of each operation."""
    found: dict[str, int] = {}
    for result in outcome["results"]:
        found[result["operation"]] = found.get(result["operation"], 0) + 1
    return found


def metric_of(dj: DJBuilder, name: str) -> Any:
    """A metric's metadata as the client parses it, and its structured unit."""
    metadata = dj.metric(name).metric_metadata
    return {
        "unit": metadata.unit.value if metadata else None,
        "direction": metadata.direction.value if metadata else None,
        "structured": dj.get_metric(name)["unit"],
    }


def read(dj: DJBuilder) -> dict[str, Any]:
    """What the client reads."""
    metrics = dj.list_metrics("shop")
    asked = {"metrics": ["shop.revenue", "shop.buyers"], "dimensions": ["shop.users.country"]}
    frame = dj.data(**asked)
    return {
        "namespaces": dj.list_namespaces(),
        "nodes": dj.list_nodes(),
        "sources": dj.list_sources("shop"),
        "dimensions": dj.list_dimensions(),
        "cubes": dj.list_cubes("shop"),
        "metrics": {name: metric_of(dj, name) for name in metrics},
        "source": [asdict(column) for column in dj.source("shop.orders").columns],
        "links": [link.join_sql for link in dj.node("shop.orders").dimension_links],
        "dimension": dj.dimension("shop.users").primary_key,
        "cube": [dj.cube("shop.overview").metrics, dj.cube("shop.overview").dimensions],
        "common_dimensions": dj.common_dimensions(["shop.revenue", "shop.buyers"], name_only=True),
        "common_metrics": [each["name"] for each in dj.common_metrics(["shop.users"])],
        "sql": dj.sql(**asked, filters=["shop.users.country = 'PT'"]),
        "plan": [group["aggregability"] for group in dj.plan(**asked)["grain_groups"]],
        "data": [list(frame.columns), sorted(frame.values.tolist())],
        "node_sql": dj.node_sql("shop.users"),
        "node_data": sorted(dj.node_data("shop.users").values.tolist()),
        "upstream": [each["name"] for each in dj._get_node_upstreams("shop.overview")],
        "downstream": [each["name"] for each in dj._get_node_downstreams("shop.users_table")],
        "catalogs": dj.list_catalogs(),
        "engines": dj.list_engines(),
        "tagged": dj.list_nodes_with_tags(["money"]),
    }


def written(dj: DJBuilder) -> dict[str, Any]:
    """What the client writes, node by node."""
    from datajunction import models

    dj.create_namespace("made")
    again = attempt(lambda: dj.create_namespace("made"))
    dj.create_namespace("made", skip_if_exists=True)
    columns = [models.ColumnYAML("day", "date"), models.ColumnYAML("n", "bigint")]
    dj.create_source("made.days", catalog="default", schema="shop", table="days", columns=columns)
    dj.create_dimension("made.day", "SELECT day, n FROM made.days", primary_key=["day"], description="a day")
    week = dj.create_metric(
        "made.age",
        "SELECT MAX(n) FROM made.days",
        unit=models.MetricUnit.WEEK,
        direction=models.MetricDirection.NEUTRAL,
    )
    source = dj.source("made.days")
    source.link_complex_dimension("made.day", join_on="made.days.day = made.day.day", join_cardinality="many_to_one")
    source.set_column_display_name("n", "Number")
    source.set_column_description("n", "how many")
    source.set_column_attributes("n", [models.ColumnAttribute("dimension")])
    dj.create_tag("old", "what is old", {"since": 1}, "age")
    euro = dj.metric("shop.revenue")
    euro.description = "All that was sold"
    euro.save()
    plain = dj.node("shop.in_millisecond")
    plain.save()
    users = dj.dimension("shop.users")
    users.description = "Who buys"
    users.save()
    dj.create_cube("made.cube", metrics=["made.age"], dimensions=["made.day.day"])
    dj.delete_node("made.cube")
    gone = attempt(lambda: dj.node("made.cube"))
    dj.restore_node("made.cube")
    return {
        "again": again,
        "week": week.name,
        "links": [link.join_sql for link in dj.source("made.days").dimension_links],
        "columns": [asdict(column) for column in dj.source("made.days").columns],
        "revenue": metric_of(dj, "shop.revenue"),
        "age": metric_of(dj, "made.age"),
        "millisecond": metric_of(dj, "shop.in_millisecond"),
        "revisions": [each["version"] for each in dj.metric("shop.revenue").list_revisions()],
        "descriptions": [dj.metric("shop.revenue").description, dj.dimension("shop.users").description],
        "gone": gone,
        "back": dj.node("made.cube").name,
        "tag": dj.tag("old").tag_metadata,
    }


def refused(dj: DJBuilder, folder: Path) -> dict[str, Any]:
    """What the client is told when something is wrong."""
    bad = folder / "bad.yaml"
    bad.write_text(
        "name: ${prefix}bad\nnode_type: metric\nquery: SELECT COUNT(*) FROM ${prefix}orders\nunit: dollars\n"
    )
    before = dj.list_nodes()
    told = attempt(lambda: pushed(dj, folder))
    bad.unlink()
    login = attempt(lambda: DJBuilder(dj.uri).basic_login("ada", "wrong"))
    stranger = attempt(lambda: DJBuilder(dj.uri).list_namespaces())
    return {
        "unknown": attempt(lambda: dj.metric("shop.nope")),
        "unit": told,
        "unchanged": dj.list_nodes() == before,
        "login": login,
        "stranger": stranger,
        "cube_as_metric": attempt(lambda: dj.metric("shop.overview")),
    }


def main(url: str, folder: Path, password: str) -> dict[str, Any]:
    """The whole flow."""
    dj = DJBuilder(url)
    dj.basic_login("ada", password)
    service = DeploymentService(dj, QUIET)
    dry = counted(service.get_impact(folder, console=QUIET, display=False))
    nothing = dj.list_nodes()
    told: dict[str, Any] = {"dry": dry, "nothing": nothing, "first": pushed(dj, folder), "second": pushed(dj, folder)}
    told["read"] = read(dj)
    pulled = folder.parent / "pulled"
    service.pull("shop", pulled)
    told["pulled"] = pushed(dj, pulled)
    texts = {str(path): path.read_text() for path in folder.rglob("*.yaml")}
    service.pull("shop", folder)
    after = {str(path): path.read_text() for path in folder.rglob("*.yaml")}
    told["same_files"] = sorted(set(texts.items()) ^ set(after.items()))
    told["refused"] = refused(dj, folder)
    told["written"] = written(dj)
    (folder / "units" / "in_week.yaml").unlink()
    told["impact"] = counted(service.get_impact(folder, console=QUIET, display=False))
    return told


if __name__ == "__main__":
    arguments = sys.argv[1:]
    outcome = main(arguments[0], Path(arguments[1]), arguments[2])
    print("TOLD", json.dumps(outcome))
