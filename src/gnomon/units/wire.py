"""The JSON shapes of units: one atom, or one atom per another.

    {"kind": "currency", "code": "USD"}
    {"numerator": {"kind": "count", "code": "clicks"}, "denominator": {"kind": "time", "code": "s"}}

Canonical JSON has no nulls. An unset unit is None; `{"kind": "unitless"}` says that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gnomon.errors import did_you_mean
from gnomon.units.legacy import LEGACY_UNITS, legacy_unit

TIME_CODES = ("ms", "s", "min", "h", "d", "wk", "mo", "yr")
DATA_SIZE_CODES = ("B", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB", "TiB")
KINDS = ("currency", "time", "data_size", "percentage", "proportion", "count", "unitless")
CLOSED_CODES = {"time": TIME_CODES, "data_size": DATA_SIZE_CODES}
CURRENCY = re.compile(r"[A-Z]{3}")
NO_CODE = ("percentage", "proportion", "unitless")

Own = Mapping[str, str]
"""The kinds of the codes that a project's units.yaml defines (`Vocabulary.own`). They are codes of their kinds too."""
NOTHING_OWN: Own = {}


class UnitError(ValueError):
    """A value that is no unit. `path` leads to the wrong part; `help` says what to write.

    `code` is the slug of the problem that a file with it has.
    """

    def __init__(self, reason: str, *path: str, help: str | None = None, code: str = "wrong_unit") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.help = help
        self.code = code

    def at(self, *path: str) -> UnitError:
        """The same finding about a part of something larger, to which `path` leads."""
        return UnitError(self.reason, *path, *self.path, help=self.help, code=self.code)


@dataclass(frozen=True, slots=True)
class AtomicUnit:
    """One kind, and a code where the kind has codes. A currency without code has an unknown denomination."""

    kind: str
    code: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The canonical JSON.

        >>> AtomicUnit("percentage").to_json()
        {'kind': 'percentage'}
        """
        return {"kind": self.kind} if self.code is None else {"kind": self.kind, "code": self.code}


@dataclass(frozen=True, slots=True)
class CompoundUnit:
    """One atomic unit per another: clicks per second."""

    numerator: AtomicUnit
    denominator: AtomicUnit

    def to_json(self) -> dict[str, Any]:
        """The canonical JSON."""
        return {"numerator": self.numerator.to_json(), "denominator": self.denominator.to_json()}


Unit = AtomicUnit | CompoundUnit


def parse_unit(value: Any, own: Own = NOTHING_OWN) -> dict[str, Any] | None:
    """The canonical JSON of a unit that is written as JSON or as a legacy name; UnitError with the reason otherwise.

    None only for what stands for no unit: None itself and the legacy names `unknown` and `bit`.

    >>> parse_unit({"code": "stars", "kind": "count"})
    {'kind': 'count', 'code': 'stars'}
    >>> parse_unit("dollar")
    {'kind': 'currency', 'code': 'USD'}
    >>> parse_unit({"kind": "time"})
    Traceback (most recent call last):
    gnomon.units.wire.UnitError: a unit of kind 'time' needs a code
    """
    if value is None:
        return None
    if isinstance(value, str):
        try:
            return legacy_unit(value)
        except KeyError:
            hint = did_you_mean(value.strip().lower(), LEGACY_UNITS)
            help = structured(value.strip(), own) or f"{hint}, or write {{kind: count, code: ...}}"
            raise UnitError(f"unknown unit '{value}'", help=help) from None
    return read_unit(value, own=own).to_json()


def read_unit(value: Any, *path: str, own: Own = NOTHING_OWN) -> Unit:
    """The unit that a JSON value says; UnitError with the reason and the path otherwise."""
    if not isinstance(value, Mapping):
        raise UnitError("a unit is a mapping such as {kind: count, code: stars}", *path)
    if "numerator" not in value and "denominator" not in value:
        return read_atom(value, *path, own=own)
    if path:
        raise UnitError("a unit has one numerator and one denominator, each of one kind", *path)
    refuse_keys(value, ("numerator", "denominator"))
    for part in ("numerator", "denominator"):
        if part not in value:
            raise UnitError(f"a compound unit needs a {part}", help=f"add {part}: {{kind: ..., code: ...}}")
    numerator, denominator = (read_atom(value[part], part, own=own) for part in ("numerator", "denominator"))
    return CompoundUnit(numerator, denominator)


def read_atom(value: Any, *path: str, own: Own = NOTHING_OWN) -> AtomicUnit:
    """The atomic unit that a JSON value says."""
    if not isinstance(value, Mapping) or "numerator" in value or "denominator" in value:
        raise UnitError("each part of a unit is a mapping such as {kind: time, code: s}", *path)
    refuse_keys(value, ("kind", "code"), *path)
    kind, code = value.get("kind"), value.get("code")
    if kind is None:
        raise UnitError("a unit needs a kind", *path, help=f"kinds: {', '.join(KINDS)}")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UnitError(f"unknown kind of unit '{kind}'", *path, "kind", help=did_you_mean(str(kind), KINDS))
    check_code(kind, code, *path, own=own)
    return AtomicUnit(kind, code)


def check_code(kind: str, code: Any, *path: str, own: Own = NOTHING_OWN) -> None:
    """Refuse a code that its kind does not have."""
    codes = CLOSED_CODES.get(kind)
    if code is None:
        if codes:
            listed = ", ".join([*codes, *own_codes(kind, own)])
            raise UnitError(f"a unit of kind '{kind}' needs a code", *path, help=f"codes: {listed}")
    elif kind in NO_CODE:
        raise UnitError(f"a unit of kind '{kind}' has no code", *path, "code", help=f"write {{kind: {kind}}}")
    elif not isinstance(code, str):
        raise UnitError("a unit's code is text", *path, "code", help=quoted(code))
    elif own.get(code) == kind:
        return
    elif codes and code not in codes:
        listed = ", ".join([*codes, *own_codes(kind, own)])
        raise UnitError(f"'{code}' is no code of kind '{kind}'", *path, "code", help=f"codes: {listed}")
    elif kind == "currency" and not CURRENCY.fullmatch(code):
        raise UnitError(f"'{code}' is no currency code", *path, "code", help=currency_help(code, own))
    elif kind == "count" and not code.strip():
        raise UnitError("a count's code is empty", *path, "code", help="name what is counted, or leave the code out")


def own_codes(kind: str, own: Own) -> list[str]:
    return [code for code, of_kind in own.items() if of_kind == kind]


def structured(code: str, own: Own = NOTHING_OWN) -> str | None:
    """What to write for a code that stands alone, as units are shown; None for what is no code.

    >>> structured("EUR"), structured("ms"), structured("dollars")
    ('write {kind: currency, code: EUR}', 'write {kind: time, code: ms}', None)
    """
    closed = next((kind for kind, codes in CLOSED_CODES.items() if code in codes), None)
    kind = closed or own.get(code) or ("currency" if CURRENCY.fullmatch(code) else None)
    return f"write {{kind: {kind}, code: {code}}}" if kind is not None else None


def quoted(code: Any) -> str:
    """What to type where YAML took a code for something else: `on`, `yes` and `1` are text in quotes."""
    if isinstance(code, bool):
        return "quote it, as in code: 'on': without quotes YAML may read on, off, yes and no as true and false"
    return f"quote it: code: '{code}'"


def currency_help(code: str, own: Own) -> str:
    """What to write for a currency that is none."""
    near = code.strip().upper()
    example = near if CURRENCY.fullmatch(near) else "USD"
    mine = own_codes("currency", own)
    known = f"one of units.yaml ({', '.join(mine)})" if mine else f"define {code.strip()} in units.yaml"
    return f"write {example}, three capital letters (ISO 4217), or {known}"


def refuse_keys(value: Mapping[Any, Any], known: tuple[str, ...], *path: str) -> None:
    """Refuse keys that a unit does not have."""
    for key in value:
        if key not in known:
            raise UnitError(f"a unit has no '{key}' here", *path, str(key), help=did_you_mean(str(key), known))
