"""Units as text: what is read, what is printed, and that the one undoes the other."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.units.strategies import LETTERS, WITH_OWN, products

from gnomon.units import VOCABULARY, Product, UnitError, Vocabulary, parse_text, product_of, text_of

COUNT, S = {"kind": "count"}, {"kind": "time", "code": "s"}


def one_per_another(numerator: dict[str, str], denominator: dict[str, str]) -> dict[str, object]:
    return {"numerator": numerator, "denominator": denominator}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("USD/h", one_per_another({"kind": "currency", "code": "USD"}, {"kind": "time", "code": "h"})),
        ("clicks/impressions", one_per_another(COUNT | {"code": "clicks"}, COUNT | {"code": "impressions"})),
        ("GB", {"kind": "data_size", "code": "GB"}),
        ("1/s", one_per_another({"kind": "unitless"}, S)),
        ("%", {"kind": "percentage"}),
        ("percentage", {"kind": "percentage"}),
        ("proportion", {"kind": "proportion"}),
        ("unitless", {"kind": "unitless"}),
        ("count", COUNT),
        ("currency", {"kind": "currency"}),
        ("count/s", one_per_another(COUNT, S)),
        ('"page views"/s', one_per_another(COUNT | {"code": "page views"}, S)),
        ("k_impressions", COUNT | {"code": "k_impressions"}),
        ("count:h", COUNT | {"code": "h"}),
        ('"h"', COUNT | {"code": "h"}),
        ('count:"h"', COUNT | {"code": "h"}),
        ("time:h", {"kind": "time", "code": "h"}),
        ("currency:USD", {"kind": "currency", "code": "USD"}),
        ("count:USD", COUNT | {"code": "USD"}),
        ('"%"', COUNT | {"code": "%"}),
        ("count:count", COUNT | {"code": "count"}),
        ("m", COUNT | {"code": "m"}),
        ("USDC", COUNT | {"code": "USDC"}),
        ("größe", COUNT | {"code": "größe"}),
        (" USD / h ", one_per_another({"kind": "currency", "code": "USD"}, {"kind": "time", "code": "h"})),
    ],
)
def test_texts_of_units_that_have_a_mapping(text: str, unit: dict[str, object]) -> None:
    assert parse_text(text) == product_of(unit)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("USD*USD", "USD^2"),
        ("USD^2", "USD^2"),
        ("USD^-1", "1/USD"),
        ("s^-1", "1/s"),
        ("USD^(1/2)", "USD^(1/2)"),
        ("USD^(-3/2)", "1/USD^(3/2)"),
        ("(USD/h)^2", "USD^2/h^2"),
        ("a/b*c", "a*c/b"),
        ("a/(b*c)", "a/(b*c)"),
        ("a/b/c", "a/(b*c)"),
        ("3600*B", "3600*B"),
        ("1/60*USD", "USD/60"),
        ("ETH/10^18", "ETH/10^18"),
        ("1e-18*ETH", "ETH/10^18"),
        ("0.25*USD", "USD/4"),
        ("10000*B", "10000*B"),
        ("60*USD/h", "60*USD/h"),
        ("1/100", "1/100"),
        ("1", "1"),
        ("%/h", "%/h"),
        ("USD/%", "100*USD"),
        ("percentage", "%"),
        ('"clicks"', "clicks"),
        ("time:h", "h"),
        ("count:h", "count:h"),
        ("count:USD", "count:USD"),
        ('"1st"', '"1st"'),
        ('"a\\"b"', '"a\\"b"'),
        ("h*min", "h^2/60"),
    ],
)
def test_how_units_are_printed(text: str, printed: str) -> None:
    assert text_of(parse_text(text)) == printed
    assert parse_text(printed) == parse_text(text)


def test_a_project_s_own_units() -> None:
    assert parse_text("gwei", WITH_OWN).factor == Fraction(1, 10**9)
    assert text_of(parse_text("wei*clicks", WITH_OWN), WITH_OWN) == "clicks*wei"
    assert text_of(parse_text('"k impressions"', WITH_OWN), WITH_OWN) == '"k impressions"'
    assert parse_text('"k impressions"', WITH_OWN).factor == 1000
    assert text_of(parse_text("wei", WITH_OWN)) == "currency:wei", "without the project's vocabulary wei is a count"
    assert text_of(parse_text("count:wei", WITH_OWN), WITH_OWN) == "count:wei"
    with pytest.raises(UnitError, match="no currency code"):
        parse_text("currency:wei")


@given(products())
def test_what_is_printed_is_read_as_the_same(product: Product) -> None:
    for vocabulary in (WITH_OWN, VOCABULARY):
        if vocabulary is WITH_OWN or all(is_built_in(symbol, vocabulary) for symbol, _ in product.powers):
            assert parse_text(text_of(product, vocabulary), vocabulary) == product


def is_built_in(symbol: object, vocabulary: Vocabulary) -> bool:
    try:
        return vocabulary.symbol(symbol.kind, symbol.code) == symbol  # type: ignore[attr-defined]
    except UnitError:
        return False


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ends too early"),
        ("  ", "ends too early"),
        ("USD/", "ends too early"),
        ("USD h", "'h' at character 5 is not expected"),
        ("/h", "'/' at character 1"),
        ("USD^", "ends too early"),
        ("USD^x", "'x' at character 5"),
        ("USD^0.5", "'0.5' at character 5"),
        ("USD^(1/0)", "')' at character 9"),
        ("USD^1000000000", "power of 1000000000 is not possible"),
        ("USD^" + "9" * 400, "exponent of 400 digits"),
        ("USD^(1/1000000000)", "not possible"),
        ("10^1000000000", "exponent 1000000000 is too large"),
        ("9^9^9", "'^' at character 4"),
        ("((USD)^30)^30", "power of 900 is not possible"),
        ("(1000*B)^32^32", "'^' at character 12"),
        ("0*USD", "no exact factor"),
        ("USD/0", "no exact factor"),
        ("-1*USD", "'-' at character 1"),
        ("(USD", "ends too early"),
        ("USD)", "')' at character 4"),
        ("€", "'€' at character 1"),
        ("USD; DROP TABLE", "';' at character 4"),
        ('"page views', "at character 1"),
        ('""', "code is empty"),
        ('"\\q"', "no quoted text"),
        ("1st", "at character 1"),
        ("money:USD", "unknown kind"),
        ("time:sec", "no code of kind"),
        ("percentage:x", "no code"),
        ("currency:usd", "no currency code"),
        ("count:", "ends too early"),
        ("(" * 50 + "h" + ")" * 50, "deeper than 20"),
        ("x" * 10_001, "is too long"),
    ],
)
def test_texts_that_are_no_units(text: str, says: str) -> None:
    begin = time.process_time()
    with pytest.raises(UnitError) as refused:
        parse_text(text)
    assert says in refused.value.reason
    assert refused.value.help
    assert time.process_time() - begin < 0.2


@given(st.text(LETTERS, max_size=30) | st.text('USDh()^/*1.2%:" e-', max_size=30))
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    try:
        product = parse_text(text)
    except UnitError:
        return
    assert parse_text(text_of(product)) == product
