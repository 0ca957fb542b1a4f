"""What inference knows of one expression, and what it is told about tables.

An error makes its expression `Unknown`, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal as OneOf
from typing import Protocol

from sqlglot import exp

from gnomon.source import Span
from gnomon.units.algebra import Product

Nature = OneOf["flow", "stock", "stocks", "instant", "rate", "count", "days"]
"""How a quantity adds up: `stocks` are stocks summed over time, `instant` is a count of seconds since an epoch,
`days` a count of different dates."""

Kind = OneOf["date", "timestamp", "interval", "text", "boolean"]
"""What a value is that has no unit. Which differences have one depends on it, and on the dialect."""

Severity = OneOf["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The column that a unit was declared for, and where."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A quantity. `ledger` holds the bare numbers that were multiplied into it since its unit was named."""

    product: Product
    ledger: tuple[Fraction, ...] = ()
    origin: Origin | None = field(default=None, compare=False)
    nature: Nature | None = field(default=None, compare=False)

    def with_product(self, product: Product) -> Known:
        return replace(self, product=product)


@dataclass(frozen=True, slots=True)
class Literal:
    """Bare numbers: they take the unit of what they are added to. None where they are too many or not constant."""

    numbers: frozenset[Fraction] | None = None

    @property
    def number(self) -> Fraction | None:
        """The one number that it is, None where it is one of several."""
        return next(iter(self.numbers)) if self.numbers is not None and len(self.numbers) == 1 else None


@dataclass(frozen=True, slots=True)
class Any:
    """NULL: it goes with every unit."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is declared, or a mistake was reported already. `entity` is what the values of a key identify."""

    entity: str | None = None


@dataclass(frozen=True, slots=True)
class NotQuantity:
    """What has no unit. `constant` is the text where it is the same in each row, `entity` what it identifies."""

    kind: Kind | None = None
    entity: str | None = None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """A struct, field by field."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RowTyped:
    """One unit for each value of a key column: a long table.

    `key` is an expression of the frame, or a bare column of the relation that the value belongs to. `units` maps each
    value of the key that a row can have; the key None is NULL. `rest` is the unit of all other keys, where the key's
    value is itself the code; without it other keys do not occur. `is_doubtful` says that a condition on the key which
    cannot be worked out may leave some keys out: that they differ is no mistake then.
    """

    key: exp.Expr
    units: Mapping[str | None, Value]
    rest: Known | None = None
    is_doubtful: bool = field(default=False, compare=False)


Value = Known | Literal | Any | Unknown | NotQuantity | Fields | RowTyped

ANY, UNKNOWN, NOT_QUANTITY = Any(), Unknown(), NotQuantity()


@dataclass(frozen=True, slots=True)
class ColumnUnit:
    """What is declared for one column of a table.

    `value` is None for a column without a unit; `entity` is the label of COUNT(DISTINCT column).
    """

    value: Value | None = None
    type: str | None = None
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class TableUnits:
    """What is declared for a table: its columns in order, by name as the dialect folds it, and what COUNT(*) counts."""

    columns: Mapping[str, ColumnUnit]
    rows: str | None = None
    is_complete: bool = False
    """Whether `columns` are all that the table has."""


class Tables(Protocol):
    """Answers what is declared for a table of a query."""

    def units_of(self, table: exp.Table) -> TableUnits | None:
        """The declaration of a table, None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Edit:
    """What mends a query: a node, and the text in its place, in which `{}` stands for the node as it is written."""

    node: exp.Expr
    template: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding, at a node of the tree. `notes` name both sides with what they are; `help` says what to type.

    `edit` is there where one change of the text is right whatever the author meant: the same quantity in another size.
    """

    code: str
    severity: Severity
    message: str
    node: exp.Expr
    notes: tuple[str, ...] = ()
    help: str | None = None
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """A call of `@to_unit` or `@convert`: the marker, what its argument is, and the unit it is to come out in."""

    node: exp.Expr
    source: Value
    target: Product


@dataclass(frozen=True, slots=True)
class Relation:
    """The output of a query: its columns in order. `rows` is what one row is, where it is declared.

    Where it is not `is_complete`, there can be more columns, of which nothing is known.
    """

    columns: tuple[tuple[str, Value], ...]
    rows: str | None = None
    is_complete: bool = True

    def get(self, name: str) -> Value | None:
        """The column of a name, None where there is none."""
        return next((value for column, value in self.columns if column == name), None)
