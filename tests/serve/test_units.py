"""A metric's unit in both forms, for every client but the published one."""

from __future__ import annotations

from typing import Any

import pytest

from gnomon.units.legacy import LEGACY_UNITS
from serve.conftest import Served
from serve.project import FLAT, STRUCTURED, spec

PUBLISHED = {"User-Agent": "datajunction;;N/A;x86_64;Linux;6.1"}
WORDS = ["unitless", "percentage", "proportion", "dollar", "millisecond", "second", "minute", "hour", "day", "week"]
WORDS += ["month", "year", "byte"]


def deploy(served: Served, **metrics: dict[str, Any]) -> None:
    """Deploy a shop with some metrics more."""
    body = spec()
    said = {"node_type": "metric", "query": "SELECT MAX(user_id) FROM ${prefix}orders"}
    body["nodes"] += [{"name": name, **said, **more} for name, more in metrics.items()]
    reply = served.http.post("/deployments", json=body)
    assert reply.status_code == 200, reply.text


def test_the_old_enumeration_word_by_word(served: Served) -> None:
    """Labels, categories and abbreviations are what published clients have shown for years."""
    found = served.http.get("/metrics/metadata/").json()
    assert found["directions"] == ["higher_is_better", "lower_is_better", "neutral"]
    units = [(u["name"], u["label"], u["category"], u["abbreviation"]) for u in found["units"]]
    assert units == [
        ("unknown", "Unknown", "", None),
        ("unitless", "Unitless", "", None),
        ("percentage", "Percentage", "", "%"),
        ("proportion", "Proportion", "", ""),
        ("dollar", "Dollar", "currency", "$"),
        ("millisecond", "Millisecond", "time", "ms"),
        ("second", "Second", "time", "s"),
        ("minute", "Minute", "time", "m"),
        ("hour", "Hour", "time", "h"),
        ("day", "Day", "time", "d"),
        ("week", "Week", "time", "w"),
        ("month", "Month", "time", "mo"),
        ("year", "Year", "time", "y"),
        ("bit", "Bit", "data_size", "b"),
        ("byte", "Byte", "data_size", "B"),
    ]
    described = {u["name"]: u["description"] for u in found["units"] if u["description"]}
    assert described == {
        "percentage": "A ratio expressed as a number out of 100. Values range from 0 to 100.",
        "proportion": "A ratio that compares a part to a whole. Values range from 0 to 1.",
    }


@pytest.mark.parametrize("structured", [False, True], ids=["flat", "structured"])
def test_a_unit_that_has_a_word(served: Served, structured: bool) -> None:
    """Each word, written flat and written structured, gives the same two answers."""
    deploy(served, **{f"m_{word}": {"unit": LEGACY_UNITS[word] if structured else word} for word in WORDS})
    for word in WORDS:
        found = served.http.get(f"/metrics/shop.m_{word}/").json()
        assert (found["unit"], found["metric_metadata"]["unit"]["name"]) == (LEGACY_UNITS[word], word)
        node = served.http.get(f"/nodes/shop.m_{word}/").json()
        assert node["columns"][0]["unit"] == LEGACY_UNITS[word]
        assert node["metric_metadata"] == found["metric_metadata"]


@pytest.mark.parametrize("name", STRUCTURED)
def test_a_unit_without_a_word_is_null(served: Served, name: str) -> None:
    unit = STRUCTURED[name]
    deploy(served, bare={"unit": unit}, directed={"unit": unit, "direction": "lower_is_better"})
    bare, directed = (served.http.get(f"/metrics/shop.{each}").json() for each in ("bare", "directed"))
    assert (bare["unit"], bare["metric_metadata"]) == (unit, None)
    assert directed["unit"] == unit
    assert (directed["metric_metadata"]["unit"], directed["metric_metadata"]["direction"]) == (None, "lower_is_better")
    assert served.http.get("/nodes/shop.directed").json()["metric_metadata"]["unit"] is None


def test_only_the_published_client_is_told_unknown(served: Served) -> None:
    """docs/adr/0014: on the one route where it would end in a traceback."""
    deploy(
        served,
        euros={"unit": STRUCTURED["euro"], "significant_digits": 3},
        waits={"unit": "millisecond"},
        days={"unit": "day"},
    )

    def said(path: str, **headers: str) -> dict[str, Any]:
        found: dict[str, Any] = served.http.get(path, headers=headers).json()["metric_metadata"]
        return found

    euros = said("/nodes/shop.euros", **PUBLISHED)
    assert (euros["unit"]["name"], euros["direction"], euros["significant_digits"]) == ("unknown", "neutral", 3)
    assert said("/nodes/shop.waits", **PUBLISHED)["unit"]["name"] == "unknown"
    assert said("/nodes/shop.days", **PUBLISHED)["unit"]["name"] == "day"
    assert said("/nodes/shop.waits")["unit"]["name"] == "millisecond"
    assert said("/nodes/shop.euros")["unit"] is None and said("/nodes/shop.euros")["direction"] is None
    assert said("/metrics/shop.euros", **PUBLISHED)["unit"] is None
    assert served.http.get("/nodes/shop.euros").headers["vary"] == "User-Agent"


def test_a_flat_name_that_no_unit_says(served: Served) -> None:
    deploy(served, bits={"unit": "bit"}, nothing={"unit": "unknown"})
    bits, nothing = (served.http.get(f"/metrics/shop.{each}").json() for each in ("bits", "nothing"))
    assert (bits["unit"], bits["metric_metadata"]["unit"]["name"]) == (None, "bit")
    assert (nothing["unit"], nothing["metric_metadata"]["unit"]["name"]) == (None, "unknown")


def test_units_stand_on_every_kind_of_column(served: Served) -> None:
    deploy(served)
    euro = STRUCTURED["euro"]
    units = {
        name: {each["name"]: each["unit"] for each in served.http.get(f"/nodes/shop.{name}").json()["columns"]}
        for name in ("orders", "users", "revenue", "overview")
    }
    assert units["orders"] == {"id": None, "user_id": None, "amount": euro}
    assert units["users"]["most"] == euro, "inferred through MAX"
    assert units["revenue"] == {"shop_DOT_revenue": euro}
    elements = served.http.get("/cubes/shop.overview").json()["cube_elements"]
    assert [(each["node_name"], each["unit"]) for each in elements] == [("shop.revenue", euro), ("shop.users", None)]
    dimensions = served.http.get("/metrics/common/dimensions", params={"metric": "shop.revenue"}).json()
    assert {each["name"]: each["unit"] for each in dimensions}["shop.users.most"] == euro
    columns = served.http.get("/sql/metrics/v3", params={"metrics": "shop.revenue", "dimensions": "shop.users.most"})
    assert {each["semantic_entity"]: each["unit"] for each in columns.json()["columns"]} == {
        "shop.users.most": euro,
        "shop.revenue": euro,
    }
    assert served.http.get("/v1/nodes/shop.revenue").json()["columns"][0]["unit_text"] == "EUR"


def test_flat_words_are_all_here() -> None:
    assert set(FLAT) == set(LEGACY_UNITS)
