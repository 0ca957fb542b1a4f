"""Units in files: every place, every spelling, which one holds, and what is written back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gnomon.catalog.files import Deployment, read_spec, to_spec
from gnomon.catalog.values import Column
from gnomon.errors import DefinitionError
from gnomon.units.legacy import LEGACY_UNITS

from .projects import metric, read, source

USD = {"kind": "currency", "code": "USD"}
CLICKS_PER_S = {"numerator": {"kind": "count", "code": "clicks"}, "denominator": {"kind": "time", "code": "s"}}


def of(said: dict[str, Any], query: str = "SELECT MAX(x) FROM elsewhere.rows") -> Deployment:
    """A deployment of one metric, `shop.m`, over a table of which nothing is known."""
    return read_spec({"namespace": "shop", "nodes": [{"name": "m", "node_type": "metric", "query": query, **said}]})


def unit_of(found: Deployment) -> Any:
    return found.definitions["shop.m"].columns[0].unit


def spelling(found: Deployment) -> Any:
    return to_spec(found.definitions, "shop")["nodes"][0].get("unit")


@pytest.mark.parametrize("name", LEGACY_UNITS)
@pytest.mark.parametrize("spelled", [str, str.upper, " {} ".format])
def test_every_flat_name_survives_as_it_is_spelled(name: str, spelled: Any) -> None:
    found = of({"unit": spelled(name)})
    details = found.definitions["shop.m"].metric
    assert unit_of(found) == LEGACY_UNITS[name]
    assert details is not None
    assert details.legacy_unit == (name if LEGACY_UNITS[name] is None else None)
    assert spelling(found) == spelled(name)
    assert found.findings == ()


@pytest.mark.parametrize("unit", [USD, CLICKS_PER_S, {"kind": "percentage"}, {"kind": "currency"}, {"kind": "count"}])
def test_structured_units_survive_as_they_are_spelled(unit: Any) -> None:
    found = of({"unit": unit})
    assert (unit_of(found), spelling(found)) == (unit, unit)


@pytest.mark.parametrize("nothing", [None, "", "  ", {}])
def test_nothing_is_no_unit(nothing: Any) -> None:
    found = of({"unit": nothing})
    assert (unit_of(found), spelling(found)) == (None, None)


def test_the_nested_form_works(tmp_path: Path) -> None:
    said = "metric_metadata: {unit: dollar, direction: higher_is_better, significant_digits: 3}"
    found = read(tmp_path, metric(said))
    details = found.definitions["shop.m"].metric
    assert unit_of(found) == USD
    assert details is not None
    assert (details.direction, details.significant_digits) == ("higher_is_better", 3)
    spec = to_spec(found.definitions, "shop")["nodes"][0]
    assert (spec["unit"], spec["direction"], "metric_metadata" in spec) == ("dollar", "higher_is_better", False)


def test_type_stands_for_node_type(tmp_path: Path) -> None:
    files = metric("metric_metadata: {unit: second}")
    found = read(tmp_path, {**files, "m.yaml": files["m.yaml"].replace("node_type", "type")})
    assert unit_of(found) == {"kind": "time", "code": "s"}


@pytest.mark.parametrize("name", ["shop_DOT_m", "total", "m", "old_DOT_shop_DOT_m"])
def test_the_output_column_goes_by_several_names(name: str) -> None:
    found = of({"columns": [{"name": name, "unit": USD}]}, "SELECT MAX(x) AS total FROM elsewhere.rows")
    assert found.definitions["shop.m"].columns == (Column("shop_DOT_m", unit=USD),)
    assert spelling(found) == USD
    assert found.findings == ()


def test_an_output_column_under_two_names_is_one() -> None:
    """Only the first of them was read: its unit, or its description, was lost."""
    said = {"columns": [{"name": "total", "unit": USD}, {"name": "shop_DOT_m", "description": "paid"}]}
    found = of(said, "SELECT MAX(x) AS total FROM elsewhere.rows")
    assert found.definitions["shop.m"].columns == (Column("shop_DOT_m", unit=USD, description="paid"),)
    assert found.findings == ()
    assert read_spec(to_spec(found.definitions, "shop")).definitions == found.definitions


def test_an_output_column_under_two_names_says_one_thing() -> None:
    found = of({"columns": [{"name": "m", "description": "a"}, {"name": "shop_DOT_m", "description": "b"}]})
    (problem,) = found.findings
    assert problem.code == "said_twice" and "is declared twice, with description a and b" in problem.message
    assert found.definitions["shop.m"].columns[0].description == "a"


def test_another_column_of_a_metric_is_reported_and_kept() -> None:
    found = of({"columns": [{"name": "other", "unit": USD}]})
    assert [problem.code for problem in found.findings] == ["unknown_output"]
    assert [column.name for column in found.definitions["shop.m"].columns] == ["shop_DOT_m", "other"]
    again = read_spec(to_spec(found.definitions, "shop"))
    assert again.definitions == found.definitions


CLASHES: tuple[tuple[dict[str, Any], Any, str], ...] = (
    (
        {"unit": {"kind": "percentage"}, "metric_metadata": {"unit": "dollar"}},
        {"kind": "percentage"},
        "its legacy name",
    ),
    ({"unit": "dollar", "metric_metadata": {"unit": "second"}}, USD, "metric_metadata says time s"),
    ({"unit": "second", "columns": [{"name": "m", "unit": USD}]}, USD, "its column says currency USD"),
    ({"unit": USD, "columns": [{"name": "m", "unit": {"kind": "count"}}]}, USD, "its column says count"),
    ({"unit": "bit", "columns": [{"name": "m", "unit": USD}]}, USD, "its legacy name says bit"),
)


@pytest.mark.parametrize(("said", "unit", "words"), CLASHES)
def test_where_places_differ_one_holds_and_that_is_said(said: dict[str, Any], unit: Any, words: str) -> None:
    found = of(said)
    assert unit_of(found) == unit
    (problem,) = found.findings
    assert problem.code == "units_differ"
    assert words in problem.message
    assert unit_of(read_spec(to_spec(found.definitions, "shop"))) == unit


def test_places_that_agree_say_nothing() -> None:
    assert (
        of({"unit": "dollar", "metric_metadata": {"unit": "dollar"}, "columns": [{"name": "m", "unit": USD}]}).findings
        == ()
    )


DROPPED: tuple[tuple[Any, Any], ...] = (
    ({"kind": "currency", "code": "USD\n"}, USD),
    ({"kind": "count", "code": ""}, {"kind": "count"}),
    ({"kind": "time", "code": "s", "note": "x"}, {"kind": "time", "code": "s"}),
    ({"kind": "count", **CLICKS_PER_S}, CLICKS_PER_S),
)


@pytest.mark.parametrize(("written", "unit"), DROPPED)
def test_what_datajunction_drops_is_dropped_with_a_warning(written: Any, unit: Any) -> None:
    found = of({"unit": written})
    assert unit_of(found) == spelling(found) == unit
    assert [problem.code for problem in found.findings] == ["unit_cleaned"]
    columns = [{"name": "a", "unit": written}]
    node = {"name": "s", "node_type": "source", "catalog": "c", "table": "t", "columns": columns}
    of_source = read_spec({"namespace": "shop", "nodes": [node]})
    assert of_source.definitions["shop.s"].columns[0].unit == unit
    assert [problem.code for problem in of_source.findings] == ["unit_cleaned"]


WRONG: tuple[tuple[str, str, str], ...] = (
    ("unit: dollars", "m.yaml:4:7", "did you mean 'dollar'?"),
    ("unit: {kind: currency, code: usd}", "m.yaml:4:30", "write USD"),
    ("unit: {kind: TIME, code: s}", "m.yaml:4:14", "known"),
    ("unit: [dollar]", "m.yaml:4:7", ""),
    ("unit: 3", "m.yaml:4:7", ""),
    ("metric_metadata: {unit: pound}", "m.yaml:4:25", "known: bit, byte"),
    ("columns: [{name: m, unit: dollar}]", "m.yaml:4:27", "a flat name is for a metric's own unit"),
)


@pytest.mark.parametrize(("said", "place", "help"), WRONG)
def test_a_wrong_unit_is_one_error_at_its_place(said: str, place: str, help: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, metric(said))
    (problem,) = error.value.problems
    assert problem.code == "wrong_unit"
    assert str(problem.span) == place
    assert help in (problem.help or "")


def test_an_unquoted_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, source("  - {name: a, unit: {kind: count, code: on}}"))
    (problem,) = error.value.problems
    assert (problem.code, str(problem.span), problem.help) == ("ambiguous_word", "s.yaml:7:41", 'quote it: "on"')
    found = read(tmp_path, source('  - {name: a, unit: {kind: count, code: "on"}}'))
    assert found.definitions["shop.s"].columns[0].unit == {"kind": "count", "code": "on"}


def test_a_unit_by_another_column(tmp_path: Path) -> None:
    unit_by = {"by": "what", "map": {"sales": USD, "visits": {"kind": "count"}}}
    found = read(tmp_path, source(f"  - {{name: what}}\n  - {{name: amount, unit_by: {unit_by}}}".replace("'", "")))
    assert found.definitions["shop.s"].columns[1].unit_by == unit_by
    assert read_spec(to_spec(found.definitions, "shop")).definitions == found.definitions


def test_a_changed_unit_is_not_spelled_as_it_was() -> None:
    from dataclasses import replace

    found = of({"unit": " Dollar "})
    node = found.definitions["shop.m"]
    changed = replace(node, columns=(replace(node.columns[0], unit={"kind": "currency", "code": "EUR"}),))
    assert to_spec({"shop.m": changed}, "shop")["nodes"][0]["unit"] == {"kind": "currency", "code": "EUR"}
