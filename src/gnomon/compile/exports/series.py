"""What exports describe: the tables of a project's variants, and in them every column that holds a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gnomon.compile.models import OutputColumn
from gnomon.compile.render import Rendered
from gnomon.model import Project
from gnomon.units.exports.parts import UnitJson, by_key


@dataclass(frozen=True, slots=True)
class Series:
    """A variant's table; `name` is with its schema. `fields` are what answers call its amount: the metric's name or its
    labels, and their ids in the rows, such as stars_monthly."""

    name: str
    table: str
    fields: tuple[str, ...]
    description: str
    columns: tuple[OutputColumn, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of numbers, or the rows of it that hold one key. `unit` is None where it is unset."""

    series: Series
    column: OutputColumn
    unit: UnitJson | None
    key: str | None = None

    @property
    def name(self) -> str:
        """The table for its amount, with the column for others, with the key where the unit depends on one."""
        parts = [self.series.name, *([self.column.name] if self.column.role != "amount" else []), self.key]
        return ".".join(part for part in parts if part)

    @property
    def description(self) -> str:
        return f"{self.series.description} ({self.place})"

    @property
    def place(self) -> str:
        """Where the numbers are, in words."""
        where = "" if self.key is None or self.column.unit is None else f", {self.column.unit['by']} = {self.key}"
        return f"{self.series.name}, column {self.column.name}{where}"


def described(project: Project, rendered: Sequence[Rendered]) -> tuple[Series, ...]:
    """The tables of rendered variants, with what their metrics say of themselves."""
    return tuple(series(project, each) for each in rendered)


def series(project: Project, rendered: Rendered) -> Series:
    metric = project.metrics[rendered.metric]
    names = metric.labels or (metric.name,)
    said = metric.metadata.description or metric.metadata.display_name or metric.key
    return Series(
        name=rendered.name,
        table=rendered.name.rpartition(".")[2],
        fields=tuple(field for name in names for field in (name, f"{name}_{rendered.interval}")),
        description=f"{' '.join(said.split()).rstrip('.')}, by {rendered.entity}, {rendered.interval}",
        columns=rendered.columns,
    )


def quantities(each: Series) -> Iterator[Quantity]:
    """The amount, and every other column that has a unit; one for each key where the unit depends on one.

    A unit whose code is in another column is one without a code.
    """
    for column in each.columns:
        units = by_key(column.unit)
        if units is not None:
            yield from (Quantity(each, column, unit, key) for key, unit in units.items())
        elif column.unit is not None and "by" in column.unit:
            yield Quantity(each, column, {"kind": column.unit["kind"]})
        elif column.unit is not None or column.role == "amount":
            yield Quantity(each, column, column.unit)
