"""Units as people type them: `USD/h`, `clicks/impressions`, `USD^2`, `1/s`, `%`, `"page views"/s`, `count:h`.

    unit    = factor { ("*" | "/") factor }         from left to right: a/b*c is (a/b)*c
    factor  = atom [ "^" exponent ]                  USD^2, s^-1, USD^(1/2)
    atom    = "(" unit ")" | number | name | kind ":" name
    name    = letters, digits and _, not a digit first; or any text in double quotes, which is a count
    number  = 60, 0.01, 1e-18, 10^18

A name is, in this order: one of the words `percentage` (or %), `proportion`, `unitless`, `count` and `currency` (these
two without code); a code of the vocabulary; a currency, if it is three capital letters; else what is counted.
`kind:name` says which.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import lru_cache

from gnomon.units.algebra import NUMBER, Product, bounded, number_of, power, unit_of
from gnomon.units.exact import read_factor
from gnomon.units.symbols import NUMBERS, Symbol
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import KINDS, UnitError

LONGEST_TEXT = 10_000
DEEPEST = 20
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?!\w)|(?P<quoted>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>[-%()*/^:]))",
    re.DOTALL,
)
NAME = re.compile(r"[^\W\d]\w*")
HELP = 'write a unit such as USD/h, clicks/impressions, GB, % or "page views"/s'
CODELESS = ("count", "currency")

Token = tuple[str, str, int]


def parse_text(text: str, vocabulary: Vocabulary = VOCABULARY) -> Product:
    """The unit that a text says; UnitError where it says none.

    >>> parse_text("USD/h").dimensions
    (('currency:USD', Fraction(1, 1)), ('time', Fraction(-1, 1)))
    >>> parse_text("h").powers[0][0].kind, parse_text("count:h").powers[0][0].kind
    ('time', 'count')
    """
    if len(text) > LONGEST_TEXT:
        raise UnitError(f"a unit of {len(text)} characters is too long", help=HELP)
    reader = Reader(text, vocabulary)
    product = reader.product(0)
    if reader.kind != "end":
        raise reader.unexpected()
    return product


class Reader:
    """Reads a text token by token."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.tokens = tokens_of(text)
        self.position = 0

    @property
    def kind(self) -> str:
        """What the next token is: number, quoted, name, end, or the sign itself."""
        return self.tokens[self.position][0]

    def take(self) -> str:
        self.position += 1
        return self.tokens[self.position - 1][1]

    def unexpected(self) -> UnitError:
        kind, found, place = self.tokens[self.position]
        what = "it ends too early" if kind == "end" else f"'{found}' at character {place + 1} is not expected"
        return UnitError(f"'{self.text[:60]}' is no unit: {what}", help=HELP)

    def product(self, depth: int) -> Product:
        """A chain of factors. A lone factor keeps its word."""
        if depth > DEEPEST:
            raise UnitError(f"parentheses nest deeper than {DEEPEST}", help=HELP)
        made = self.factor(depth)
        while self.kind in ("*", "/"):
            by = self.take()
            factor = self.factor(depth)
            made = made * factor if by == "*" else made / factor
        return made

    def factor(self, depth: int) -> Product:
        if self.kind == "number":
            return NUMBER.scaled(self.number())
        atom = self.atom(depth)
        if self.kind != "^":
            return atom
        self.take()
        return power(atom, self.exponent())

    def number(self) -> Fraction:
        """A number, with its own power: 10^18."""
        text = self.take()
        if self.kind == "^":
            self.take()
            text += f"^{self.take()}" if self.kind == "number" else self.fail()
        return read_factor(text)

    def fail(self) -> str:
        raise self.unexpected()

    def atom(self, depth: int) -> Product:
        if self.kind == "(":
            self.take()
            inner = self.product(depth + 1)
            if self.kind != ")":
                raise self.unexpected()
            self.take()
            return inner
        if self.kind == "%":
            self.take()
            return number_of("percentage")
        if self.kind == "quoted":
            return unit_of(self.vocabulary.symbol("count", unquoted(self.take())))
        if self.kind != "name":
            raise self.unexpected()
        name = self.take()
        if self.kind != ":":
            return named(name, self.vocabulary)
        self.take()
        return self.of_kind(name)

    def of_kind(self, kind: str) -> Product:
        """What follows `kind:`, a code of that kind."""
        if self.kind not in ("name", "quoted"):
            raise self.unexpected()
        code = unquoted(self.take()) if self.kind == "quoted" else self.take()
        if kind not in KINDS:
            raise UnitError(f"unknown kind of unit '{kind}'", help=f"kinds: {', '.join(KINDS)}")
        return unit_of(self.vocabulary.symbol(kind, code))

    def exponent(self) -> Fraction:
        """2, -1, (1/2) or (-1/2)."""
        if self.kind != "(":
            return bounded(Fraction(self.whole()))
        self.take()
        above = self.whole()
        below = 1
        if self.kind == "/":
            self.take()
            below = self.whole()
        if self.kind != ")" or below < 1:
            raise self.unexpected()
        self.take()
        return bounded(Fraction(above, below))

    def whole(self) -> int:
        sign = -1 if self.kind == "-" else 1
        if sign < 0:
            self.take()
        if self.kind != "number" or not self.tokens[self.position][1].isdecimal():
            raise self.unexpected()
        digits = self.take()
        if len(digits) > 20:
            raise UnitError(f"an exponent of {len(digits)} digits is not possible", help="write 2, -1 or (1/2)")
        return sign * int(digits)


def tokens_of(text: str) -> list[Token]:
    """The tokens, each with its kind and its place, and an end."""
    tokens: list[Token] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise UnitError(f"'{text[:60]}' is no unit: {text[place]!r} at character {place + 1}", help=HELP)
        found = match[match.lastgroup]
        tokens.append((found if match.lastgroup == "sign" else match.lastgroup, found, match.start(match.lastgroup)))
        place = match.end()
    return [*tokens, ("end", "", end)]


def unquoted(text: str) -> str:
    """The label inside quotes, with JSON's escapes."""
    try:
        label: str = json.loads(text, strict=False)
    except ValueError:
        raise UnitError(f"{text[:60]} is no quoted text", help='write "page views"') from None
    return label


def named(name: str, vocabulary: Vocabulary) -> Product:
    """The unit of a bare name."""
    if name in NUMBERS:
        return number_of(name)
    if name in CODELESS:
        return unit_of(vocabulary.symbol(name))
    return unit_of(vocabulary.known(name) or vocabulary.symbol("count", name))


def text_of(product: Product, vocabulary: Vocabulary = VOCABULARY) -> str:
    """The unit as text, which `parse_text` with the same vocabulary reads as the same product.

    >>> text_of(parse_text("USD * USD / (clicks * d)"))
    'USD^2/(clicks*d)'
    >>> text_of(parse_text("MB").scaled(3600)), text_of(parse_text("%")), text_of(NUMBER)
    ('3600*MB', '%', '1')
    """
    if product.word is not None:
        return "%" if product.word == "percentage" else product.word
    above = [raised(symbol, exponent, vocabulary) for symbol, exponent in product.powers if exponent > 0]
    below = [raised(symbol, -exponent, vocabulary) for symbol, exponent in product.powers if exponent < 0]
    scale = product.scale
    if scale == NUMBERS["percentage"] and below and not above:
        above, scale = ["%"], Fraction(1)
    if scale.numerator != 1 or not above:
        above = [digits(scale.numerator), *above]
    if scale.denominator != 1:
        below = [digits(scale.denominator), *below]
    if not below:
        return "*".join(above)
    return f"{'*'.join(above)}/{below[0] if len(below) == 1 else '(' + '*'.join(below) + ')'}"


def raised(symbol: Symbol, exponent: Fraction, vocabulary: Vocabulary) -> str:
    """A symbol to a positive power."""
    name = name_of(symbol, vocabulary)
    if exponent == 1:
        return name
    return f"{name}^{exponent}" if exponent.denominator == 1 else f"{name}^({exponent})"


def name_of(symbol: Symbol, vocabulary: Vocabulary) -> str:
    """The shortest text that stands for a symbol: its code, where the code alone is read as this symbol."""
    if symbol.code is None:
        return symbol.kind
    plain = NAME.fullmatch(symbol.code) is not None
    if plain and symbol.code not in (*NUMBERS, *CODELESS) and named(symbol.code, vocabulary) == unit_of(symbol):
        return symbol.code
    text = symbol.code if plain else json.dumps(symbol.code, ensure_ascii=False)
    return text if not plain and symbol.kind == "count" else f"{symbol.kind}:{text}"


@lru_cache(maxsize=64)
def digits(number: int) -> str:
    """A whole number; long powers of ten as such."""
    text = str(number)
    zeros = len(text) - 1
    return f"10^{zeros}" if 4 < zeros <= 100 and text == "1" + "0" * zeros else text
