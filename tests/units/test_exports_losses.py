"""The table of losses in docs/how-to/export-units.md is what the exports do; GNOMON_WRITE_GOLDEN=1 writes it again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gnomon.units import product_of, text_of
from gnomon.units.exports import (
    dbt_meta,
    frictionless_properties,
    grafana_id,
    prometheus_unit,
    ucum_code,
    unit_of_dbt,
    unit_of_frictionless,
    unit_of_grafana,
    unit_of_prometheus,
    unit_of_ucum,
)
from gnomon.units.wire import CLOSED_CODES, KINDS, UnitError

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "export-units.md"
HEAD = "| unit | UCUM | Prometheus | Grafana |\n|---|---|---|---|\n"
CODES = {
    **CLOSED_CODES,
    "currency": (None, "USD", "THB", "ETH"),
    "count": (None, "clicks", "page views", "NFT", "点击"),
}
Unit = dict[str, Any]


def atom(kind: str, code: str | None = None) -> Unit:
    return {"kind": kind} if code is None else {"kind": kind, "code": code}


SECOND, HOUR, CLICKS, USD = atom("time", "s"), atom("time", "h"), atom("count", "clicks"), atom("currency", "USD")
COMPOUNDS = [
    (atom("data_size", "B"), SECOND),
    (atom("data_size", "KiB"), SECOND),
    (atom("data_size", "MB"), HOUR),
    (atom("count"), SECOND),
    (atom("unitless"), SECOND),
    (atom("count", "requests"), SECOND),
    (CLICKS, atom("count", "impressions")),
    (CLICKS, atom("time", "mo")),
    (USD, HOUR),
    (USD, CLICKS),
    (atom("percentage"), atom("time", "d")),
]
UNITS = [
    *(atom(kind, code) for kind in KINDS for code in CODES.get(kind, (None,))),
    *({"numerator": over, "denominator": under} for over, under in COMPOUNDS),
]


def name(unit: Unit) -> str:
    return unit["kind"] if set(unit) == {"kind"} else text_of(product_of(unit))


def cell(unit: Unit, spelled: str | None, read: Callable[[str], Unit], shown: str | None = None) -> str:
    """A spelling, and after an arrow what it is read as where that is not the unit."""
    if spelled is None:
        return "not written"
    try:
        found = read(spelled)
    except UnitError:
        return f"{shown or f'`{spelled}`'} → not read"
    return shown or f"`{spelled}`" if found == unit else f"{shown or f'`{spelled}`'} → {name(found)}"


def row(unit: Unit) -> str:
    made = prometheus_unit(unit)
    shown = None
    if made is not None:
        shown = (f"`_{made.name}`" if made.name else "no suffix") + (f" × {made.factor}" if made.factor != 1 else "")
    cells = [
        cell(unit, ucum_code(unit), unit_of_ucum),
        cell(unit, made.name if made is not None else None, unit_of_prometheus, shown),
        cell(unit, grafana_id(unit), unit_of_grafana),
    ]
    return f"| {name(unit)} | {' | '.join(cells)} |"


def test_the_table_of_losses_is_what_is_so() -> None:
    now = HEAD + "".join(f"{row(unit)}\n" for unit in UNITS)
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(HEAD)
    after = rest[f"\n{rest}".index("\n\n") :]
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        PAGE.write_text(before + now + after, encoding="utf-8")
    assert text == before + now + after or os.environ.get("GNOMON_WRITE_GOLDEN"), f"the table is now\n{now}"


def test_dbt_and_frictionless_have_no_losses() -> None:
    for unit in UNITS:
        assert unit_of_dbt(dbt_meta(unit)) == unit_of_frictionless(frictionless_properties(unit)) == unit
