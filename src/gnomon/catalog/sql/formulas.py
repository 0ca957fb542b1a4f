"""Metrics spelled out: derived ones down to the base metrics that rows give, and what their windows need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from gnomon.catalog.sql.graph import Graph
from gnomon.catalog.sql.metric import Formula
from gnomon.catalog.sql.words import names_in
from gnomon.errors import Problem, UsageError, did_you_mean


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric spelled out. The names in `expression` are the base metrics `bases` and the `dimensions` that have to
    be asked for; `ordered_by` are the dimensions that its windows follow, and `unordered` says that a window of it has
    none."""

    name: str
    expression: exp.Expr
    bases: tuple[str, ...]
    dimensions: tuple[str, ...]
    ordered_by: tuple[str, ...]
    unordered: bool

    @property
    def has_window(self) -> bool:
        """Whether it reads rows next to its own."""
        return bool(self.ordered_by) or self.unordered


def measure(graph: Graph, name: str, within: tuple[str, ...] = ()) -> Measured:
    """A metric spelled out. Raises UsageError: `metric_cycle`, `window_in_window` and what `Graph.formula` raises."""
    if name in within:
        message = f"metric '{name}' is made of itself: {' -> '.join((*within, name))}"
        raise UsageError(Problem("metric_cycle", message))
    formula = graph.formula(name)
    refuse_other_grains(graph, name)
    if formula.parent is not None:
        return Measured(name, exp.column(name, quoted=True), (name,), (), (), False)
    parts = {
        part: measure(graph, part, (*within, name)) for part in names_in(formula.expression) if graph.is_metric(part)
    }
    expression = spelled_out(formula, parts)
    names = names_in(expression)
    bases = tuple(base for base in names if graph.is_metric(base))
    if not bases:
        raise UsageError(unknown_parts(graph, formula, names))
    followed = [
        names_in(window.args["order"]) if window.args.get("order") else [] for window in expression.find_all(exp.Window)
    ]
    over_time = [order for order in followed if order and not any(graph.is_metric(each) for each in order)]
    return Measured(
        name,
        expression,
        bases,
        tuple(each for each in names if each not in bases),
        tuple(dict.fromkeys(each for order in over_time for each in order)),
        len(over_time) < len(followed),
    )


def spelled_out(formula: Formula, parts: Mapping[str, Measured]) -> exp.Expr:
    """An expression with other metrics' expressions in the place of their names."""

    def part_of(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name not in parts:
            return node
        part = parts[node.name]
        if part.has_window and node.find_ancestor(exp.Window):
            message = f"metric '{formula.name}' has a window over '{part.name}', which has one itself"
            raise UsageError(Problem("window_in_window", message, help="write one window over what both are made of"))
        made = part.expression.copy()
        return made if isinstance(made, exp.Column) else exp.Paren(this=made)

    return formula.expression.copy().transform(part_of, copy=False)


def unknown_parts(graph: Graph, formula: Formula, names: Iterable[str]) -> Problem:
    """A derived metric none of whose names is a metric."""
    name = next(iter(names), "")
    message = f"metric '{formula.name}' reads no node and no metric" + (f": '{name}' is neither" if name else "")
    return Problem("wrong_metric", message, help=did_you_mean(name, formula.reads) if name else None)


def refuse_other_grains(graph: Graph, name: str) -> None:
    """Refuse what a metric says that no plan here follows. Raises UsageError `unsupported_metric`."""
    details = graph.definition(name).metric
    said = [] if details is None else ["fixed_grain"] * (details.fixed_grain is not None)
    said += ["reaggregate"] * bool(details and details.reaggregate)
    if said:
        message = f"metric '{name}' has {' and '.join(said)}, which no SQL is made for"
        raise UsageError(Problem("unsupported_metric", message, help="say it in the expression, OVER a window"))
