"""`gnomon export` and `gnomon import`: whole documents of a project, and files that are not as they should be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import gnomon as library
from doc_blocks import Reader, blocks
from gnomon.cli.written import yaml_text
from gnomon.compile.exports import TARGETS, Series, described
from gnomon.compile.models import OutputColumn

DOCS = Path(__file__).parents[2] / "docs" / "how-to"
QUERY = """SELECT @metrics_sample_date(v.day) AS metrics_sample_date, v.person, v.site, @metric_name() AS metric,
  MAX(v.{name}) AS amount FROM raw.visits AS v WHERE @metrics_in_window(v.day) GROUP BY 1, 2, 3, 4
"""
UNITS = {
    "visits": "{kind: count, code: page views}",
    "wait": "{kind: time, code: ms}",
    "share": "{kind: percentage}",
    "rate": "{numerator: {kind: currency, code: USD}, denominator: {kind: time, code: h}}",
    "paid": "{kind: currency}",
    "bare": None,
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    (root / "gnomon.yaml").write_text("name: site\nstart: 2024-01-01\n")
    measures = "".join(f", {name}: {{type: double, unit: {unit or 'null'}}}" for name, unit in UNITS.items())
    (root / "sources.yaml").write_text(
        "sources: {raw.visits: {time: day, keys: {person: person}, columns: {day: date, person: text, site: text"
        f"{measures}}}}}}}\nentities: {{person: {{}}}}\n"
    )
    (root / "queries").mkdir()
    lines = []
    for name, unit in UNITS.items():
        metadata = f', metadata: {{description: "The \\"{name}\\", on\\ntwo lines.", unit: {unit}}}' if unit else ""
        fields = "time_aggregations: [daily], entity_types: [person], entity_key: person"
        lines.append(f"{name}: {{ref: {name}.sql, {fields}{metadata}}}\n")
        (root / "queries" / f"{name}.sql").write_text(QUERY.format(name=name))
    (root / "metrics.yaml").write_text("".join(lines))
    return root


def output(result: Any) -> str:
    assert result.exit_code == 0, result.stderr
    return str(result.stdout)


def test_the_page_does_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    project = DOCS / "add-a-metric.md"
    Reader(folder, project, "yaml").follow([b for b in blocks(project.read_text()) if "title" in b.words])
    reader = Reader(folder, DOCS / "export-units.md")
    reader.follow(blocks((DOCS / "export-units.md").read_text()))
    assert len(reader.outputs) >= 5


def test_otel_is_a_registry_with_ucum_units(gnomon: Any, site: Path) -> None:
    result = gnomon("export", "otel", cwd=site)
    groups = YAML(typ="safe").load(output(result))["groups"]
    assert {group["metric_name"]: group["unit"] for group in groups} == {
        "metrics.visits_to_person_daily": "{page_views}",
        "metrics.wait_to_person_daily": "ms",
        "metrics.share_to_person_daily": "%",
        "metrics.rate_to_person_daily": "{USD}/h",
        "metrics.paid_to_person_daily": "",
        "metrics.bare_to_person_daily": "",
    }
    assert set(groups[0]) == {"id", "type", "metric_name", "stability", "brief", "instrument", "unit"}
    assert groups[0]["brief"].startswith('The "visits", on two lines, by person, daily')
    assert "metrics.paid_to_person_daily, column amount: its unit cannot be said" in result.stderr
    assert "bare" not in result.stderr, "what is unset is not left out"
    assert json.loads(output(gnomon("export", "otel", "--json", cwd=site)))["groups"] == groups


def test_prometheus_is_metadata_whose_names_end_in_their_units(gnomon: Any, site: Path) -> None:
    text = output(gnomon("export", "prometheus", cwd=site))
    lines = text.splitlines()
    assert lines[-1] == "# EOF" and text.endswith("\n")
    form = r'# (TYPE [a-zA-Z_]\w* gauge|UNIT ([a-zA-Z_]\w*_)([a-z_]+) \3|HELP [a-zA-Z_]\w* ([^"\\]|\\[n"\\])+)'
    assert [line for line in lines[:-1] if not re.fullmatch(form, line)] == []
    rows = json.loads(output(gnomon("export", "prometheus", "--json", cwd=site)))
    assert {row["name"]: Fraction(row["factor"]) for row in rows} == {
        "metrics_visits_to_person_daily": 1,
        "metrics_wait_to_person_daily_seconds": Fraction(1, 1000),
        "metrics_share_to_person_daily_ratio": Fraction(1, 100),
        "metrics_rate_to_person_daily_usd_per_second": Fraction(1, 3600),
        "metrics_paid_to_person_daily": 1,
        "metrics_bare_to_person_daily": 1,
    }
    assert any("column amount); the column times 1/1000" in line for line in lines)


def test_grafana_has_the_unit_of_each_field(gnomon: Any, site: Path) -> None:
    result = gnomon("export", "grafana", cwd=site)
    config = json.loads(output(result))["fieldConfig"]
    found = {each["matcher"]["options"]: each["properties"][0]["value"] for each in config["overrides"]}
    assert found == {
        **dict.fromkeys(("visits", "visits_daily"), "suffix:page views"),
        **dict.fromkeys(("wait", "wait_daily"), "ms"),
        **dict.fromkeys(("share", "share_daily"), "percent"),
        **dict.fromkeys(("rate", "rate_daily"), "suffix:USD/h"),
    }
    assert "field amount: its units differ" in result.stderr
    one = json.loads(output(gnomon("export", "grafana", "--metric", "wait", cwd=site)))
    assert {each["matcher"]["options"] for each in one["fieldConfig"]["overrides"]} == {"wait", "wait_daily", "amount"}


def test_dbt_and_frictionless_come_back_as_sources(gnomon: Any, site: Path, tmp_path: Path) -> None:
    """What is imported, with time and keys put to it, loads as sources with the units that were exported."""
    project = library.load(site)
    wanted = {name: metric.metadata.unit for name, metric in project.metrics.items() if metric.metadata.unit}
    for target, before in (("dbt", ""), ("frictionless", "metrics.")):
        file = tmp_path / f"{target}.yml"
        output(gnomon("export", target, "--out", str(file), cwd=site))
        fragment = YAML(typ="safe").load(output(gnomon("import", target, str(file))))
        for source in fragment["sources"].values():
            source.update(time="metrics_sample_date", keys={"person": "person"})
        root = tmp_path / target
        root.mkdir()
        (root / "gnomon.yaml").write_text("name: again\nstart: 2024-01-01\n")
        (root / "sources.yaml").write_text(yaml_text({**fragment, "entities": {"person": {}}}, flow_from=9))
        (root / "metrics.yaml").write_text("")
        sources = library.load(root).sources
        assert {name: table.columns["amount"].unit for name, table in sources.items()} == {
            f"{before}{name}_to_person_daily": unit for name, unit in wanted.items()
        }
        assert {table.columns["amount"].type for table in sources.values()} == {"double"}


def test_a_data_package_has_what_the_standard_asks_for(gnomon: Any, site: Path) -> None:
    package = json.loads(output(gnomon("export", "frictionless", "--metric", "wait", cwd=site)))
    (resource,) = package["resources"]
    assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"]) and resource["path"] == "wait_to_person_daily.csv"
    fields = {field.pop("name"): field for field in resource["schema"]["fields"]}
    assert [field["type"] for field in fields.values()] == ["date", "string", "string", "string", "number"]
    assert fields["amount"] == {"type": "number", "unit": "ms", "x-unit": {"kind": "time", "code": "ms"}}


def test_units_by_key_are_said_key_by_key(site: Path) -> None:
    project = library.load(site)
    unit = {
        "by": "metric",
        "map": {"stars": {"kind": "count", "code": "stars"}, "wait": {"kind": "time", "code": "ms"}},
    }
    extra = OutputColumn("size", "DOUBLE", "extra", {"kind": "data_size", "code": "KB"})
    series = (
        Series("m.t", "t", ("both", "both_daily"), "Both", (OutputColumn("amount", "DOUBLE", "amount", unit), extra)),
    )
    groups = TARGETS["otel"](project, series).data["groups"]
    assert [(group["metric_name"], group["unit"]) for group in groups] == [
        ("m.t.stars", "{stars}"),
        ("m.t.wait", "ms"),
        ("m.t.size", "kBy"),
    ]
    assert "column amount, metric = wait" in groups[1]["brief"]
    rows = TARGETS["prometheus"](project, series).data
    assert [row["name"] for row in rows] == ["m_t_stars", "m_t_wait_seconds", "m_t_size_bytes"]
    overrides = TARGETS["grafana"](project, series).data["fieldConfig"]["overrides"]
    assert [each["matcher"]["options"] for each in overrides] == ["stars", "wait", "size"]
    (model,) = TARGETS["dbt"](project, series).data["models"]
    assert model["columns"][0]["config"]["meta"] == {"unit_by": {"column": "metric", "map": unit["map"]}}


def test_a_code_in_another_column_is_no_unit_elsewhere(site: Path) -> None:
    project = library.load(site)
    amount = OutputColumn("amount", "DOUBLE", "amount", {"kind": "currency", "by": "currency_code"})
    series = (Series("m.t", "t", ("paid",), "Paid", (amount,)),)
    for target in ("otel", "prometheus", "grafana"):
        document = TARGETS[target](project, series)
        assert len(document.unsaid) >= 1, target
        assert "currency" not in json.dumps(document.data), target
    assert TARGETS["frictionless"](project, series).data["resources"][0]["schema"]["fields"][0]["x-unit"] == amount.unit


def test_a_metric_with_labels_has_fields_of_their_names(site: Path) -> None:
    project = library.load(site)
    labelled = replace(project, metrics={"wait": replace(project.metrics["wait"], labels=("short", "long"))})
    (one,) = described(labelled, library.render(project, "wait", full=False, end=project.start))
    assert one.fields == ("short", "short_daily", "long", "long_daily")


def test_described_tables_are_the_rendered_ones(site: Path) -> None:
    project = library.load(site)
    rendered = library.render(project, "wait", full=False, end=project.start)
    (one,) = described(project, rendered)
    assert (one.name, one.fields) == ("metrics.wait_to_person_daily", ("wait", "wait_daily"))


# Files


def test_nothing_is_overwritten_without_force(gnomon: Any, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "units.yaml"
    dry = gnomon("export", "otel", "--out", str(out), "--dry-run", cwd=site)
    assert output(dry).startswith("groups:") and "nothing was written" in dry.stderr and not out.exists()
    written = gnomon("export", "otel", "--out", str(out), cwd=site)
    assert output(written) == "" and f"wrote {out}" in written.stderr and out.read_text() == dry.stdout
    for verb in (("export", "dbt"), ("import", "otel", str(out))):
        refused = gnomon(*verb, "--out", str(out), cwd=site)
        assert refused.exit_code == 2 and "error[file_exists]" in refused.stderr
    assert out.read_text() == dry.stdout
    output(gnomon("export", "dbt", "--out", str(out), "--force", cwd=site))
    assert out.read_text().startswith("version: 2")
    assert [path.name for path in tmp_path.iterdir()] == ["units.yaml"]
    assert "error[no_folder]" in gnomon("export", "dbt", "--out", str(tmp_path / "no" / "x"), cwd=site).stderr


def test_yaml_holds_for_readers_of_older_yaml() -> None:
    texts = [
        "on",
        "No",
        "y",
        "null",
        "1e3",
        "0x1f",
        "12:30",
        "1_000",
        "{stars}",
        "%",
        "- a",
        "a: b",
        "#",
        "",
        " x",
        "é",
        "~",
    ]
    value = {text: [text, {"unit": text}] for text in texts}
    for version in ("1.1", "1.2"):
        reader = YAML(typ="safe", pure=True)
        reader.version = version
        assert reader.load(yaml_text(value, flow_from=1)) == value


def read(gnomon: Any, folder: Path, target: str, text: str) -> tuple[int, Any, str]:
    """Exit code, data and talk of an import."""
    (folder / "in").write_text(text)
    result = gnomon("import", target, "in", "--json", cwd=folder)
    return result.exit_code, json.loads(result.stdout) if result.exit_code < 2 else None, result.stderr


DBT = """version: 2
models:
  - name: orders
    columns:
      - {name: price, data_type: numeric, meta: {unit: dollar}}
      - {name: wait, meta: {unit: {kind: time, code: h}}, config: {meta: {unit: {kind: time, code: min}}}}
      - {name: weight, meta: {unit: kg}}
      - {name: plain}
sources:
  - name: raw
    schema: landing
    tables:
      - name: visits
        identifier: visits_v2
        columns: [{name: amount, meta: {unit_by: {column: metric, map: {a: {kind: count}}}}}]
"""


def test_dbt_files_of_others(gnomon: Any, tmp_path: Path) -> None:
    code, data, said = read(gnomon, tmp_path, "dbt", DBT)
    assert code == 1
    assert data["sources"] == {
        "orders": {
            "columns": {
                "price": {"type": "numeric", "unit": {"kind": "currency", "code": "USD"}},
                "wait": {"unit": {"kind": "time", "code": "min"}},
            }
        },
        "landing.visits_v2": {
            "columns": {"amount": {"unit_by": {"column": "metric", "map": {"a": {"kind": "count"}}}}}
        },
    }
    assert "in:7:16: orders.weight: unknown unit 'kg'" in said
    assert "3 units read, 1 not; 1 without a unit" in said


def test_a_projects_own_units_are_read_in_the_project(gnomon: Any, tmp_path: Path) -> None:
    schema = "models: [{name: gas, columns: [{name: fee, meta: {unit: {kind: currency, code: wei}}}]}]"
    assert read(gnomon, tmp_path, "dbt", schema)[:2] == (1, {"sources": {}})
    (tmp_path / "gnomon.yaml").write_text("name: own\nstart: 2024-01-01\n")
    (tmp_path / "units.yaml").write_text("units: {wei: {kind: currency, of: ETH, factor: 1/10^18}}\n")
    code, data, _ = read(gnomon, tmp_path, "dbt", schema)
    assert (code, data["sources"]["gas"]["columns"]["fee"]) == (0, {"unit": {"kind": "currency", "code": "wei"}})
    (tmp_path / "units.yaml").write_text("units: {wei: {kind: money}}\n")
    assert read(gnomon, tmp_path, "dbt", schema)[2].startswith("error[wrong_unit_definition]")


def test_grafana_dashboards_of_others(gnomon: Any, tmp_path: Path) -> None:
    def override(matcher: str, options: str, unit: Any) -> Any:
        return {"matcher": {"id": matcher, "options": options}, "properties": [{"id": "unit", "value": unit}]}

    panel = {
        "title": "Load \U0001f600",
        "fieldConfig": {
            "defaults": {"unit": "kbytes"},
            "overrides": [
                override("byName", "a", "s"),
                override("byRegexp", "/b/", "s"),
                override("byName", "c", "dB"),
            ],
        },
    }
    code, data, said = read(gnomon, tmp_path, "grafana", json.dumps({"panels": [{"type": "row", "panels": [panel]}]}))
    assert code == 1
    assert data == {
        "Load \U0001f600: (default)": {"kind": "data_size", "code": "KiB"},
        "Load \U0001f600: a": {"kind": "time", "code": "s"},
    }
    assert "/b/: the field is not matched by its name" in said and "'dB' is no unit of ours" in said


def test_expositions_and_registries_of_others(gnomon: Any, tmp_path: Path) -> None:
    text = "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n# UNIT b_celsius celsius\n# UNIT c\n# EOF\n"
    code, data, said = read(gnomon, tmp_path, "prometheus", text)
    assert (code, data) == (1, {"a_seconds": {"kind": "time", "code": "s"}})
    assert "in:4:1: b_celsius: 'celsius' is no base unit of ours" in said and "1 without a unit" in said
    registry = {
        "metrics": [{"name": "x", "unit": "By"}, {"name": "x", "unit": "s"}, {"name": "y", "unit": "{request}"}]
    }
    code, data, said = read(gnomon, tmp_path, "otel", json.dumps(registry))
    assert (code, data) == (1, {"y": {"kind": "count", "code": "request"}}), "two units for one name are none"
    assert "x: it has another unit at in:1:" in said


def test_a_schema_in_another_file_is_named(gnomon: Any, tmp_path: Path) -> None:
    package = {"resources": [{"name": "a", "schema": "a.json"}, {"name": "b", "schema": {"fields": [
        {"name": "x", "type": "integer", "unit": "MBy"}, {"name": "y", "unit": "1"}]}}]}  # fmt: skip
    code, data, said = read(gnomon, tmp_path, "frictionless", json.dumps(package))
    assert code == 1
    assert data["sources"] == {"b": {"columns": {"x": {"type": "bigint", "unit": {"kind": "data_size", "code": "MB"}}}}}
    assert "a: its schema is in another file" in said and "b.y: '1' is a count, a proportion or no unit alike" in said


BAD = {
    "models: {a: 1}": ("wrong_type", "in:1:9"),
    "models: [a]": ("wrong_type", "in:1:10"),
    "models: [{columns: []}]": ("missing_field", "in:1:10"),
    "models: [{name: a, columns: [{name: b, config: yes}]}]": ("wrong_type", "in:1:48"),
    "models: [{name: 1}]": ("wrong_type", "in:1:17"),
    "models: [&a {name: a}]": ("yaml_alias", "in:1:10"),
    "models: [": ("yaml_syntax", "in:1:9"),
    "- a": ("wrong_type", "in:1:1"),
    "": ("wrong_type", "in:1:1"),
}


@pytest.mark.parametrize("text", BAD)
def test_bad_files_get_one_error_with_a_place(gnomon: Any, tmp_path: Path, text: str) -> None:
    wanted, place = BAD[text]
    code, _, said = read(gnomon, tmp_path, "dbt", text)
    assert code == 2 and said.count("error[") == 1
    assert said.startswith(f"error[{wanted}]"), said
    assert f"--> {place}\n" in said, said


def test_files_that_cannot_be_read(gnomon: Any, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name, code in (("none", "missing_file"), ("latin", "not_utf8"), (".", "unreadable_file")):
        result = gnomon("import", "dbt", name, cwd=tmp_path)
        assert (result.exit_code, result.stdout) == (2, "") and result.stderr.startswith(f"error[{code}]")
    (tmp_path / "empty").write_text("hello\n")
    nothing = gnomon("import", "prometheus", "empty", cwd=tmp_path)
    assert (nothing.exit_code, nothing.stdout) == (1, "{}\n") and "0 units read" in nothing.stderr


def test_a_file_that_cannot_be_written(gnomon: Any, site: Path, tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()
    result = gnomon("export", "dbt", "--out", str(tmp_path / "out"), cwd=site)
    assert result.exit_code == 2 and "error[unwritable_file]" in result.stderr
