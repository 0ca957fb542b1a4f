"""UCUM in its case-sensitive form, as OpenTelemetry and Frictionless use it.

Money and labels are annotations in braces, which are ASCII without blanks. A label of three capitals, which would be
read as money, gets the explicit unity that UCUM allows: `1{NFT}`.
"""

from __future__ import annotations

import re
from typing import Any

from gnomon.units.exports.parts import UnitJson, currency, joined, of_parts
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import CURRENCY, DATA_SIZE_CODES, TIME_CODES, AtomicUnit, UnitError, read_unit

SIZES = {code: f"{'k' if code == 'KB' else code[:-1]}By" for code in DATA_SIZE_CODES}
TIMES = {code: {"yr": "a"}.get(code, code) for code in TIME_CODES}
CODES = {
    **{AtomicUnit("time", code): spelled for code, spelled in TIMES.items()},
    **{AtomicUnit("data_size", code): spelled for code, spelled in SIZES.items()},
    AtomicUnit("percentage"): "%",
    AtomicUnit("proportion"): "1",
    AtomicUnit("unitless"): "1",
    AtomicUnit("count"): "1",
}
UNITY = "1"
ATOMS = {spelled: atom for atom, spelled in CODES.items() if spelled != UNITY}
LABEL = re.compile(r"[!-z|~]+")
ATOM = r"1?\{[!-z|~]+\}|[^{}/]+"
FRACTION = re.compile(rf"({ATOM})(?:/({ATOM}))?")


def ucum_code(unit: UnitJson | None, vocabulary: Vocabulary = VOCABULARY) -> str | None:
    """The UCUM code of a unit; None where it is unset, a unit of a project's own, or what UCUM cannot write.

    >>> ucum_code({"kind": "data_size", "code": "KB"}), ucum_code({"kind": "count", "code": "page views"})
    ('kBy', '{page_views}')
    >>> ucum_code({"numerator": {"kind": "currency", "code": "USD"}, "denominator": {"kind": "time", "code": "h"}})
    '{USD}/h'
    >>> ucum_code({"kind": "count", "code": "点击"}) is None
    True
    """
    return None if unit is None else joined(read_unit(unit, own=vocabulary.own), code_of)


def code_of(atom: AtomicUnit) -> str | None:
    if atom in CODES:
        return CODES[atom]
    if atom.kind not in ("currency", "count") or atom.code is None:
        return None
    if atom.kind == "currency" and not CURRENCY.fullmatch(atom.code):
        return None  # in braces it would be what is counted
    label = "_".join(atom.code.split())
    if not LABEL.fullmatch(label):
        return None
    is_like_money = atom.kind == "count" and CURRENCY.fullmatch(label)
    return f"1{{{label}}}" if is_like_money else f"{{{label}}}"


def unit_of_ucum(text: str) -> dict[str, Any]:
    """The unit JSON of a UCUM code; UnitError where it is no unit of ours, or where it could be several.

    >>> unit_of_ucum("MiBy/s")["numerator"], unit_of_ucum("{request}")
    ({'kind': 'data_size', 'code': 'MiB'}, {'kind': 'count', 'code': 'request'})
    >>> unit_of_ucum("1")
    Traceback (most recent call last):
    gnomon.units.wire.UnitError: '1' is a count, a proportion or no unit alike
    """
    found = FRACTION.fullmatch(text)
    if found is None:
        raise UnitError(f"'{text}' is no unit, nor one unit per another")
    return of_parts([atom_of(part) for part in found.groups() if part is not None])


def atom_of(text: str) -> AtomicUnit:
    if text == UNITY:
        raise UnitError("'1' is a count, a proportion or no unit alike")
    if text.startswith("1{"):
        return AtomicUnit("count", text[2:-1])
    if text.startswith("{"):
        label = text[1:-1]
        return currency(label) if CURRENCY.fullmatch(label) else AtomicUnit("count", label)
    if text not in ATOMS:
        raise UnitError(f"'{text}' is no unit of ours")
    return ATOMS[text]
