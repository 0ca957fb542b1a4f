"""The JSON shape, value by value; DataJunction's files; legacy names both ways; which declaration holds."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.units.strategies import labels

from gnomon.units import (
    LEGACY_UNITS,
    AtomicUnit,
    CompoundUnit,
    UnitError,
    declared_unit,
    legacy_of,
    legacy_unit,
    parse_unit,
    read_lenient,
    read_unit,
)
from gnomon.units.wire import CLOSED_CODES, KINDS

USD, EUR = {"kind": "currency", "code": "USD"}, {"kind": "currency", "code": "EUR"}
PERCENTAGE = {"kind": "percentage"}
SECONDS = {"kind": "time", "code": "s"}
OWN = {"wei": "currency", "bit": "data_size", "k impressions": "count"}

LEGACY = [
    ("unknown", None),
    ("unitless", {"kind": "unitless"}),
    ("percentage", {"kind": "percentage"}),
    ("proportion", {"kind": "proportion"}),
    ("dollar", {"kind": "currency", "code": "USD"}),
    ("millisecond", {"kind": "time", "code": "ms"}),
    ("second", {"kind": "time", "code": "s"}),
    ("minute", {"kind": "time", "code": "min"}),
    ("hour", {"kind": "time", "code": "h"}),
    ("day", {"kind": "time", "code": "d"}),
    ("week", {"kind": "time", "code": "wk"}),
    ("month", {"kind": "time", "code": "mo"}),
    ("year", {"kind": "time", "code": "yr"}),
    ("bit", None),
    ("byte", {"kind": "data_size", "code": "B"}),
]

codes = st.sampled_from(["USD", "EUR", "ms", "s", "B", "KB", "clicks", "x y"]) | st.none()
wire_atoms = (
    st.sampled_from([AtomicUnit(kind) for kind in KINDS if kind not in CLOSED_CODES])
    | st.sampled_from([AtomicUnit(kind, code) for kind, known in CLOSED_CODES.items() for code in known])
    | st.from_regex(r"[A-Z]{3}", fullmatch=True).map(lambda code: AtomicUnit("currency", code))
    | labels.map(lambda code: AtomicUnit("count", code))
)
wire_units = wire_atoms | st.builds(CompoundUnit, wire_atoms, wire_atoms)


# The shape


@given(wire_units)
def test_json_is_canonical_and_comes_back(unit: AtomicUnit | CompoundUnit) -> None:
    text = json.dumps(unit.to_json())
    assert "null" not in text.replace('"null', "")
    assert read_unit(json.loads(text)) == unit
    assert parse_unit(unit.to_json()) == unit.to_json()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "code", ["USD", "s", "KiB", "clicks", "", "usd", "USD\n", "US", "USDC", 3, True, None, ["USD"]]
)
def test_which_kinds_have_which_codes(kind: str, code: Any) -> None:
    allowed = {
        "currency": code in (None, "USD"),
        "time": code == "s",
        "data_size": code == "KiB",
        "count": code is None or (isinstance(code, str) and code != ""),
    }.get(kind, code is None)
    try:
        unit = parse_unit({"kind": kind, "code": code})
        assert allowed and unit == ({"kind": kind} if code is None else {"kind": kind, "code": code})
    except UnitError as error:
        assert not allowed and error.path in (("code",), ()) and error.help


@pytest.mark.parametrize("code", [True, False])
def test_a_code_that_yaml_took_for_a_boolean(code: bool) -> None:
    with pytest.raises(UnitError) as refused:
        parse_unit({"kind": "count", "code": code})
    assert refused.value.help is not None and "quote it" in refused.value.help


def test_own_codes_are_codes_of_their_kinds() -> None:
    assert parse_unit({"kind": "currency", "code": "wei"}, OWN) == {"kind": "currency", "code": "wei"}
    assert parse_unit({"kind": "data_size", "code": "bit"}, OWN) == {"kind": "data_size", "code": "bit"}
    per = {"numerator": {"kind": "currency", "code": "wei"}, "denominator": {"kind": "count", "code": "k impressions"}}
    assert parse_unit(per, OWN) == per
    for kind, code, help in [
        ("currency", "gwei", "one of units.yaml (wei)"),
        ("data_size", "wei", "codes: B, KB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, bit"),
    ]:
        with pytest.raises(UnitError) as refused:
            parse_unit({"kind": kind, "code": code}, OWN)
        assert help in (refused.value.help or "")
    with pytest.raises(UnitError) as refused:
        parse_unit({"kind": "currency", "code": "wei"})
    assert "define wei in units.yaml" in (refused.value.help or "")


# DataJunction's files


@pytest.mark.parametrize(
    ("value", "unit", "warnings"),
    [
        (None, None, []),
        (USD, USD, []),
        ({"kind": "currency", "code": "USD\n"}, USD, ["line break"]),
        ({"kind": "count", "code": ""}, {"kind": "count"}, ["is empty"]),
        ({"kind": "count", "code": "  "}, {"kind": "count"}, ["is empty"]),
        ({"kind": "time", "code": "s", "label": "Second"}, SECONDS, ["no 'label'"]),
        ({"kind": "count", "by": "x"}, {"kind": "count"}, ["no 'by'"]),
        ({"kind": "count", "denominator": {"kind": "time"}}, {"kind": "count"}, ["no 'denominator'"]),
        (
            {"kind": "count", "numerator": USD, "denominator": SECONDS},
            {"numerator": USD, "denominator": SECONDS},
            ["no 'kind'"],
        ),
        (
            {"numerator": {**USD, "code": "USD\n"}, "denominator": {**SECONDS, "x": 1}, "y": 2},
            {"numerator": USD, "denominator": SECONDS},
            ["no 'y'", "line break", "no 'x'"],
        ),
        ({"kind": "percentage", "code": None}, PERCENTAGE, []),
    ],
)
def test_what_its_own_server_takes(value: Any, unit: Any, warnings: list[str]) -> None:
    found, said = read_lenient(value)
    assert found == unit
    assert len(said) == len(warnings)
    assert all(wanted in sentence for wanted, sentence in zip(warnings, said, strict=True)), said


@pytest.mark.parametrize(
    "value",
    [
        {}, "dollar", "", [], 3, {"kind": "money"}, {"kind": "currency", "code": "usd"}, {"kind": "time"},
        {"kind": "currency", "code": "USD\n\n"}, {"numerator": USD}, {"denominator": USD},
        {"numerator": {"numerator": USD, "denominator": SECONDS}, "denominator": SECONDS},
        {"numerator": "dollar", "denominator": SECONDS}, {"kind": "count", "code": 3},
    ],
)  # fmt: skip
def test_what_its_own_server_refuses(value: Any) -> None:
    with pytest.raises(UnitError):
        read_lenient(value)


def test_a_metric_s_own_unit_may_be_a_name_or_nothing() -> None:
    assert read_lenient(" Dollar ", metric=True) == (USD, [])
    assert read_lenient("", metric=True) == read_lenient({}, metric=True) == (None, [])
    with pytest.raises(UnitError, match="unknown unit 'dollars'"):
        read_lenient("dollars", metric=True)


@given(wire_units)
def test_what_is_right_is_read_without_a_warning(unit: AtomicUnit | CompoundUnit) -> None:
    assert read_lenient(unit.to_json()) == (unit.to_json(), [])


# Legacy names


@pytest.mark.parametrize(("name", "unit"), LEGACY)
def test_legacy_names_by_hand(name: str, unit: dict[str, str] | None) -> None:
    for spelled in (name, name.upper(), name.title(), f"  {name}\n"):
        assert legacy_unit(spelled) == unit
    assert legacy_of(unit) == (name if unit is not None else None)


def test_there_are_no_other_names() -> None:
    assert [*LEGACY_UNITS] == [name for name, _ in LEGACY]
    with pytest.raises(KeyError):
        legacy_unit("dollars")


@given(wire_units)
def test_a_legacy_name_comes_back_as_the_same_unit(unit: AtomicUnit | CompoundUnit) -> None:
    name = legacy_of(unit.to_json())
    assert (name is not None) == (unit.to_json() in LEGACY_UNITS.values())
    if name is not None:
        assert legacy_unit(name) == unit.to_json()


# Which declaration holds


@pytest.mark.parametrize(
    ("structured", "column", "legacy", "unit", "says"),
    [
        (None, None, None, None, None),
        (USD, None, None, USD, None),
        (None, EUR, None, EUR, None),
        (None, None, "dollar", USD, None),
        (None, None, "unknown", None, None),
        (USD, USD, "DOLLAR", USD, None),
        (USD, EUR, None, USD, "the metric says currency USD, its column says currency EUR"),
        (None, EUR, "dollar", EUR, "its column says currency EUR, its legacy name says currency USD"),
        (EUR, EUR, "dollar", EUR, "the metric says currency EUR, its legacy name says currency USD"),
        (USD, EUR, "percentage", USD, "the metric says currency USD, its column says currency EUR"),
        (USD, None, "bit", USD, None),
        (
            {"numerator": USD, "denominator": SECONDS},
            None,
            "dollar",
            {"numerator": USD, "denominator": SECONDS},
            "the metric says currency USD per time s, its legacy name says currency USD",
        ),
    ],
)
def test_which_declaration_holds(structured: Any, column: Any, legacy: str | None, unit: Any, says: str | None) -> None:
    found, conflict = declared_unit(structured, column, legacy)
    assert found == unit
    assert (str(conflict) if conflict is not None else None) == says


def test_a_declaration_that_is_no_unit_is_refused() -> None:
    with pytest.raises(UnitError):
        declared_unit({"kind": "money"}, None, None)
    with pytest.raises(UnitError):
        declared_unit(None, None, "dollars")


def test_reading_a_unit_takes_no_time() -> None:
    begin = time.process_time()
    for _ in range(1000):
        parse_unit({"numerator": USD, "denominator": SECONDS})
    assert time.process_time() - begin < 0.5
