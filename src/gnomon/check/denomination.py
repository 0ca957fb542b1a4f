"""What the columns of a variant's table are denominated in: declared, or else inferred from its SQL, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlglot import exp

from gnomon.check.convert import close_conversions
from gnomon.check.declared_units import DeclaredUnits, declared_outputs
from gnomon.check.units import Diagnostic, Inferred, infer
from gnomon.check.units.declarations import rows_json, unit_json
from gnomon.check.units.values import Known, RowTyped, Value
from gnomon.errors import DefinitionError, Problem
from gnomon.rewrite.context import Context
from gnomon.rewrite.conversions import is_conversion
from gnomon.rewrite.parse import place
from gnomon.source import Source, Span
from gnomon.units.shapes import extension_of
from gnomon.units.text import text_of
from gnomon.units.vocabulary import Vocabulary

UNITS = "units"
"""The fact of a tree under which its inferred units are kept."""


def denominated(query: exp.Query, context: Context) -> exp.Query:
    """A bound query without unit macros, its columns' units among the facts of its context.

    Raises DefinitionError with every disagreement of units, each at its place; under `compat: oso` they are warnings.
    """
    inferred = inferred_units(query, context)
    report(inferred.diagnostics, context)
    return close_conversions(query, inferred, context)


def inferred_units(query: exp.Query, context: Context) -> Inferred:
    """What inference says of a bound query; worked out once for all intervals that share the tree."""
    known: Inferred | None = context.facts.get(UNITS)
    if known is None or any(is_conversion(node) for node in query.find_all(exp.Anonymous)):
        vocabulary = context.project.vocabulary
        declared = declared_outputs(context.variant, vocabulary)
        known = infer(
            query, DeclaredUnits(context), dialect=context.metric.dialect, vocabulary=vocabulary, declared=declared
        )
        context.facts[UNITS] = known
    return known


def report(diagnostics: tuple[Diagnostic, ...], context: Context) -> None:
    """Raise the errors among the findings, and note the warnings; what is for information only stays unsaid."""
    metric = context.metric
    problems = [problem_at(d, metric.sql, metric.span("ref")) for d in diagnostics if d.severity != "info"]
    if context.project.compat == "oso":
        problems = [replace(problem, severity="warning") for problem in problems]
    for problem in problems:
        if problem.severity == "warning" and problem not in context.warnings:
            context.warnings.append(problem)
    if errors := [problem for problem in problems if problem.severity == "error"]:
        raise DefinitionError(*errors)


def problem_at(diagnostic: Diagnostic, source: Source, otherwise: Span | None) -> Problem:
    """A finding at its place in the text that it was found in, or at another where its node has none."""
    span = place(diagnostic.node, source) or otherwise
    problem = Problem(diagnostic.code, diagnostic.message, span, diagnostic.help, diagnostic.notes)
    return problem if diagnostic.severity == "error" else replace(problem, severity="warning")


def column_json(value: Value | None, vocabulary: Vocabulary) -> Mapping[str, Any] | None:
    """A column's unit as unit JSON; None where it is unset, or where unit JSON cannot say it.

    Where another column of the row decides: `{"by": column, "map": {value: unit}}`, or for money whose code that column
    holds `{"kind": "currency", "by": column}`.
    """
    if not isinstance(value, RowTyped):
        return unit_json(value, vocabulary)
    if not isinstance(value.key, exp.Column):
        return None
    rows = rows_json(value, vocabulary)
    return rows if rows["map"] else {name: part for name, part in rows.items() if name != "map"}


def unit_extension(value: Value | None, vocabulary: Vocabulary) -> Mapping[str, Any] | None:
    """The unit of a column that unit JSON cannot say; None for all others."""
    return extension_of(value.product, vocabulary) if isinstance(value, Known) else None


def unit_text(value: Value | None, vocabulary: Vocabulary) -> str | None:
    """A column's unit as text, `events^3` or `by currency`; None where it is unset."""
    if isinstance(value, Known):
        return text_of(value.product, vocabulary)
    return (
        f"by {value.key.name}" if column_json(value, vocabulary) is not None and isinstance(value, RowTyped) else None
    )
