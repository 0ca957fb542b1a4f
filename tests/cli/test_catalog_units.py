"""The lines that an import prints about units: what each column got, and what it had."""

from __future__ import annotations

import pytest

from gnomon.catalog import Change, Column, Definition
from gnomon.catalog.values import Kind
from gnomon.cli.catalog_units import LISTED, unit_lines

EURO = {"kind": "currency", "code": "EUR"}
SQUARE = {"product": [["currency", "USD", 2]], "scale": "1"}
OWN = {"kind": "time", "code": "fortnight"}


def of(kind: Kind, *columns: Column) -> dict[str, Definition]:
    return {"shop.n": Definition(kind, columns=columns)}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Column("c", unit=EURO), "EUR"),
        (Column("c", unit={"kind": "unitless"}), "unitless"),
        (Column("c", unit_ext=SQUARE), "USD^2"),
        (Column("c", unit_by={"by": "currency", "map": {}}), "by currency"),
        (Column("c", unit=OWN), '{"kind": "time", "code": "fortnight"}'),
    ],
)
def test_every_form_of_a_unit_is_shown(column: Column, text: str) -> None:
    updated, new = Change("shop.n", "update"), of("source", column)
    assert unit_lines([updated], of("source", Column("c")), new) == [f"unit shop.n.c: none -> {text}"]
    assert unit_lines([updated], new, of("source", Column("c"))) == [f"unit shop.n.c: {text} -> none"]
    assert unit_lines([Change("shop.n", "create")], {}, new) == [f"unit shop.n.c: {text}"]
    assert unit_lines([updated], new, new) == []


def test_a_metric_goes_by_its_name_and_a_cube_by_none() -> None:
    created = [Change("shop.n", "create")]
    assert unit_lines(created, {}, of("metric", Column("shop_DOT_n", unit=EURO))) == ["unit shop.n: EUR"]
    assert unit_lines(created, {}, of("cube", Column("shop.n", unit=EURO))) == []


def test_what_is_deactivated_keeps_its_units() -> None:
    assert unit_lines([Change("shop.n", "deactivate")], of("source", Column("c", unit=EURO)), {}) == []


def test_many_units_are_counted() -> None:
    new = of("source", *(Column(f"c{number}", unit=EURO) for number in range(LISTED + 3)))
    lines = unit_lines([Change("shop.n", "create")], {}, new)
    assert lines[LISTED - 1 :] == [f"unit shop.n.c{LISTED - 1}: EUR", "unit of 3 more"]
