"""`gnomon.infer_units`: the units of one query's columns, from those of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp, parse
from sqlglot.dialects.dialect import Dialect, Dialects
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from gnomon.check.units.answers import is_written
from gnomon.check.units.declarations import read_column, rows_json, unit_json
from gnomon.check.units.infer import Inferred, infer
from gnomon.check.units.values import ColumnUnit, Diagnostic, Known, RowTyped, Severity, TableUnits, Value
from gnomon.errors import DefinitionError, Problem, UsageError, did_you_mean
from gnomon.rewrite.parse import UNREADABLE, check_depth, mark, marker, place, syntax_problem, token_problem
from gnomon.source import Source
from gnomon.units.shapes import extension_of
from gnomon.units.text import text_of
from gnomon.units.vocabulary import VOCABULARY, Vocabulary
from gnomon.units.wire import UnitError

UnitJson = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """One finding. `line` and `column` count from 1, None where it has no place in the text; `fix` is what to type."""

    code: str
    severity: Severity
    message: str
    line: int | None = None
    column: int | None = None
    fix: str | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        at = f"{self.line}:{self.column}: " if self.line is not None else ""
        lines = [f"{at}{self.severity}[{self.code}]: {self.message}", *(f"  = {note}" for note in self.notes)]
        return "\n".join([*lines, f"  = help: {self.fix}"] if self.fix else lines)


@dataclass(frozen=True, slots=True)
class InferredUnits:
    """What `infer_units` found, by output column.

    `units` is unit JSON; None where nothing is known, where the unit depends on the row, and where unit JSON cannot say
    it. `row_typed` then is {"by": column, "map": {key: unit JSON}}; `unit_expr` and `unit_ext` say what JSON cannot.
    """

    units: dict[str, dict[str, Any] | None]
    row_typed: dict[str, dict[str, Any]] = field(default_factory=dict)
    diagnostics: list[UnitFinding] = field(default_factory=list)
    unit_expr: dict[str, str] = field(default_factory=dict)
    unit_ext: dict[str, dict[str, Any]] = field(default_factory=dict)


def infer_units(
    sql: str,
    columns: Mapping[str, UnitJson | None],
    *,
    dialect: str = "duckdb",
    declared: Mapping[str, UnitJson | None] | None = None,
    types: Mapping[str, str] | None = None,
    project_units: Mapping[str, Any] | None = None,
) -> InferredUnits:
    """The unit of each output column of a query, and what does not go together in it.

    `columns` maps "table.column" ("schema.table.column" too) to unit JSON, to None where it is unset, or to
    {"by": key column, "map": {key value: unit JSON}} where it depends on another column of the table;
    {"kind": "currency", "by": column} is money in the currency that the column names. Other columns are unknown, and
    what is computed from them is. `declared` maps output columns to what they are to be; `types` maps "table.column" to
    SQL types, on which the differences of dates depend; `project_units` is the content of a units.yaml.

    Raises DefinitionError where the text is not one query, UsageError for an argument that says no unit.
    """
    check_arguments(sql, dialect, columns=columns, declared=declared or {}, types=types or {})
    vocabulary = vocabulary_of(project_units)
    source = Source("query.sql", sql)
    query = read(source, dialect)
    tables = DeclaredTables(columns, types or {}, dialect, vocabulary)
    wanted = {
        fold(name, dialect): value
        for name, unit in (declared or {}).items()
        if (value := read_column(name, unit, vocabulary, lambda text: fold(text, dialect))) is not None
    }
    found = infer(qualified(query, dialect), tables, dialect=dialect, vocabulary=vocabulary, declared=wanted)
    check_outputs(query, wanted, found)
    return answer(found, source, vocabulary)


def check_outputs(query: exp.Expr, wanted: Mapping[str, Any], found: Inferred) -> None:
    """UsageError where `declared` names an output that a query, all of whose outputs are written out, does not have."""
    if isinstance(query, exp.Query) and not query.is_star and query.find(exp.Columns, exp.Pivot) is None:
        for name in wanted:
            if name not in found.columns:
                message, help = f"declared names '{name}', no output of the query", did_you_mean(name, found.columns)
                raise UsageError(Problem("wrong_argument", message, help=help))


def check_arguments(sql: Any, dialect: Any, **mappings: Any) -> None:
    """UsageError where the query or its dialect is no text, or an argument does not map names to what they are."""
    for argument, text, help in (("sql", sql, "write a SELECT"), ("dialect", dialect, "write dialect='duckdb'")):
        if not isinstance(text, str):
            raise UsageError(Problem("wrong_argument", f"{argument} is {type(text).__name__}, not text", help=help))
    for argument, mapping in mappings.items():
        if not isinstance(mapping, Mapping) or not all(isinstance(name, str) for name in mapping):
            help = f"write {argument}={{'{'x' if argument == 'declared' else 't.x'}': ...}}"
            raise UsageError(Problem("wrong_argument", f"{argument} is no mapping of columns' names", help=help))
    for name, type_ in mappings["types"].items():
        if not isinstance(type_, str):
            message = f"the type of '{name}' is {type(type_).__name__}, not text"
            raise UsageError(Problem("wrong_argument", message, help="write the type in SQL, such as 'date'"))


def vocabulary_of(project_units: Mapping[str, Any] | None) -> Vocabulary:
    try:
        return VOCABULARY.extended(project_units) if project_units else VOCABULARY
    except UnitError as error:
        at = f" at {'.'.join(error.path)}" if error.path else ""
        raise UsageError(
            Problem("wrong_unit_definition", f"project_units{at}: {error.reason}", help=error.help)
        ) from None


def read(source: Source, dialect: str) -> exp.Expr:
    """The one query of a text, macros as markers; DefinitionError otherwise."""
    try:
        Dialect.get_or_raise(dialect)
    except ValueError as error:
        message, known = str(error).rstrip("."), [each.value for each in Dialects if each.value]
        help = did_you_mean(dialect.lower(), known)
        raise UsageError(Problem("unknown_dialect", message[:1].lower() + message[1:], help=help)) from None
    check_depth(source)
    try:
        statements = [tree for tree in parse(mark(source.text), dialect=dialect) if tree is not None]
    except ParseError as error:
        raise DefinitionError(syntax_problem(source, error)) from None
    except RecursionError:
        help = "split the query into CTEs"
        raise DefinitionError(Problem("sql_too_deep", "the query nests too deep", source.span(0), help=help)) from None
    except TokenError:
        raise DefinitionError(token_problem(source)) from None
    except UNREADABLE:
        raise DefinitionError(Problem("sql_syntax", "the text is no SQL", source.span(0))) from None
    queries = [tree for tree in statements if marker(tree) != "def"]
    if len(queries) != 1 or not isinstance(queries[0], exp.Query | exp.Values | exp.Pivot):
        message = f"the text holds {len(queries)} statements" if len(queries) != 1 else "the text is no query"
        raise DefinitionError(Problem("not_one_select", message, source.span(0), help="write one SELECT"))
    return queries[0]


def qualified(query: exp.Expr, dialect: str) -> exp.Expr:
    """The query with a table for each column, as far as SQLGlot finds it. Where it gives up, names are folded only."""
    try:
        found = qualify(
            query.copy(),
            dialect=dialect,
            schema=MappingSchema({"no": {"table": {"none": "unknown"}}}),  # with none, SQLGlot prefers outputs
            quote_identifiers=False,
            identify=False,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
            infer_schema=True,
        )
        return with_own_columns(found)
    except (SqlglotError, RecursionError, ValueError, KeyError, AttributeError, TypeError, IndexError, AssertionError):
        return normalize_identifiers(query.copy(), dialect=dialect)


def with_own_columns(query: exp.Expr) -> exp.Expr:
    """The query with `s.x` where SQLGlot made `t.s.x` of a bare `x`, in a subquery over s that names a column of t."""
    for dot in [*query.find_all(exp.Dot)]:
        column, select = dot.this, dot.parent_select
        if isinstance(column, exp.Column) and select is not None and not is_written(column.this, dot.expression):
            opened = [select.args.get("from_"), *(select.args.get("joins") or [])]
            if any(each is not None and each.this.alias_or_name == column.name for each in opened):
                dot.replace(exp.Column(this=dot.expression, table=column.this))
    return query


def fold(name: str, dialect: str) -> str:
    """A column's name as the dialect folds it; one in double quotes is kept."""
    return parts_of(name, dialect)[-1] if name else name


def parts_of(name: str, dialect: str) -> tuple[str, ...]:
    """The parts of a dotted name as the dialect folds them: `schema.table."Column"`."""
    identifiers = []
    for text in split(name):
        is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in '"`'
        identifiers.append(exp.to_identifier(text[1:-1] if is_quoted else text, quoted=is_quoted))
    *table, last = identifiers
    names = dict(zip(("this", "db", "catalog"), reversed(table), strict=False))
    folded = normalize_identifiers(exp.Table(**names), dialect=dialect)  # BigQuery's tables are not folded
    column = normalize_identifiers(exp.Column(this=last), dialect=dialect)
    return (*(part.name for part in folded.parts if table), column.name)


def split(name: str) -> Iterator[str]:
    """A dotted name in parts; dots in quotes do not count."""
    part, quote = "", ""
    for char in name:
        if char == "." and not quote:
            yield part
            part = ""
            continue
        quote = "" if char == quote else char if char in '"`' and not quote else quote
        part += char
    yield part


def column_parts(name: str, dialect: str) -> tuple[str, ...]:
    """The parts of "table.column" as the dialect folds them; UsageError where it names no column of a table."""
    parts = parts_of(name, dialect)
    if len(parts) < 2 or not all(parts):
        message, help = f"'{name}' names no column of a table", "write table.column"
        raise UsageError(Problem("column_without_table", message, help=help))
    return parts


def read_columns(
    columns: Mapping[str, UnitJson | None], dialect: str, vocabulary: Vocabulary
) -> dict[tuple[str, ...], Value | None]:
    """What is declared for each column, by its folded name; UsageError where two spellings of one column differ."""
    found: dict[tuple[str, ...], Value | None] = {}
    for name, unit in columns.items():
        value = read_column(name, unit, vocabulary, lambda text: fold(text, dialect))
        if found.setdefault(column_parts(name, dialect), value) != value:
            message = f"'{name}' is declared twice, and not the same"
            raise UsageError(Problem("wrong_argument", message, help="keep one of its spellings"))
    return found


class DeclaredTables:
    """The tables of `columns` and `types`. A table may be spelled with fewer parts than the query spells it."""

    def __init__(
        self, columns: Mapping[str, UnitJson | None], types: Mapping[str, str], dialect: str, vocabulary: Vocabulary
    ) -> None:
        self.tables: dict[tuple[str, ...], dict[str, ColumnUnit]] = {}
        for parts, value in read_columns(columns, dialect, vocabulary).items():
            *table, last = parts
            self.tables.setdefault(tuple(table), {})[last] = ColumnUnit(value)
        for name, type_ in types.items():
            *table, last = column_parts(name, dialect)
            known = self.tables.setdefault(tuple(table), {})
            known[last] = replace(known.get(last, ColumnUnit()), type=type_)

    def units_of(self, table: exp.Table) -> TableUnits | None:
        """The declaration of a table, by its whole name or the end of it."""
        parts = tuple(part.name for part in table.parts)
        for start in range(len(parts)):
            if (found := self.tables.get(parts[start:])) is not None:
                return TableUnits(found)
        longer = [columns for name, columns in self.tables.items() if name[-len(parts) :] == parts]
        return TableUnits(longer[0]) if len(longer) == 1 else None


# The answer


def answer(found: Inferred, source: Source, vocabulary: Vocabulary) -> InferredUnits:
    units = {name: unit_json(value, vocabulary) for name, value in found.columns.items()}
    findings = [finding(each, source) for each in found.diagnostics]
    findings.sort(key=lambda each: (each.line or 0, each.column or 0))
    result = InferredUnits(units, diagnostics=findings)
    for name, value in found.columns.items():
        if isinstance(value, RowTyped):
            result.row_typed[name] = rows_json(value, vocabulary)
        elif isinstance(value, Known) and units[name] is None:
            result.unit_expr[name] = text_of(value.product, vocabulary)
            if (extension := extension_of(value.product, vocabulary)) is not None:
                result.unit_ext[name] = extension
    return result


def finding(diagnostic: Diagnostic, source: Source) -> UnitFinding:
    """A diagnostic with its place in the text."""
    span = place(diagnostic.node, source)
    line, column = (span.line, span.column) if span is not None else (None, None)
    return UnitFinding(
        diagnostic.code, diagnostic.severity, diagnostic.message, line, column, diagnostic.help, diagnostic.notes
    )
