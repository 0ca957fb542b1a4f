"""Between unit JSON and the algebra: what the shape can say, what it cannot, and the extension that can."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.units.strategies import WITH_OWN, products

from gnomon.units import Product, UnitError, extension_of, json_of, parse_text, parse_unit, product_of
from gnomon.units.algebra import NUMBER, number_of
from gnomon.units.shapes import product_of_extension
from gnomon.units.wire import CLOSED_CODES, KINDS

ATOMS: list[dict[str, str]] = [
    *({"kind": kind} for kind in KINDS if kind not in CLOSED_CODES),
    *({"kind": kind, "code": code} for kind, codes in CLOSED_CODES.items() for code in codes),
    {"kind": "currency", "code": "USD"},
    {"kind": "currency", "code": "EUR"},
    {"kind": "count", "code": "clicks"},
    {"kind": "count", "code": "h"},
]
atoms = st.sampled_from(ATOMS)
SCALED = {"percentage", "proportion", "unitless"}


@pytest.mark.parametrize("unit", ATOMS, ids=str)
def test_an_atom_comes_back_as_it_was(unit: dict[str, str]) -> None:
    assert json_of(product_of(unit)) == unit


@given(atoms, atoms)
def test_every_compound_comes_back_with_the_same_factor(numerator: dict[str, str], denominator: dict[str, str]) -> None:
    unit = {"numerator": numerator, "denominator": denominator}
    product = product_of(unit)
    back = json_of(product)
    if back is None:  # ms/s is 1/1000, which no shape says
        assert product.is_number and product.scale not in (1, Fraction(1, 100))
        return
    assert product_of(back).same(product)
    assert parse_unit(back) == back
    if not {numerator["kind"], denominator["kind"]} & SCALED and len(product.powers) == 2:
        assert back == unit


@given(products())
def test_what_has_a_mapping_comes_back_and_what_has_none_has_an_extension(product: Product) -> None:
    unit, extension = json_of(product, WITH_OWN), extension_of(product, WITH_OWN)
    assert (unit is None) != (extension is None)
    if unit is not None:
        assert product_of(unit, WITH_OWN).same(product)
    if extension is not None:
        assert product_of_extension(extension, WITH_OWN).same(product)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1000*KB", "MB"),
        ("1000*ms", "s"),
        ("3600*s", "h"),
        ("s/1000", "ms"),
        ("12*mo", "yr"),
        ("1024*B", "KiB"),
        ("1000*KB/s", "MB/s"),
        ("USD/60/min", "USD/h"),
        ("KB/60*1000/min", "MB/h"),
        ("%/h", "%/h"),
        ("10^9*wei", "gwei"),
        ("10^18*wei", "ETH"),
        ("100*cent", "USD"),
        ("USD/100", "cent"),
        ("1000*impressions", '"k impressions"'),
        ("USD/impressions/1000", 'USD/"k impressions"'),
        ("8*bit", "B"),
        ("h/h", "unitless"),
        ("1/100", "%"),
        ("USD/%", "USD/%"),
    ],
)
def test_a_scale_becomes_another_code(text: str, unit: str) -> None:
    found = json_of(parse_text(text, WITH_OWN), WITH_OWN)
    assert found is not None and product_of(found, WITH_OWN).same(parse_text(unit, WITH_OWN))


def test_the_codes_themselves() -> None:
    assert json_of(parse_text("1000*KB")) == {"kind": "data_size", "code": "MB"}
    assert json_of(parse_text("1/100")) == {"kind": "percentage"}
    assert json_of(NUMBER) == {"kind": "unitless"} == json_of(number_of("unitless"))
    assert json_of(number_of("proportion")) == {"kind": "proportion"}
    second = {"numerator": {"kind": "unitless"}, "denominator": {"kind": "time", "code": "s"}}
    assert json_of(parse_text("1/s")) == second
    assert json_of(parse_text("1000*impressions", WITH_OWN), WITH_OWN) == {"kind": "count", "code": "k impressions"}
    assert json_of(parse_text("1000*impressions")) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1000*KB/s", ("MB", "s")),
        ("USD/60/min", ("USD", "h")),
        ("KB/60*1000/min", ("MB", "h")),
        ("s/GB/1000", ("ms", "GB")),
        ("86400000*KB/d", ("KB", "ms")),
    ],
)
def test_the_numerator_changes_first(text: str, codes: tuple[str, str]) -> None:
    unit = json_of(parse_text(text))
    assert unit is not None and (unit["numerator"]["code"], unit["denominator"]["code"]) == codes


@pytest.mark.parametrize("text", ["USD^2", "USD*h", "USD/(clicks*d)", "3600*B", "USD^(1/2)", "USD/7", "1/3", "1/h^2"])
def test_what_the_shape_cannot_say(text: str) -> None:
    assert json_of(parse_text(text)) is None
    extension = extension_of(parse_text(text))
    assert extension is not None and product_of_extension(extension) == parse_text(text)


def test_the_extension_by_hand() -> None:
    assert extension_of(parse_text("USD^2")) == {"product": [["currency", "USD", 2]], "scale": "1"}
    assert extension_of(parse_text("count^(1/2)/60")) == {"product": [["count", None, "1/2"]], "scale": "1/60"}
    assert extension_of(parse_text("USD/h")) is None


@pytest.mark.parametrize(
    "extension",
    [
        {},
        {"product": "USD"},
        {"product": [["currency", "USD"]]},
        {"product": [["currency", "usd", 1]]},
        {"product": [["currency", "USD", 10**9]]},
        {"product": [["currency", "USD", "1e9"]]},
        {"product": [["currency", "USD", "1/0"]]},
        {"product": [["currency", "USD", True]]},
        {"product": [["currency", "USD", 0.5]]},
        {"product": [], "scale": "0"},
    ],
)
def test_what_is_no_extension(extension: dict[str, Any]) -> None:
    with pytest.raises(UnitError):
        product_of_extension(extension)


def test_own_codes_need_their_vocabulary() -> None:
    wei = {"kind": "currency", "code": "wei"}
    assert product_of(wei, WITH_OWN).factor < 1
    with pytest.raises(UnitError, match="no currency code"):
        product_of(wei)
