"""The built-in units by hand, and a project's own."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.units.strategies import OWN, WITH_OWN

from gnomon.load.yaml import read_yaml
from gnomon.source import Source
from gnomon.units import VOCABULARY, UnitError, parse_text
from gnomon.units.exact import read_factor
from gnomon.units.own import extend
from gnomon.units.symbols import NUMBERS
from gnomon.units.vocabulary import FILE
from gnomon.units.wire import CLOSED_CODES, KINDS

FACTORS = [  # kind, code, dimension, how many base units: written out, not computed
    ("time", "ms", "time", Fraction(1, 1000)),
    ("time", "s", "time", 1),
    ("time", "min", "time", 60),
    ("time", "h", "time", 3600),
    ("time", "d", "time", 86400),
    ("time", "wk", "time", 604800),
    ("time", "mo", "calendar", 1),
    ("time", "yr", "calendar", 12),
    ("data_size", "B", "data_size", 1),
    ("data_size", "KB", "data_size", 1000),
    ("data_size", "MB", "data_size", 1000000),
    ("data_size", "GB", "data_size", 1000000000),
    ("data_size", "TB", "data_size", 1000000000000),
    ("data_size", "PB", "data_size", 1000000000000000),
    ("data_size", "KiB", "data_size", 1024),
    ("data_size", "MiB", "data_size", 1048576),
    ("data_size", "GiB", "data_size", 1073741824),
    ("data_size", "TiB", "data_size", 1099511627776),
]


@pytest.mark.parametrize(("kind", "code", "dimension", "factor"), FACTORS)
def test_factors_by_hand(kind: str, code: str, dimension: str, factor: int | Fraction) -> None:
    symbol = VOCABULARY.symbol(kind, code)
    assert (symbol.kind, symbol.code, symbol.dimension, symbol.factor) == (kind, code, dimension, factor)
    assert VOCABULARY.known(code) == symbol


def test_the_vocabulary_holds_the_codes_of_the_wire_shape_and_no_others() -> None:
    codes = {(kind, code) for kind, known in CLOSED_CODES.items() for code in known}
    assert {*VOCABULARY.symbols} == codes == {(kind, code) for kind, code, _, _ in FACTORS}
    assert {"percentage": Fraction(1, 100), "proportion": 1, "unitless": 1} == NUMBERS


def test_the_file_is_yaml_that_says_what_was_read() -> None:
    data = read_yaml(Source(FILE.name, FILE.read_text())).data
    assert [*data["units"]] == [code for _, code in VOCABULARY.symbols]
    for code, row in data["units"].items():
        if "of" in row:
            ratio = parse_text(code).ratio(parse_text(row["of"]))
            assert ratio == read_factor(row["factor"]) and ratio > 0


def test_counts_and_currencies_need_no_line() -> None:
    assert VOCABULARY.symbol("count", "any text").dimension == "count:any text"
    assert VOCABULARY.symbol("count").dimension == "count"
    assert VOCABULARY.symbol("currency", "ZZZ").dimension == "currency:ZZZ"
    assert VOCABULARY.symbol("currency").dimension == "currency"
    assert VOCABULARY.symbol("count", "s") != VOCABULARY.symbol("time", "s")


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        ("currency", "wei", "no currency code"),
        ("currency", "USD\n", "no currency code"),
        ("time", None, "needs a code"),
        ("time", "sec", "no code of kind"),
        ("count", " ", "empty"),
        ("percentage", None, "a number without a dimension"),
        ("money", "USD", "unknown kind"),
    ],
)
def test_symbols_that_there_are_not(kind: str, code: str | None, reason: str) -> None:
    with pytest.raises(UnitError, match=reason):
        VOCABULARY.symbol(kind, code)


@pytest.mark.parametrize(
    ("kind", "code", "dimension", "factor"),
    [
        ("currency", "wei", "currency:ETH", Fraction(1, 10**18)),
        ("currency", "gwei", "currency:ETH", Fraction(1, 10**9)),
        ("currency", "cent", "currency:USD", Fraction(1, 100)),
        ("currency", "USDC", "currency:USDC", Fraction(1)),
        ("count", "k impressions", "count:impressions", Fraction(1000)),
        ("data_size", "bit", "data_size", Fraction(1, 8)),
        ("time", "quarter", "calendar", Fraction(3)),
    ],
)
def test_units_of_ones_own(kind: str, code: str, dimension: str, factor: Fraction) -> None:
    symbol = WITH_OWN.symbol(kind, code)
    assert (symbol.kind, symbol.code, symbol.dimension, symbol.factor) == (kind, code, dimension, factor)
    assert WITH_OWN.own[code] == kind and code not in VOCABULARY.own


def test_labels() -> None:
    assert [WITH_OWN.label("people", n) for n in (0, 1, -1, 2, 1.0, Decimal("1"), Decimal("1.5"))] == [
        "people", "person", "person", "people", "person", "person", "people",
    ]  # fmt: skip
    assert WITH_OWN.label("clicks", 1) == "clicks"


def test_the_built_in_vocabulary_is_not_changed() -> None:
    assert VOCABULARY.extended({}) == VOCABULARY
    assert WITH_OWN != VOCABULARY and VOCABULARY.extended(OWN) == WITH_OWN


def test_a_unit_of_ones_own_is_not_defined_again() -> None:
    with pytest.raises(UnitError, match="'wei' is a unit already"):
        WITH_OWN.extended({"units": {"wei": {"kind": "count"}}})


@pytest.mark.parametrize(
    ("written", "factor"),
    [
        ("1/10^18", Fraction(1, 10**18)),
        ("1e-18", Fraction(1, 10**18)),
        (1e-18, Fraction(1, 10**18)),
        ("0.01", Fraction(1, 100)),
        (0.01, Fraction(1, 100)),
        (Decimal("0.1"), Fraction(1, 10)),
        (1000, Fraction(1000)),
        (" 1024^2 ", Fraction(1024**2)),
        ("1 / 3", Fraction(1, 3)),
        ("0.5^2", Fraction(1, 4)),
        ("2.5E3", Fraction(2500)),
        ("10^100", Fraction(10**100)),
        (Fraction(2, 3), Fraction(2, 3)),
    ],
)
def test_factors_that_people_write(written: Any, factor: Fraction) -> None:
    assert read_factor(written) == factor


@pytest.mark.parametrize(
    "written",
    [
        0, -1, 0.0, float("nan"), float("inf"), True, None, [], "", "pi", "1/0", "0/1", "-1", "1//2", "1/2/3", "1e",
        "10^1000000000", "1e1000000000", "1e-101", "9^9^9", "10^101", "1" * 1000,
        pytest.param(10**5000, id="5000 digits"), "٣", "1_000", "1,000",
        "99999999999999999999^100", Fraction(-1, 2),
    ],
)  # fmt: skip
def test_what_is_no_factor(written: Any) -> None:
    begin = time.process_time()
    with pytest.raises(UnitError) as refused:
        read_factor(written, "units", "x", "factor")
    assert refused.value.path == ("units", "x", "factor") and refused.value.help
    assert time.process_time() - begin < 0.2


def chained(length: int, factor: Any, closed: bool) -> dict[str, Any]:
    """Units c0 of c1 of c2 and so on; closed, the last is of the first."""
    names = [f"c{n}" for n in range(length)] + ["c0" if closed else "end"]
    return {"units": {name: {"kind": "count", "of": other, "factor": factor} for name, other in pairwise(names)}}


@pytest.mark.parametrize("length", [1, 2, 3, 20_000])
def test_a_circle_is_refused_once_and_soon(length: int) -> None:
    begin = time.process_time()
    _, errors = extend(VOCABULARY, chained(length, 1, closed=True))
    assert time.process_time() - begin < 3
    (error,) = errors
    assert error.code == "unit_cycle" and error.path == ("units", "c0", "of") and len(str(error)) < 100


def test_a_long_chain_is_followed() -> None:
    made = VOCABULARY.extended(chained(5_000, 1, closed=False))
    assert made.symbol("count", "c0").dimension == "count:end"
    doubled = VOCABULARY.extended(chained(100, 2, closed=False))
    assert doubled.symbol("count", "c0").factor == 2**100


def test_a_chain_that_leads_too_far_is_refused_once() -> None:
    _, errors = extend(VOCABULARY, chained(3_000, "10^100", closed=False))
    assert ["too large" in str(error) for error in errors] == [True]


@pytest.mark.parametrize(
    ("definitions", "path", "reason"),
    [
        ({"units": {True: {"kind": "count"}}}, ("units", "True"), "found true"),
        ({"units": {"x": {"kind": "count", "of": True, "factor": 1}}}, ("units", "x", "of"), "found true"),
        ({"units": {"x": {"kind": "count", True: 1}}}, ("units", "x", "True"), "has no 'True'"),
        ({"units": {" x": {"kind": "count"}}}, ("units", " x"), "a word or a few"),
        ({"units": {"x": {"kind": "percentage"}}}, ("units", "x", "kind"), "no kind of unit that has codes"),
        ({"labels": {False: {"one": "x", "other": "y"}}}, ("labels", "false"), "found false"),
        ({"units": 3}, ("units",), "mapping of codes"),
        ([], (), "a vocabulary is a mapping"),
    ],
)
def test_definitions_of_python_that_are_none(definitions: Any, path: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UnitError, match=reason) as refused:
        VOCABULARY.extended(definitions)
    assert refused.value.path == path and refused.value.help


def test_every_kind_is_spoken_for() -> None:
    assert {*KINDS} == {*CLOSED_CODES, *NUMBERS, "count", "currency"}
    assert Path(FILE).name == "vocabulary.yaml"
