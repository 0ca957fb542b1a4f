"""The walk over queries: SELECT, set operations, WITH, and the columns that come out of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from gnomon.check.units.agree import joined
from gnomon.check.units.answers import is_written
from gnomon.check.units.frames import Frame
from gnomon.check.units.pivots import pivoted
from gnomon.check.units.projections import carried, projections, walk_flat
from gnomon.check.units.rules.aggregates import is_aggregate
from gnomon.check.units.sources import equal_keys, open_sources, relation_of, with_names
from gnomon.check.units.unions import union_column
from gnomon.check.units.values import ANY, UNKNOWN, Relation, RowTyped, Value

if TYPE_CHECKING:
    from gnomon.check.units.run import Run

ROUNDS = 4
"""After how many rounds a recursive CTE has to have found its units."""


def relation(node: exp.Expr, run: Run, parent: Frame | None) -> Relation:
    """The output of a query. CTEs are read even where nothing uses them."""
    around = Frame(run, parent, parent.tables if parent else None)
    read_ctes(node, around)
    if isinstance(node, exp.Select):
        return select(node, Frame(run, parent, around.tables))
    if isinstance(node, exp.SetOperation):
        return set_operation(node, around)
    if isinstance(node, exp.Subquery | exp.Paren):
        inner = wrapped(node, around)
        around.visit(*tail(node))
        return inner
    if isinstance(node, exp.Pivot):
        return pivoted(relation_of(node.this, around), node, around, node.this.alias_or_name or "_")
    return relation_of(node, around)


def wrapped(node: exp.Expr, around: Frame) -> Relation:
    """A query in parentheses."""
    return relation(node.this, around.run, around if around.tables or around.parent else None)


def tail(node: exp.Expr) -> list[exp.Expr]:
    """What stands after a query."""
    return [node.args[name] for name in ("limit", "offset") if node.args.get(name) is not None]


def read_ctes(node: exp.Expr, around: Frame) -> None:
    """Read each CTE once, in order; those after it see it."""
    with_ = node.args.get("with_")
    if with_ is None:
        return
    for cte in with_.expressions:
        query = cte.this
        is_recursive = with_.args.get("recursive") and isinstance(query, exp.SetOperation)
        found = recursive(cte, around) if is_recursive else relation(query, around.run, around)
        around.tables[cte.alias] = aliased(found, cte)


def aliased(found: Relation, cte: exp.Expr) -> Relation:
    names = [column.name for column in cte.args["alias"].args.get("columns") or []]
    return with_names(found, names) if names else found


def recursive(cte: exp.CTE, around: Frame) -> Relation:
    """A recursive CTE: begin with NULL in every column and read until nothing changes."""
    run = around.run
    with run.muted():
        first = aliased(relation(cte.this.left, run, around), cte)
        found = replace(first, columns=tuple((name, ANY) for name, _ in first.columns))
        for _ in range(ROUNDS):
            around.tables[cte.alias] = found
            before, found = found, aliased(relation(cte.this, run, around), cte)
            if found == before:
                break
        else:
            widen(cte, around, before, found)
    return relation(cte.this, run, around)


def widen(cte: exp.CTE, around: Frame, before: Relation, found: Relation) -> None:
    """Make each column unknown that still changes, and read again until none does."""
    lost: set[str] = set()
    while changing := {name for name, value in found.columns if before.get(name) != value} - lost:
        lost |= changing
        columns = ((name, UNKNOWN if name in lost else value) for name, value in found.columns)
        around.tables[cte.alias] = before = replace(found, columns=tuple(columns))
        found = aliased(relation(cte.this, around.run, around), cte)


# SELECT


def select(node: exp.Select, frame: Frame) -> Relation:
    """The output of one SELECT."""
    open_sources(node, frame)
    if frame.run.dialect == "clickhouse":
        frame.hidden = frozenset(each.alias for each in node.expressions if each.alias and not is_own(each))
    where = node.args.get("where")
    if where is not None:
        frame.visit(where.this)
        frame.facts = frame.where(where.this).facts
        equal = [*equal_keys(where.this, frame)]
        frame.same += equal
        here = [pair for pair in equal if pair[1].table in frame.sources]
        frame.limits += [*here, *((earlier, later) for later, earlier in here)]
    frame.base = frame.facts
    frame.windows = {window.name: window for window in node.args.get("windows") or []}
    frame.groups = groups_of(node, frame)
    having, qualify = node.args.get("having"), node.args.get("qualify")
    inner = frame.where(having.this if having else None).where(qualify.this if qualify else None)
    outputs = [*projections(node, inner)]
    columns = carried(outputs, inner)
    frame.outputs = dict(reversed(columns))
    check_clauses(node, frame)
    is_complete = all(not isinstance(output, exp.Star) for _, output, _ in outputs)
    rows = frame.row_label() if frame.groups is None and not node.args.get("distinct") else None
    return Relation(tuple(columns), rows, is_complete)


def is_own(output: exp.Expr) -> bool:
    """Whether an output is the column of its name."""
    return isinstance(output.unalias(), exp.Column) and output.unalias().name == output.alias


def check_clauses(node: exp.Select, frame: Frame) -> None:
    """Read what selects and orders rows, for the mistakes in it."""
    for clause in ("having", "qualify", "group", "order", "distinct", "limit", "offset", "sort", "cluster"):
        if (found := node.args.get(clause)) is not None:
            frame.visit(*found.args.values())


def groups_of(node: exp.Select, frame: Frame) -> tuple[exp.Expr, ...] | None:
    """What a SELECT groups by; None where it does not, () where it is one group.

    What GROUPING SETS, ROLLUP and CUBE leave out of some rows is no key of all of them.
    """
    group = node.args.get("group")
    if group is None:
        is_one = any(is_aggregate(part) for part in walk_flat(node.expressions))
        return () if is_one or node.args.get("having") is not None else None
    if group.args.get("all"):
        return tuple(p.unalias() for p in node.expressions if not any(is_aggregate(part) for part in p.walk()))
    if leaves_out(group, frame.run.dialect):
        return ()
    sets = (term for part in group.args.get("grouping_sets") or [] for term in in_all_sets(part))
    return tuple(group_term(term, node, frame) for term in (*group.expressions, *sets))


def in_all_sets(sets: exp.Expr) -> list[exp.Expr]:
    """The terms that are in each of GROUPING SETS; ROLLUP and CUBE have a set of none."""
    each = [
        part.expressions
        if isinstance(part, exp.Tuple)
        else in_all_sets(part)
        if isinstance(part, exp.GroupingSets)
        else []
        if isinstance(part, exp.Rollup | exp.Cube)
        else [part.unnest()]
        for part in sets.expressions
    ]
    return [term for term in each[0] if all(term in others for others in each)] if each else []


def leaves_out(group: exp.Expr, dialect: str) -> bool:
    """Whether some rows of `GROUP BY a WITH ROLLUP` and the like are of all a."""
    trailing = [part for name in ("rollup", "cube") for part in group.args.get(name) or [] if not part.expressions]
    are_sets_of_terms = dialect in ("hive", "spark", "spark2", "databricks") and group.args.get("grouping_sets")
    return bool(trailing or are_sets_of_terms or group.args.get("totals"))


def group_term(term: exp.Expr, node: exp.Select, frame: Frame) -> exp.Expr:
    """A grouping term: an ordinal or the bare name of an output is what it stands for."""
    if isinstance(term, exp.Literal) and not term.is_string and term.name.isdigit():
        position = int(term.name) - 1
        return node.expressions[position].unalias() if position < len(node.expressions) else term
    if isinstance(term, exp.Column) and not term.table:
        if (owner := frame.owner(term.name)) is not None and owner:
            return frame.canonical(exp.column(term.name, table=owner))
        return aliased_term(term, node)
    if isinstance(term, exp.Column) and not is_written(term.args["table"], term.this):  # SQLGlot's guess at an alias
        known = frame.sources.get(term.table)
        if known is not None and not known.is_complete and known.get(term.name) is None:
            return aliased_term(term, node)
    return frame.canonical(term) if isinstance(term, exp.Column) else term


def aliased_term(term: exp.Column, node: exp.Select) -> exp.Expr:
    """The expression that an output of this name stands for, the term itself where there is none."""
    return next((each.unalias() for each in node.expressions if each.alias == term.name), term)


# Set operations


def set_operation(node: exp.SetOperation, around: Frame) -> Relation:
    """UNION, INTERSECT and EXCEPT, nested ones flattened, column by column."""
    branches = [*branches_of(node)]
    relations = [relation(branch, around.run, around) for branch in branches]
    frame = Frame(around.run, around)
    if not all(each.is_complete for each in relations):
        shared = [name for name, _ in relations[0].columns if all(r.get(name) is not None for r in relations)]
        by_name = node.args.get("by_name")
        columns = tuple((name, at_name(relations, name, frame, node) if by_name else UNKNOWN) for name in shared)
        return Relation(columns, is_complete=False)
    if node.args.get("by_name"):
        relations = by_names(relations)
    width = min(len(each.columns) for each in relations)
    names = [name for name, _ in relations[0].columns[:width]]
    aligned = [with_names(replace(each, columns=each.columns[:width]), names) for each in relations]
    is_union = isinstance(node, exp.Union)
    columns = tuple((name, union_column(i, aligned, is_union, branches, frame)) for i, name in enumerate(names))
    labels = {each.rows for each in relations}
    return Relation(columns, labels.pop() if len(labels) == 1 and not node.args.get("distinct") else None)


def at_name(relations: Sequence[Relation], name: str, frame: Frame, node: exp.Expr) -> Value:
    found = [each.get(name) or UNKNOWN for each in relations]
    return joined(found, frame.run.named).value if not any(isinstance(v, RowTyped) for v in found) else UNKNOWN


def by_names(relations: Sequence[Relation]) -> list[Relation]:
    """UNION BY NAME: the columns of all branches, NULL where a branch has none."""
    names = dict.fromkeys(name for each in relations for name, _ in each.columns)
    return [
        replace(each, columns=tuple((name, value if (value := each.get(name)) is not None else ANY) for name in names))
        for each in relations
    ]


def branches_of(node: exp.SetOperation) -> Iterator[exp.Expr]:
    """The queries of nested set operations of one kind, from left to right."""
    stack: list[exp.Expr] = [node]
    while stack:
        part = stack.pop()
        if part is node or (type(part) is type(node) and not part.args.get("with_")):
            stack += [part.expression, part.this]
        else:
            yield part
