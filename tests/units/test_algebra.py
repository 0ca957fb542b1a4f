"""The laws of the algebra, on random units, and what it refuses."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import time
from fractions import Fraction
from itertools import product as pairs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.units.strategies import products, scales, symbols

from gnomon.units import VOCABULARY, Product, UnitError, parse_text, product_of, text_of
from gnomon.units.algebra import NUMBER, number_of, unit_of

UNIT = products()


@given(UNIT, UNIT)
def test_multiplication_is_commutative(a: Product, b: Product) -> None:
    assert (a * b).same(b * a)


@given(UNIT, UNIT, UNIT)
def test_multiplication_is_associative(a: Product, b: Product, c: Product) -> None:
    assert ((a * b) * c).same(a * (b * c))


@given(UNIT)
def test_one_changes_nothing(a: Product) -> None:
    assert (a * NUMBER).same(a) and (a / NUMBER).same(a) and a**1 == a


@given(UNIT)
def test_a_unit_by_itself_is_a_plain_number(a: Product) -> None:
    assert a / a == NUMBER
    assert (a ** Fraction(-1) * a) == NUMBER


@given(UNIT, UNIT)
def test_division_undoes_multiplication(a: Product, b: Product) -> None:
    assert ((a * b) / b).same(a)


@given(UNIT, UNIT)
def test_the_factor_of_a_product_is_the_product_of_factors(a: Product, b: Product) -> None:
    assert (a * b).factor == a.factor * b.factor
    assert (a / b).factor == a.factor / b.factor


@given(UNIT, st.integers(-2, 2), st.integers(-2, 2))
def test_powers_add_and_multiply(a: Product, m: int, n: int) -> None:
    assert (a**m * a**n).same(a ** (m + n))
    assert ((a**m) ** n).same(a ** (m * n))


@given(UNIT, st.integers(1, 4))
def test_a_root_undoes_a_power(a: Product, n: int) -> None:
    assert (a**n).root(n).same(a)


@given(UNIT, UNIT)
def test_the_same_is_fitting_with_a_ratio_of_one(a: Product, b: Product) -> None:
    assert a.same(b) == (a.fits(b) and a.ratio(b) == 1)
    assert a.fits(b) == (a.dimensions == b.dimensions)
    if not a.fits(b):
        with pytest.raises(UnitError, match="different dimensions"):
            a.ratio(b)


@given(UNIT, scales)
def test_a_ratio_is_the_quotient_of_factors(a: Product, k: Fraction) -> None:
    scaled = a.scaled(k)
    assert scaled.ratio(a) == k and a.ratio(scaled) == 1 / k
    assert scaled.factor == a.factor * k


@given(symbols, symbols)
def test_one_symbol_for_each_dimension(a: object, b: object) -> None:
    made = unit_of(a) * unit_of(b)  # type: ignore[arg-type]
    assert len({symbol.dimension for symbol, _ in made.powers}) == len(made.powers) <= 2


@given(UNIT)
def test_units_are_copied_and_stored_whole(a: Product) -> None:
    assert pickle.loads(pickle.dumps(a)) == a == copy.deepcopy(a)
    assert hash(pickle.loads(pickle.dumps(a))) == hash(a)


def test_a_stored_unit_is_found_by_another_process() -> None:
    """Texts have another hash in each process, so a stored unit may not carry its own."""
    stored = pickle.dumps(parse_text("USD/h"))
    code = f"import pickle; from gnomon.units import parse_text as p; print(pickle.loads({stored!r}) in {{p('USD/h')}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize(
    ("left", "right", "product", "quotient"),
    [
        ("USD/h", "min", "USD/60", "60*USD/h^2"),
        ("h", "min", "h^2/60", "60"),
        ("GB", "1/s", "GB/s", "GB*s"),
        ("%", "USD", "USD/100", "1/(100*USD)"),
        ("proportion", "%", "1/100", "100"),
        ("clicks", "impressions", "clicks*impressions", "clicks/impressions"),
        ("yr", "mo", "yr^2/12", "12"),
        ("mo", "d", "d*mo", "mo/d"),
        ("KiB", "KB", "125*KiB^2/128", "128/125"),
    ],
)
def test_results_by_hand(left: str, right: str, product: str, quotient: str) -> None:
    a, b = parse_text(left), parse_text(right)
    assert (a * b).same(parse_text(product)), text_of(a * b)
    assert (a / b).same(parse_text(quotient)), text_of(a / b)


def test_symbols_are_kept_as_written() -> None:
    assert text_of(parse_text("ms") * parse_text("clicks")) == "clicks*ms"
    assert text_of(parse_text("ms") * parse_text("s")) == "1000*ms^2"


def test_words_are_kept_by_what_keeps_the_unit_and_dropped_by_arithmetic() -> None:
    proportion, percentage = number_of("proportion"), number_of("percentage")
    assert (proportion**1).word == "proportion" and proportion.scaled(1).word == "proportion"
    assert (proportion * NUMBER).word is None and (percentage / NUMBER).word is None
    assert proportion.scaled(2) == NUMBER.scaled(2)
    assert proportion.same(number_of("unitless")) and not proportion.same(percentage)
    assert percentage.is_number and percentage.ratio(proportion) == Fraction(1, 100)


@pytest.mark.parametrize("exponent", [33, -33, 10**9, Fraction(1, 33), Fraction(10**30, 3)])
def test_exponents_have_bounds(exponent: int | Fraction) -> None:
    with pytest.raises(UnitError, match="not possible") as refused:
        parse_text("USD") ** exponent
    assert refused.value.help == "exponents go from -32 to 32, as 2, -1 or 1/2"


def test_exponents_that_pile_up_have_bounds() -> None:
    unit = parse_text("USD^32")
    with pytest.raises(UnitError, match="to the power of 33"):
        unit * parse_text("USD")


def test_scales_that_pile_up_have_bounds() -> None:
    unit = NUMBER.scaled(10**18)
    with pytest.raises(UnitError, match="too large"):
        for _ in range(20):
            unit = unit**16


@pytest.mark.parametrize(("text", "n"), [("60*s", 2), ("USD/2", 3), ("%", 3)])
def test_a_scale_without_an_exact_root_is_refused(text: str, n: int) -> None:
    with pytest.raises(UnitError, match="no exact root"):
        parse_text(text).root(n)
    with pytest.raises(UnitError):
        parse_text(text).root(0)


def test_a_root_keeps_its_symbol_where_the_base_unit_has_no_exact_one() -> None:
    root = parse_text("h").root(2)
    assert text_of(root) == "h^(1/2)" and (root * root).same(parse_text("h"))
    assert root.fits(parse_text("s").root(2)) and root.ratio(parse_text("s").root(2)) == 60
    assert root.fits(parse_text("d").root(2)) and not root.same(parse_text("d").root(2))
    with pytest.raises(UnitError, match="no exact factor"):
        root.ratio(parse_text("d").root(2))
    with pytest.raises(UnitError, match="no exact root"):
        _ = parse_text("d").root(3).factor


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s, h, one: Product(((s, one), (h, one))),
        lambda s, h, one: Product(((s, Fraction(0)),)),
        lambda s, h, one: Product((), Fraction(0)),
        lambda s, h, one: Product((), Fraction(-1)),
        lambda s, h, one: Product((), one, "percentage"),
        lambda s, h, one: Product(((s, one),), one, "unitless"),
        lambda s, h, one: Product(((VOCABULARY.symbol("count", "b"), one), (VOCABULARY.symbol("count", "a"), one))),
    ],
)
def test_what_is_no_product(wrong: object) -> None:
    with pytest.raises(UnitError):
        wrong(VOCABULARY.symbol("time", "s"), VOCABULARY.symbol("time", "h"), Fraction(1))  # type: ignore[operator]


def test_ten_thousand_operations_take_no_time() -> None:
    units = [parse_text(text) for text in ("USD/h", "clicks/impressions", "GB/s", "min", "ms", "USD", "h^2", "%")]
    begin = time.process_time()
    for _ in range(160):
        for a, b in pairs(units, units):
            _ = a * b
    assert time.process_time() - begin < 0.5  # about 0.01 s where it is remembered


def test_a_declared_compound_is_the_quotient() -> None:
    unit = {"numerator": {"kind": "currency", "code": "USD"}, "denominator": {"kind": "time", "code": "h"}}
    assert product_of(unit) == parse_text("USD") / parse_text("h")
