"""A project's own units: the content of units.yaml, checked and put beside the built-in ones.

units: {wei: {kind: currency, of: ETH, factor: 1/10^18}, USDC: {kind: currency}}
labels: {people: {one: person, other: people}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.errors import did_you_mean
from gnomon.units.chains import resolve
from gnomon.units.exact import read_factor
from gnomon.units.vocabulary import Label, Vocabulary
from gnomon.units.wire import CLOSED_CODES, CURRENCY, UnitError

OWN_KINDS = ("currency", "count", "time", "data_size")
WORDS = ("count", "currency", "percentage", "proportion", "unitless")
"""What a unit's text form says in words; no unit of one's own may be called so."""
FIELDS = ("kind", "of", "factor")
FORMS = ("one", "other")
BASES = {"time": "s", "data_size": "B"}


def extend(base: Vocabulary, definitions: Mapping[str, Any]) -> tuple[Vocabulary, tuple[UnitError, ...]]:
    """A vocabulary with more units and labels, and everything that is wrong with these; wrong ones are left out."""
    if not isinstance(definitions, Mapping):
        return base, (UnitError("a vocabulary is a mapping", help="write units: {...} and labels: {...}"),)
    errors = [
        UnitError(
            f"a vocabulary has no '{key}'",
            str(key),
            help=did_you_mean(str(key), ("units", "labels")),
            code="unknown_field",
        )
        for key in definitions
        if key not in ("units", "labels")
    ]
    units = section(definitions, "units", errors)
    wrong = {code: error for code, row in units.items() if (error := wrong_row(code, row, base)) is not None}
    symbols, unresolved = resolve({code: row for code, row in units.items() if code not in wrong}, base.symbols, wrong)
    labels = section(definitions, "labels", errors)
    misnamed = {code: error for code, row in labels.items() if (error := wrong_label(code, row)) is not None}
    own = {**base.own, **{code: kind for kind, code in symbols}}
    made = {code: Label(row["one"], row["other"]) for code, row in labels.items() if code not in misnamed}
    errors += [*wrong.values(), *unresolved, *misnamed.values()]
    return Vocabulary({**base.symbols, **symbols}, {**base.labels, **made}, own), tuple(errors)


def section(definitions: Mapping[str, Any], name: str, errors: list[UnitError]) -> Mapping[Any, Any]:
    """One part of the definitions; {} where it is left out or wrong."""
    found = definitions.get(name)
    if found is None or isinstance(found, Mapping):
        return found or {}
    errors.append(UnitError(f"'{name}' is a mapping of codes", name, help=f"write codes below {name}:"))
    return {}


def wrong_row(code: Any, row: Any, base: Vocabulary) -> UnitError | None:
    """What is wrong with a unit's own line, whatever the others say."""
    try:
        check_name(code, base)
        if not isinstance(row, Mapping):
            raise UnitError("a unit's definition is a mapping", help="write {kind: currency, of: ETH, factor: 1/10^18}")
        check_row(code, row)
    except UnitError as error:
        return error.at("units", str(code))
    return None


def check_name(code: Any, base: Vocabulary) -> None:
    """Refuse a code that is no text, or that already means something."""
    if not isinstance(code, str):
        raise UnitError(f"a unit's code is text, found {str(code).lower()}", help=f'quote it: "{str(code).lower()}"')
    if not code.strip() or code != code.strip() or not code.isprintable():
        raise UnitError("a unit's code is a word or a few", help="write it without blanks around it")
    if code in WORDS or any(code in codes for codes in CLOSED_CODES.values()) or code in base.own:
        raise UnitError(f"'{code}' is a unit already", help="choose another code")


def check_row(code: str, row: Mapping[Any, Any]) -> None:
    """Refuse fields that do not make a unit; the unit that it is `of` is looked up later."""
    for key in row:
        if key not in FIELDS:
            raise UnitError(
                f"a unit's definition has no '{key}'",
                str(key),
                help=did_you_mean(str(key), FIELDS),
                code="unknown_field",
            )
    kind, of, factor = (row.get(name) for name in FIELDS)
    if kind is None:
        raise UnitError(f"unit '{code}' needs a kind", help=f"kinds: {', '.join(OWN_KINDS)}")
    if not isinstance(kind, str) or kind not in OWN_KINDS:
        raise UnitError(f"'{kind}' is no kind of unit that has codes", "kind", help=f"kinds: {', '.join(OWN_KINDS)}")
    if of is None and factor is None:
        if kind in CLOSED_CODES:
            help = f"write of: {BASES[kind]} and how many of it one {code} is"
            raise UnitError(f"unit '{code}' of kind '{kind}' needs to be of another", help=help)
        return
    if of is None:
        raise UnitError(f"unit '{code}' has a factor, and nothing that it is of", "factor", help="add of: ...")
    if factor is None:
        raise UnitError(f"unit '{code}' needs a factor", "of", help=f"write how many {of} one {code} is")
    if not isinstance(of, str):
        raise UnitError(f"a unit's code is text, found {str(of).lower()}", "of", help=f'quote it: "{str(of).lower()}"')
    if kind == "currency" and CURRENCY.fullmatch(code):
        raise UnitError(f"'{code}' is a currency already", help=f"choose another code, such as {code.lower()}")
    read_factor(factor, "factor")


def wrong_label(code: Any, row: Any) -> UnitError | None:
    """What is wrong with the words of a count."""
    if not isinstance(code, str):
        said = str(code).lower()
        return UnitError(f"a count's code is text, found {said}", "labels", said, help=f'quote it: "{said}"')
    example = "write {one: person, other: people}"
    if not isinstance(row, Mapping):
        return UnitError(f"the words of '{code}' are a mapping", "labels", code, help=example)
    for key in row:
        if key not in FORMS:
            return UnitError(
                f"a label has no '{key}'",
                "labels",
                code,
                str(key),
                help=did_you_mean(str(key), FORMS),
                code="unknown_field",
            )
    for form in FORMS:
        word = row.get(form)
        if word is None:
            return UnitError(f"the words of '{code}' need '{form}'", "labels", code, help=example)
        if not isinstance(word, str) or not word.strip():
            return UnitError(f"a word of '{code}' is no text", "labels", code, form, help=example)
    return None
