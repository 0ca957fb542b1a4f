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
            if isinstance(value, exp.Column):  # T-SQL and DuckDB spell a key as a name
                value = exp.Literal.string(value.name)
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
    """UNPIVOT: columns become rows, and the unit of each value depends on the column of names.

    Several values come of as many columns for each name: `(v, w) FOR name IN ((a, b) AS 'x', (c, d) AS 'y')`.
    """
    into = pivot.args.get("into")
    fields = pivot.args.get("fields") or []
    if into is not None:
        key, written, columns = into.this, into.expressions, pivot.expressions
    elif len(fields) == 1 and isinstance(fields[0], exp.In):
        key, written, columns = fields[0].this, pivot.expressions, fields[0].expressions
    elif pivot.expressions and not fields:  # DuckDB's statement without INTO
        key, written, columns = exp.column("name"), [exp.column("value")], pivot.expressions
    else:
        return Relation((), is_complete=False)
    targets = [part for each in written for part in parts_of(each)]
    made: list[tuple[str, Value]] = [(key.name, NotQuantity("text")), *((each.name, UNKNOWN) for each in targets)]
    if any(column.find(exp.Columns, exp.Star) for column in columns):  # which columns that leaves is not known
        return Relation(tuple(made), relation.rows, is_complete=False)
    listed = [(each.alias, parts_of(each.unalias())) for each in columns]
    names = [alias or "_".join(part.name for part in parts) for alias, parts in listed]
    if len({*names}) == len(names) and all(are_columns(parts, targets) for _, parts in listed):
        for at, target in enumerate(targets):
            units = {name: unpivoted(relation, parts[at]) for name, (_, parts) in zip(names, listed, strict=True)}
            made[at + 1] = (target.name, RowTyped(exp.column(key.name), units))
    taken = {part.name for column in columns for part in column.find_all(exp.Column)}
    return Relation(
        (*(each for each in relation.columns if each[0] not in taken), *made), relation.rows, relation.is_complete
    )


def parts_of(node: exp.Expr) -> Sequence[exp.Expr]:
    """The columns of `(a, b)`, or the one that a node is."""
    return node.expressions if isinstance(node, exp.Tuple) else [node]


def are_columns(parts: Sequence[exp.Expr], targets: Sequence[exp.Expr]) -> bool:
    """Whether there is a plain column for each value."""
    return len(parts) == len(targets) and all(isinstance(part, exp.Column | exp.Identifier) for part in parts)


def unpivoted(relation: Relation, column: exp.Expr) -> Value:
    """A column that becomes rows; one whose unit depends on a key has to be told apart by two, and is unknown."""
    value = relation.get(column.name) or UNKNOWN
    return UNKNOWN if isinstance(value, RowTyped) else value
