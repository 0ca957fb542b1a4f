"""Inference over a whole query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from gnomon.check.units.outputs import leaving
from gnomon.check.units.queries import relation
from gnomon.check.units.rules import rule_of
from gnomon.check.units.run import Run
from gnomon.check.units.sources import has_units
from gnomon.check.units.values import UNKNOWN, Conversion, Diagnostic, Tables, Value
from gnomon.units.vocabulary import VOCABULARY, Vocabulary


@dataclass(frozen=True, slots=True)
class Inferred:
    """What is known of a query. `columns` are its outputs by name, each settled on one unit where it has one.

    `conversions` maps the id of each `@to_unit` and `@convert` marker to what is to be converted into what.
    """

    columns: Mapping[str, Value]
    diagnostics: tuple[Diagnostic, ...] = ()
    conversions: Mapping[int, Conversion] = field(default_factory=dict)


def infer(
    query: exp.Expr,
    tables: Tables,
    *,
    dialect: str,
    vocabulary: Vocabulary = VOCABULARY,
    declared: Mapping[str, Value] | None = None,
) -> Inferred:
    """The units of a query's columns, and what is wrong with them.

    The tree is qualified as far as it can be: a column without a table is unknown where several could have it. It is
    not changed. `declared` maps outputs to what the author says they are. A query that reads nothing that is declared
    gets no diagnostics. Raises nothing: what has no rule is unknown, and so is all of a query that nests too deep,
    which is said.
    """
    run = Run(tables, dialect.partition(",")[0].strip().lower(), vocabulary, rule_of, relation)
    try:
        found = relation(query, run, None)
        outputs = leaving(query, found, declared or {}, run)
    except RecursionError:
        return unread(query, run)
    diagnostics = tuple(run.diagnostics.values()) if run.has_units else ()
    return Inferred(outputs, diagnostics, run.conversions)


def unread(query: exp.Expr, run: Run) -> Inferred:
    """The answer for a query that nests too deep to be walked: columns of which nothing is known, and a warning."""
    is_declared = run.has_units or any(has_units(run.declared.units_of(table)) for table in query.find_all(exp.Table))
    help = "split it into CTEs, or declare the units of its columns"
    found = Diagnostic(
        "units_not_read", "warning", "the query nests too deep for its units to be read", query, help=help
    )
    names = query.named_selects if isinstance(query, exp.Query) else []
    return Inferred(dict.fromkeys((name for name in names if name != "*"), UNKNOWN), (found,) if is_declared else ())
