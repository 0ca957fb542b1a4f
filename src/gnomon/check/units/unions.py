"""One column of a set operation: what the branches share, or one unit for each branch's own key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from gnomon.check.units.agree import joined
from gnomon.check.units.answers import constant
from gnomon.check.units.frames import Frame
from gnomon.check.units.keyed import filled
from gnomon.check.units.logic import spelled_out
from gnomon.check.units.values import Known, NotQuantity, Relation, RowTyped, Value

Units = Mapping[str | None, Value]


def union_column(
    position: int, relations: Sequence[Relation], is_union: bool, branches: Sequence[exp.Expr], frame: Frame
) -> Value:
    """The value of the column at a position in all branches together.

    Where the units differ and another column holds a text of each branch's own, the result is row-typed by that column.
    """
    values = [each.columns[position][1] for each in relations]
    is_plain = not any(isinstance(value, RowTyped) for value in values)
    if is_plain and all_same(values):
        return joined(values, frame.run.named).value
    if is_union and any(isinstance(value, Known | RowTyped) for value in values):
        for at, (name, _) in enumerate(relations[0].columns):
            if at != position and (found := by_column(at, values, relations, branches, frame)) is not None:
                return replace(found, key=exp.column(name))
    parts = [output(branch, position) for branch in branches]
    return frame.agree(branches[0].parent or branches[0], parts, values)


def all_same(values: Sequence[Value]) -> bool:
    """Whether branches plainly have one unit."""
    known = [value for value in values if isinstance(value, Known)]
    return len(known) == len(values) and all(
        v.product.same(known[0].product) and v.ledger == known[0].ledger for v in known
    )


def by_column(
    at: int, values: Sequence[Value], relations: Sequence[Relation], branches: Sequence[exp.Expr], frame: Frame
) -> RowTyped | None:
    """The unit for each text of a key column; None where that column is no key of some branch."""
    rest = next((value.rest for value in values if isinstance(value, RowTyped) and value.rest is not None), None)
    units: dict[str | None, list[Value]] = {}
    for value, each, branch in zip(values, relations, branches, strict=True):
        name, key = each.columns[at]
        written = output(branch, at).unalias()
        if isinstance(value, RowTyped):
            if value.key.name != name or value.rest != rest:
                return None
            found: Units = value.units
        elif isinstance(key, NotQuantity) and key.constant is not None:
            found = {key.constant: value}
        elif isinstance(written, exp.Null):
            found = {None: value}
        elif isinstance(written, exp.Literal | exp.Boolean) and isinstance(text := spelled_out(constant(written)), str):
            found = {text: value}
        else:
            return None
        for one, unit in found.items():
            units.setdefault(one, []).append(unit)
    if rest is not None:
        units = {text: [filled(rest, text, frame.run.vocabulary), *each] for text, each in units.items()}
    merged = {text: joined(each, frame.run.named) for text, each in units.items()}
    if any(each.conflict is not None for each in merged.values()):
        return None
    doubtful = any(value.is_doubtful for value in values if isinstance(value, RowTyped))
    return RowTyped(exp.null(), {text: each.value for text, each in merged.items()}, rest, doubtful)


def output(branch: exp.Expr, position: int) -> exp.Expr:
    """The expression that a branch has at a position, as far as it is written out."""
    query = branch.unnest() if isinstance(branch, exp.Subquery) else branch
    selects = query.selects if isinstance(query, exp.Query) else []
    return selects[position] if position < len(selects) and not any(s.is_star for s in selects) else branch
