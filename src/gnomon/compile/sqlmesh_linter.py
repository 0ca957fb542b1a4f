"""Units in SQLMesh's linter: two rules, told of a plan's models before anything is built.

`unitsdisagree` stops the plan where quantities that do not go together meet, `unitsdoubtful` warns. Both read the
project's own SQL models, each once, with the units of what it reads: declared tables, generated tables and other
models. The metrics' own errors stop the loading already; what was warned of them is said at the first of their tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlglot import exp
from sqlmesh.core.linter.rule import Fix, Position, Range, Rule, RuleViolation, TextEdit
from sqlmesh.core.model import Model, SqlModel

from gnomon.check.declared_units import table_units
from gnomon.check.denomination import problem_at
from gnomon.check.units import Diagnostic, Inferred, infer
from gnomon.check.units.api import qualified
from gnomon.check.units.declarations import value_of
from gnomon.check.units.values import ColumnUnit, Origin, TableUnits
from gnomon.compile.models import ModelSpec
from gnomon.errors import Problem
from gnomon.model import Project
from gnomon.rewrite.parse import place
from gnomon.source import Source, Span

UNIT_WARNINGS = {"count_label_mismatch", "mixed_units", "not_dimensionless"}
"""The warnings of metrics that are about units."""


class ModelUnits:
    """The units of the models that a context has loaded; each model is inferred when it is first asked for."""

    def __init__(self, context: Any, project: Project, specs: tuple[ModelSpec, ...]) -> None:
        self.context = context
        self.project = project
        self.specs = {spec.name: spec for spec in specs}
        self.inferred: dict[str, Inferred] = {}
        self.firsts = {spec.variant.metric.key: spec.name for spec in reversed(specs) if spec.variant is not None}

    def findings(self, model: Model) -> Iterator[tuple[Problem, tuple[Fix, ...]]]:
        """What is wrong or doubtful in a model, each with what mends it."""
        spec = self.specs.get(model.name)
        if spec is not None:
            if spec.variant is not None and self.firsts[spec.variant.metric.key] == spec.name:
                yield from ((each, ()) for each in spec.warnings if each.code in UNIT_WARNINGS)
        elif isinstance(model, SqlModel) and isinstance(model.query, exp.Query):
            source = source_of(model, self.project.root)
            for each in self.of(model).diagnostics:
                if each.severity != "info":
                    yield problem_at(each, source, None), fixes(each, source, self.project.root)

    def of(self, model: SqlModel) -> Inferred:
        """What is known of a model's columns. A model that reads itself is not known to itself."""
        if model.fqn not in self.inferred:
            self.inferred[model.fqn] = Inferred({})
            declared = table_units(model.name.lower(), self.project)
            wanted = {name: each.value for name, each in declared.columns.items() if each.value} if declared else {}
            self.inferred[model.fqn] = infer(
                qualified(model.query, model.dialect),
                self,
                dialect=model.dialect,
                vocabulary=self.project.vocabulary,
                declared=wanted,
            )
        return self.inferred[model.fqn]

    def units_of(self, table: exp.Table) -> TableUnits | None:
        """Answers inference: what is declared for a table, or what its model gives."""
        name = ".".join(part.name.lower() for part in table.parts[-2:])
        if (declared := table_units(name, self.project)) is not None:
            return declared
        if (spec := self.specs.get(name)) is not None:
            vocabulary = self.project.vocabulary
            units = {each.name: each.unit for each in spec.columns if each.unit is not None}
            return TableUnits({c: ColumnUnit(value_of(u, Origin(f"{name}.{c}"), vocabulary)) for c, u in units.items()})
        model = self.context.get_model(name)
        if not isinstance(model, SqlModel) or not isinstance(model.query, exp.Query):
            return None
        return TableUnits({column: ColumnUnit(value) for column, value in self.of(model).columns.items()})


KNOWN: WeakKeyDictionary[Any, ModelUnits] = WeakKeyDictionary()


def units_of(context: Any) -> ModelUnits | None:
    """What is known of a context's models since it was last loaded; None where Gnomon did not load it."""
    built = next((loader.built for loader in context._loaders if hasattr(loader, "built")), None)
    if built is None:
        return None
    known = KNOWN.get(context)
    if known is None or known.project is not built.project:
        known = KNOWN[context] = ModelUnits(context, *built)
    return known


def source_of(model: SqlModel, root: Path) -> Source:
    """The file that a model was written in, under the name that people know it by."""
    path = Path(model._path) if model._path is not None else None
    if path is None or not path.is_file():
        return Source(model.name, "")
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    return Source(shown.as_posix(), path.read_text("utf-8"))


def violations(rule: Rule, model: Model, severity: str) -> list[RuleViolation] | None:
    """A model's findings of one severity as SQLMesh says them."""
    known = units_of(rule.context)
    if known is None:
        return None
    found = [each for each in known.findings(model) if each[0].severity == severity]
    return [rule.violation(said(problem), range_of(problem.span), [*fixes]) for problem, fixes in found] or None


def fixes(finding: Diagnostic, source: Source, root: Path) -> tuple[Fix, ...]:
    """The edit of a file that mends a finding, where it is of a column: longer expressions have no certain place."""
    edit = finding.edit
    span = place(edit.node, source) if edit is not None and isinstance(edit.node, exp.Column) else None
    where = range_of(span)
    if edit is None or span is None or where is None:
        return ()
    text = edit.template.format(source.text[span.start : span.end])
    return (Fix(f"convert it: {text}", [TextEdit(root / source.path, where, text)]),)


def said(problem: Problem) -> str:
    """A finding in one line, with its place and what to type."""
    place = f" ({problem.span})" if problem.span is not None else ""
    return f"{problem.message}{place}: {problem.help}" if problem.help else f"{problem.message}{place}"


def range_of(span: Span | None) -> Range | None:
    """A place as editors count: lines and characters from 0."""
    if span is None:
        return None
    ends: Mapping[str, tuple[int, int]] = {"start": (span.line, span.column), "end": span.source.position(span.end)}
    return Range(**{name: Position(line - 1, column - 1) for name, (line, column) in ends.items()})


class UnitsDisagree(Rule):  # type: ignore[misc]
    """Quantities of different units are added, compared, united, or declared as another unit."""

    def check_model(self, model: Model) -> list[RuleViolation] | None:
        return violations(self, model, "error")


class UnitsDoubtful(Rule):  # type: ignore[misc]
    """Counts of different things are added, or a logarithm is taken of a quantity."""

    def check_model(self, model: Model) -> list[RuleViolation] | None:
        return violations(self, model, "warning")


RULES: tuple[type[Rule], ...] = (UnitsDisagree, UnitsDoubtful)
