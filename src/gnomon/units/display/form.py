"""How one output is written: its locale, its style, its labels. Babel is imported here, and only when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from babel import Locale

    from gnomon.units.vocabulary import Label

Style = Literal["si", "cldr"]
"""`si`: symbols that all languages share, a space before each. `cldr`: what the locale itself says."""
Labels = Mapping[str, "Label"]
"""A count's code -> what one of it and what several are called, as in `Vocabulary.labels`."""

DEFAULT_LOCALE = "en_US"


@dataclass(frozen=True, slots=True)
class Form:
    """What all numbers of one output share, so that no two styles meet in it."""

    locale: str = DEFAULT_LOCALE
    style: Style = "si"
    compact: bool = False
    labels: Labels = field(default_factory=dict)

    @property
    def babel(self) -> Locale:
        return locale_of(self.locale)


@lru_cache
def locale_of(name: str) -> Locale:
    """Babel's locale of a name such as de_DE or de-DE; UsageError `unknown_locale` for any other.

    >>> locale_of("de-AT").language
    'de'
    """
    from babel import Locale
    from babel.core import UnknownLocaleError
    from babel.localedata import locale_identifiers

    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        close = get_close_matches(str(name), locale_identifiers(), n=1)
        hint = f"did you mean '{close[0]}'?" if close else "write a language and a country: en_US, de_DE, ja_JP"
        raise UsageError(Problem("unknown_locale", f"there is no locale '{name}'", help=hint)) from None
