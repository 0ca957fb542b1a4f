"""Read a metric's SQL into one query tree, with every `@macro` as a marker that SQLGlot parses as plain SQL.

`@metrics_start('DATE')` becomes the function `ˍmetrics_start('DATE')` and `@entity_type` the column `ˍentity_type`:
one character for one character, so that every node still knows its place in the author's file.
"""

from __future__ import annotations

import re

from sqlglot import exp, parse
from sqlglot.errors import ParseError, TokenError

from gnomon.errors import DefinitionError, Problem
from gnomon.limits import limit
from gnomon.source import Source, Span

UNREADABLE = (ParseError, TokenError, RecursionError, AttributeError)
"""What SQLGlot raises for a text that is no SQL; the last where SQLMesh has taught its parser, as for `?A`."""

MARK = "ˍ"  # U+02CD: a letter to SQLGlot's tokenizer, and nothing that a person types
# What '@' must not be looked for in: strings, quoted names and comments. As in 'a''b', "x", `y`, -- z, /* w */.
SKIPPED = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|@(?=[A-Za-z_])", re.DOTALL)


# A macro that names an output, where SQL has room for a name only. As in `id AS @metrics_entity_type_col('to_{x}_id')`.
NAMING = re.compile(r"(?<=\bas\s)@metrics_entity_type_(?:col|alias)\(\s*'[^'\n]*'\s*,?\s*\)", re.IGNORECASE)
SIGNS = str.maketrans("@(){}', \n\t", MARK + "ˎˏˬ˯ˊ˒˓˔˕")  # one character for one, none of which ends a name
OPENED = re.compile(SKIPPED.pattern.rpartition("|")[0] + r"|(?P<open>['\"`]|/\*)", re.DOTALL)
REVERSED = {sign: text for text, sign in SIGNS.items()}


def mark(sql: str) -> str:
    """Replace the `@` of each macro and variable; a macro in the place of a name becomes a name.

    >>> mark("SELECT '@x', @metric_name() -- @y")
    "SELECT '@x', ˍmetric_name() -- @y"
    """
    named = NAMING.sub(lambda match: match[0].translate(SIGNS), sql)
    return SKIPPED.sub(lambda match: MARK if match[0] == "@" else match[0], named)


def naming_template(name: str) -> str | None:
    """The template of a name that stands for a macro, None where it is a name.

    >>> naming_template(mark("x AS @metrics_entity_type_col('to_{entity_type}_id')").split()[-1])
    'to_{entity_type}_id'
    """
    return name.translate(REVERSED).split("'")[1] if name.startswith(f"{MARK}metrics_entity_type_") else None


def unmark(text: str) -> str:
    """The text as its author wrote it."""
    return text.translate(REVERSED)


def parse_query(source: Source, dialect: str) -> exp.Query:
    """Parse a metric's file: one SELECT, set operation or WITH, and before it any `@DEF(...)` statements.

    The definitions are kept in the tree's meta as `defs`. Raises DefinitionError with the place.
    """
    check_depth(source)
    try:
        statements = [tree for tree in parse(mark(source.text), dialect=dialect) if tree is not None]
    except ParseError as error:
        raise DefinitionError(syntax_problem(source, error)) from None
    except TokenError:
        raise DefinitionError(token_problem(source)) from None
    except RecursionError:
        raise DefinitionError(too_deep(source, 0, "the query nests too deep")) from None
    except AttributeError:  # see UNREADABLE
        raise DefinitionError(Problem("sql_syntax", "the file is no SQL", source.span(0))) from None
    defs = [tree for tree in statements if marker(tree) == "def"]
    queries = [tree for tree in statements if marker(tree) != "def"]
    if len(queries) != 1 or not isinstance(queries[0], exp.Query):
        raise DefinitionError(not_one_select(source, queries))
    query = queries[0]
    for node in query.walk():
        node.comments = None
    query.meta["defs"] = defs
    return query


def marker(node: exp.Expr | None) -> str | None:
    """The lower-case name of the macro that a node calls, None where it calls none."""
    if isinstance(node, exp.Anonymous) and node.name.startswith(MARK):
        return node.name[1:].lower()
    return None


METRIC_ID = "metric_id"
"""The marker of a metric's id, whose interval is filled in last, so that a tree serves all intervals."""


def metric_id(name: str) -> exp.Anonymous:
    """The marker of the id `<name>_<interval>`."""
    return exp.Anonymous(this=MARK + METRIC_ID, expressions=[exp.Literal.string(name)])


def variable(node: exp.Expr | None) -> str | None:
    """The lower-case name of the `@variable` that a node is, None where it is none."""
    if isinstance(node, exp.Column) and not node.table and node.name.startswith(MARK):
        return node.name[1:].lower()
    return None


def place(node: exp.Expr | None, source: Source) -> Span | None:
    """Where a node stands in the author's file: from its first name to its last, as far as they are on one line."""
    if node is None:
        return None
    found = [part.meta for part in node.walk() if "start" in part.meta and part.meta.get("end", 0) < len(source.text)]
    if not found:
        return None
    start = found[0]["start"] if isinstance(node, exp.Anonymous) else min(meta["start"] for meta in found)
    line = source.position(start)[0]
    ends = (m["end"] + 1 for m in found if m["end"] >= start and source.position(m["end"])[0] == line)
    return source.span(start, max(ends, default=start + 1))


def check_depth(source: Source) -> None:
    """Refuse parentheses nested deeper than the parser's stack is safe for."""
    depth = 0
    for match in re.finditer(r"'(?:[^']|'')*'|--[^\n]*|[()]", source.text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth > limit("sql_depth"):
            message = f"parentheses nest deeper than {limit('sql_depth')}"
            raise DefinitionError(too_deep(source, match.start(), message))


def too_deep(source: Source, offset: int, message: str) -> Problem:
    return Problem("sql_too_deep", message, source.span(offset), help="split the query into CTEs")


def syntax_problem(source: Source, error: ParseError) -> Problem:
    """The first syntax error, at the token that the parser stopped at."""
    first = error.errors[0] if error.errors else {}
    span = source.span(0)
    if first.get("line"):
        word = first.get("highlight") or " "
        end = source.offset(first["line"], first["col"]) + 1  # SQLGlot's column is that of the token's last character
        span = source.span(max(0, end - len(word)), end)
    message = in_words(unmark(str(first.get("description") or error)).strip().rstrip("."))
    return Problem("sql_syntax", message, span, help="the file must hold one SELECT in the metric's dialect")


def in_words(description: str) -> str:
    """What SQLGlot says of a syntax error, in words of SQL.

    >>> token = "<Token token_type: TokenType.SENTINEL, text: SENTINEL, line: 1, col: 1>"
    >>> in_words(f"Expected table name but got {token}")
    'expected table name after this'
    >>> in_words("Required keyword: 'this' missing for <class 'sqlglot.expressions.query.Where'>")
    'something is missing after this'
    """
    head, _, found = description.partition(" but got <Token")
    if "missing for <class" in head:
        return "something is missing after this"
    where = " after this" if "SENTINEL" in found else " here" if found else ""
    return head.lower() + where


def token_problem(source: Source) -> Problem:
    """A text that is not even words: where the quote or the comment begins that does not end."""
    found = next((match for match in OPENED.finditer(source.text) if match["open"]), None)
    if found is None:
        return Problem("sql_syntax", "the text is no SQL", source.span(0))
    what = "comment" if found["open"] == "/*" else "quote"
    return Problem("sql_syntax", f"the {what} is not closed", source.span(*found.span()), help=f"end the {what}")


def not_one_select(source: Source, queries: list[exp.Expr]) -> Problem:
    if not queries:
        message = "the file holds no query"
    elif len(queries) > 1:
        message = f"the file holds {len(queries)} statements"
    else:
        message = f"the file holds a {queries[0].key.upper()} statement, not a query"
    span = place(queries[-1], source) if queries else None
    return Problem("not_one_select", message, span or source.span(0), help="write one SELECT")


def as_text(node: exp.Expr) -> str:
    """A node as SQL, with its macros as their author wrote them, also those that were replaced by plain SQL."""
    shown = node.transform(lambda part: exp.var(part.meta["written"]) if "written" in part.meta else part)
    return unmark(shown.sql(normalize_functions=False))
