"""An engine's rows against the judge's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import isfinite
from typing import Any

from oracle.logic import exactly
from oracle.model import Number


def disagreements(expected: Iterable[tuple[Any, ...]], got: Iterable[tuple[Any, ...]]) -> list[str]:
    """What differs between the judge's rows and an engine's rows of the same columns; empty where all agree.

    Without slack an amount must be the double that is nearest to the exact number.
    """
    wanted = {row[:-1]: row[-1] for row in expected}
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in got:
        found[tuple(exactly(value) for value in row[:-1])].append(row[-1])
    problems = []
    for key in sorted({*wanted, *found}, key=repr):
        shown = " ".join(str(part) for part in key)
        amounts = found.get(key, [])
        if key not in wanted:
            problems.append(f"{shown}: extra row(s) {amounts}")
        elif not amounts:
            problems.append(f"{shown}: missing, should be {shown_number(wanted[key])}")
        elif len(amounts) > 1:
            problems.append(f"{shown}: {len(amounts)} rows {amounts}, should be one: {shown_number(wanted[key])}")
        elif not agrees(wanted[key], amounts[0]):
            problems.append(f"{shown}: {amounts[0]!r}, should be {shown_number(wanted[key])}")
    return problems


def shown_number(number: Number) -> str:
    return "null" if number.value is None else f"{float(number.value)!r} (+- {float(number.slack):.3g})"


def agrees(number: Number, amount: Any) -> bool:
    """Whether an engine's amount is the judge's number."""
    if number.value is None or amount is None:
        return number.value is None and amount is None
    if not isfinite(amount) or not isfinite(number.value):
        return bool(amount == number.value or (amount != amount and number.value != number.value))
    if not number.slack:
        return bool(float(amount) == float(number.value))
    return bool(abs(exactly(amount) - number.value) <= number.slack)
