"""The JSON shapes of units and the legacy names."""

from __future__ import annotations

import pytest

from gnomon.units import LEGACY_UNITS, UnitError, parse_unit

ATOMS = [
    {"kind": "currency", "code": "USD"},
    {"kind": "currency"},
    {"kind": "time", "code": "wk"},
    {"kind": "data_size", "code": "KiB"},
    {"kind": "percentage"},
    {"kind": "proportion"},
    {"kind": "unitless"},
    {"kind": "count"},
    {"kind": "count", "code": "k impressions"},
]


@pytest.mark.parametrize("unit", ATOMS)
def test_canonical_units_are_themselves(unit: dict[str, str]) -> None:
    assert parse_unit(unit) == unit
    assert parse_unit({"code": None, **unit}) == unit
    compound = {"numerator": unit, "denominator": {"kind": "time", "code": "s"}}
    assert parse_unit(compound) == compound


@pytest.mark.parametrize("name", LEGACY_UNITS)
def test_legacy_names_in_any_case(name: str) -> None:
    assert parse_unit(f" {name.title()} ") == LEGACY_UNITS[name]
    assert LEGACY_UNITS[name] is None or parse_unit(LEGACY_UNITS[name]) == LEGACY_UNITS[name]


def test_fifteen_names_of_which_two_say_nothing() -> None:
    assert len(LEGACY_UNITS) == 15
    assert [name for name, unit in LEGACY_UNITS.items() if unit is None] == ["unknown", "bit"]


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        ("dollars", "unknown unit 'dollars'", ()),
        ([], "a unit is a mapping", ()),
        ({}, "needs a kind", ()),
        ({"kind": "Currency"}, "unknown kind", ("kind",)),
        ({"kind": "currency", "code": "USD\n"}, "no currency code", ("code",)),
        ({"kind": "time"}, "needs a code", ()),
        ({"kind": "time", "code": 3}, "code is text", ("code",)),
        ({"kind": "data_size", "code": "kB"}, "no code of kind", ("code",)),
        ({"kind": "unitless", "code": "x"}, "has no code", ("code",)),
        ({"kind": "count", "code": " "}, "is empty", ("code",)),
        ({"kind": "count", "unit": "x"}, "has no 'unit'", ("unit",)),
        ({"denominator": {"kind": "count"}}, "needs a numerator", ()),
        ({"numerator": {"kind": "time"}, "denominator": {"kind": "count"}}, "needs a code", ("numerator",)),
        ({"numerator": {"kind": "count"}, "denominator": {"kind": "count"}, "kind": "count"}, "'kind'", ("kind",)),
        ({"numerator": {"numerator": {}}, "denominator": {"kind": "count"}}, "each part", ("numerator",)),
        ({"numerator": "dollar", "denominator": {"kind": "count"}}, "each part", ("numerator",)),
    ],
)
def test_what_is_no_unit(value: object, reason: str, path: tuple[str, ...]) -> None:
    with pytest.raises(UnitError, match=reason) as refused:
        parse_unit(value)
    assert refused.value.path == path
