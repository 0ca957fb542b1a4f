"""What a plan answers with: one statement, and what each of its columns is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gnomon.catalog.values import Json
from gnomon.errors import Problem


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of a statement's rows.

    `semantic_entity` is the metric's name, or the dimension as it was asked for (`shop.date.year[placed]`). `type` is
    the catalog's, `unknown` where it has none. `unit` is canonical unit JSON, None while unset; `unit_ext` says one
    that this shape cannot, and `unit_by` is `{"by": column, "map": {value: unit}}` where another column decides: one of
    the answer, or else of the column's own node.
    """

    name: str
    type: str
    semantic_entity: str
    semantic_type: Literal["dimension", "metric"]
    unit: Json | None = None
    unit_ext: Json | None = None
    unit_by: Json | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL in a dialect, and its columns in the order of the select list. `warnings` change no number."""

    sql: str
    columns: tuple[OutputColumn, ...]
    dialect: str
    warnings: tuple[Problem, ...] = ()
    cube: str | None = None
