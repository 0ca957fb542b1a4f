"""Units as DataJunction's files and calls hold them: what its own server takes today is read, with a warning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gnomon.units.wire import NOTHING_OWN, Own, parse_unit, read_unit

PARTS = ("numerator", "denominator")


def read_lenient(
    value: Any, *, metric: bool = False, own: Own = NOTHING_OWN
) -> tuple[dict[str, Any] | None, list[str]]:
    """The unit JSON of a value, and a sentence for each thing in it that was dropped; UnitError where that server
    refuses it too.

    Dropped are a line break after a currency, an empty code of a count, and keys that a unit does not have, also `kind`
    beside `numerator`. A metric's own unit (`metric`) may also be a legacy name, and "" and {} leave it unset.

    >>> read_lenient({"kind": "count", "code": "", "note": "x"})
    ({'kind': 'count'}, ["a unit has no 'note': it is left out", 'the code of a count is empty: it is left out'])
    """
    if value is None or (metric and (value == "" or value == {})):
        return None, []
    if metric and isinstance(value, str):
        return parse_unit(value, own), []
    if not isinstance(value, Mapping):
        return read_unit(value, own=own).to_json(), []
    warnings: list[str] = []
    cleaned = compound_of(value, warnings) if PARTS[0] in value else atom_of(value, warnings)
    return read_unit(cleaned, own=own).to_json(), warnings


def compound_of(value: Mapping[Any, Any], warnings: list[str]) -> dict[Any, Any]:
    """A compound unit without the keys that it does not have."""
    for key in value:
        if key not in PARTS:
            warnings.append(f"a compound unit has no '{key}': it is left out")
    return {
        part: atom_of(value[part], warnings) if isinstance(value[part], Mapping) else value[part]
        for part in PARTS
        if part in value
    }


def atom_of(value: Mapping[Any, Any], warnings: list[str]) -> dict[Any, Any]:
    """An atomic unit without what it does not have; what no server takes is left for the strict reader to refuse."""
    kind, code = value.get("kind"), value.get("code")
    known = ("kind", "code") if kind is not None else ("kind", "code", *PARTS)
    warnings += [f"a unit has no '{key}': it is left out" for key in value if key not in known]
    cleaned = {key: value[key] for key in known if key in value}
    if kind == "currency" and isinstance(code, str) and code.endswith("\n"):
        warnings.append(f"the currency {code[:-1]} ends with a line break: it is left out")
        cleaned["code"] = code[:-1]
    if kind == "count" and isinstance(code, str) and not code.strip():
        warnings.append("the code of a count is empty: it is left out")
        del cleaned["code"]
    return cleaned
