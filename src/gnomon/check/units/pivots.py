"""PIVOT and UNPIVOT: between one column for each name and one row for each name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from sqlglot import exp

from gnomon.check.units.frames import Frame
from gnomon.check.units.values import UNKNOWN, NotQuantity, Relation, RowTyped, Value

Choice = tuple[str, exp.Expr | None]
"""One column that a pivot makes of a key: its name, and what the key is equal to."""


def pivoted(relation: Relation, pivot: exp.Expr, frame: Frame, alias: str) -> Relation:
    """A relation after PIVOT or UNPIVOT."""
    result = unpivot(relation, pivot) if pivot.args.get("unpivot") else pivot_of(relation, pivot, frame, alias)
    names = [column.name for column in alias_columns(pivot)]
    if len(names) != len(result.columns) or not names:
        made = len(pivot.args.get("columns") or [])
        if not 0 < made <= len(names):
            return result
        last = [value for _, value in result.columns[-made:]]
        return Relation(tuple(zip(names, [*[UNKNOWN] * (len(names) - made), *last], strict=True)))
    return Relation(tuple((name, value) for name, (_, value) in zip(names, result.columns, strict=True)))


def alias_columns(pivot: exp.Expr) -> Sequence[exp.Expr]:
    alias = pivot.args.get("alias")
    return (alias.args.get("columns") or []) if isinstance(alias, exp.TableAlias) else []


def pivot_of(relation: Relation, pivot: exp.Expr, frame: Frame, alias: str) -> Relation:
    """PIVOT: each aggregate for each key, read where the key has its value; the other columns stay."""
    inner = Frame(frame.run, frame, frame.tables)
    inner.sources[alias] = relation
    group = pivot.args.get("group")
    inner.groups = tuple(group.expressions) if group is not None else ()
    using = [*(pivot.args.get("using") or [])]
    aggregates = using or [*pivot.expressions]
    on = pivot.expressions if using else pivot.args.get("fields") or []
    choices = [[*choices_of(field, relation)] for field in on]
    made = [
        (names, aggregate, inner.filtered(exp.and_(*facts) if facts else None))
        for combination in product(*choices)
        for names, facts in [combined(on, combination)]
        for aggregate in aggregates
    ]
    columns = pivot.args.get("columns") or []
    named = [column.name for column in columns] if len(columns) == len(made) else None
    found = [
        (named[i] if named else name_of(names, aggregate, len(aggregates)), under.value(aggregate.unalias()))
        for i, (names, aggregate, under) in enumerate(made)
    ]
    taken = {column.name for node in (*aggregates, *on) for column in node.find_all(exp.Column)}
    kept = [each for each in relation.columns if each[0] not in taken]
    if group is not None:
        kept = [(node.alias_or_name, inner.value(node)) for node in group.expressions]
    kept = [(name, UNKNOWN if isinstance(value, RowTyped) else value) for name, value in kept]
    is_complete = (relation.is_complete or group is not None) and all(choices)
    return Relation((*kept, *found), is_complete=is_complete)


def combined(on: Sequence[exp.Expr], choices: Sequence[Choice]) -> tuple[list[str], Sequence[exp.Expr]]:
    """The name parts of a column, and what is true of its rows."""
    facts = [
        exp.EQ(this=(field.this if isinstance(field, exp.In) else field).copy(), expression=value.copy())
        for field, (_, value) in zip(on, choices, strict=True)
        if value is not None
    ]
    return [name for name, _ in choices], facts


def choices_of(field: exp.Expr, relation: Relation) -> Iterator[Choice]:
    """The keys of one field: those that IN lists, or else all that are known."""
    if isinstance(field, exp.In):
        for item in field.expressions:
            value = item.this if isinstance(item, exp.PivotAlias | exp.Alias) else item
            yield item.alias or value.name, value
        return
    keyed = [value for _, value in relation.columns if isinstance(value, RowTyped) and value.key.name == field.name]
    for key in sorted({key for value in keyed for key in value.units if key is not None}):
        yield key, exp.Literal.string(key)


def name_of(names: Sequence[str], aggregate: exp.Expr, several: int) -> str:
    """What DuckDB calls a column: the keys, and the aggregate where there are several or it has an alias."""
    last = aggregate.alias or (aggregate.sql().lower() if several > 1 else "")
    return "_".join([*names, last] if last else names)


def unpivot(relation: Relation, pivot: exp.Expr) -> Relation:
    """UNPIVOT: the columns become rows, and the unit of the value depends on the column of names."""
    into = pivot.args.get("into")
    fields = pivot.args.get("fields") or []
    if into is not None:
        key, targets, columns = into.this, into.expressions, pivot.expressions
    elif len(fields) == 1 and isinstance(fields[0], exp.In):
        key, targets, columns = fields[0].this, pivot.expressions, fields[0].expressions
    else:
        return Relation((), is_complete=False)
    listed = [(column.this if isinstance(column, exp.PivotAlias) else column, column.alias) for column in columns]
    taken = {column.name for column, _ in listed}
    units: dict[str | None, Value] = {alias or c.name: relation.get(c.name) or UNKNOWN for c, alias in listed}
    units = {name: UNKNOWN if isinstance(unit, RowTyped) else unit for name, unit in units.items()}
    one = len(targets) == 1 and all(isinstance(column, exp.Column | exp.Identifier) for column, _ in listed)
    kept = tuple(each for each in relation.columns if each[0] not in taken)
    value: Value = RowTyped(exp.column(key.name), units) if one and units else UNKNOWN
    made = ((key.name, NotQuantity("text")), *((target.name, value if one else UNKNOWN) for target in targets))
    return Relation((*kept, *made), relation.rows, relation.is_complete)
