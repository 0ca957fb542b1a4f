"""Random units: symbols of every dimension, products of them, and what people may write."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from gnomon.units import VOCABULARY, Product
from gnomon.units.algebra import NUMBER, number_of, unit_of
from gnomon.units.symbols import NUMBERS, Symbol

OWN = {
    "units": {
        "wei": {"kind": "currency", "of": "gwei", "factor": "1/10^9"},
        "gwei": {"kind": "currency", "of": "ETH", "factor": "1e-9"},
        "cent": {"kind": "currency", "of": "USD", "factor": 0.01},
        "USDC": {"kind": "currency"},
        "k impressions": {"kind": "count", "of": "impressions", "factor": 1000},
        "bit": {"kind": "data_size", "of": "B", "factor": "1/8"},
        "quarter": {"kind": "time", "of": "mo", "factor": 3},
    },
    "labels": {"people": {"one": "person", "other": "people"}},
}
WITH_OWN = VOCABULARY.extended(OWN)

KNOWN = tuple(WITH_OWN.symbols.values())
LABELS = (
    "clicks",
    "impressions",
    "page views",
    "h",
    "min",
    "USD",
    "count",
    "%",
    'a"b\\c',
    "über",
    "a\nb",
    "1st",
    "wei",
)
LETTERS = 'abhsUSDkGB_019 "\\\n%:/()^*.€µßж'
"""Enough to write labels that look like everything else. All of Unicode takes seconds to prepare."""
labels = st.text(LETTERS, min_size=1, max_size=12).filter(str.strip)

known_symbols = st.sampled_from(KNOWN)
currencies = st.sampled_from(["USD", "EUR", "ETH", "ZZZ", None]).map(lambda code: WITH_OWN.symbol("currency", code))
counts = (st.sampled_from(LABELS) | labels | st.none()).map(lambda code: WITH_OWN.symbol("count", code))
symbols: st.SearchStrategy[Symbol] = known_symbols | currencies | counts

scales = st.builds(Fraction, st.integers(1, 10**6), st.integers(1, 10**6))
words = st.sampled_from([*NUMBERS]).map(number_of)


@st.composite
def products(draw: st.DrawFn, exponents: st.SearchStrategy[int] | None = None, most: int = 3) -> Product:
    """A product of a few symbols, with a scale at times, or a number with its word."""
    if draw(st.integers(0, 9)) == 0:
        return draw(words)
    made = NUMBER.scaled(draw(st.just(Fraction(1)) | scales))
    for symbol in draw(st.lists(symbols, max_size=most)):
        made = made * unit_of(symbol) ** draw(exponents or st.integers(-2, 2))
    return made


rooted = products(st.sampled_from([-2, -1, 1, 2]))
