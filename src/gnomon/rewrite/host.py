"""SQLMesh's own macros (`@IF`, `@EACH`, `@DEF`, ...) and those of the host project, in metric files.

SQLMesh expands them; Gnomon's own calls pass through as markers. SQLMesh is imported only when a file uses such a
macro, and the project's `macros/*.py` are executed as SQLMesh itself would execute them.
"""

from __future__ import annotations

import re
import runpy
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlglot import exp, parse_one

from gnomon.errors import DefinitionError, Problem, did_you_mean
from gnomon.rewrite.anchored import anchored
from gnomon.rewrite.context import Context
from gnomon.rewrite.macros import MACROS, TIME_MACROS, variant_variables
from gnomon.rewrite.parse import MARK

# Strings and comments, macro calls as in `@EACH(`, and `@{name}`, which SQLMesh puts together names with.
CALL = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|@(?:(?P<name>[A-Za-z_]\w*)(?=\s*\()|(?P<brace>\{))", re.DOTALL)


def uses_host_macros(sql: str) -> bool:
    """Whether a text calls a macro that is not Gnomon's.

    >>> uses_host_macros("SELECT @metric_name() -- @IF(x)"), uses_host_macros("SELECT @IF(@x > 1, a, b)")
    (False, True)
    """
    return any(match["brace"] or (match["name"] and not is_own(match["name"])) for match in CALL.finditer(sql))


def is_own(name: str) -> bool:
    return name.lower() in MACROS or name.lower() in TIME_MACROS


def host_query(context: Context) -> exp.Query:
    """A metric's tree with the host's macros expanded for one variant, and Gnomon's as markers.

    Raises DefinitionError `unknown_macro`, `macro_failed`, `sql_syntax` or `not_one_select`.
    """
    from sqlglot.generator import _DISPATCH_CACHE
    from sqlmesh.core.dialect import parse
    from sqlmesh.core.macros import MacroEvaluator, normalize_macro_name
    from sqlmesh.utils.errors import SQLMeshError

    _DISPATCH_CACHE.clear()  # SQLGlot remembers which nodes it can print; importing SQLMesh has added some
    metric = context.metric
    evaluator = MacroEvaluator(dialect=metric.dialect)
    known = project_macros(context.project.root)
    evaluator.macros.update({normalize_macro_name(name): function for name, function in known.items()})
    evaluator.locals.update({**metric.vars, **context.vars, **variant_variables(context.variant)})
    for match in CALL.finditer(metric.sql.text):
        name = match["name"]
        if name and not is_own(name) and name.lower() not in {*known, "def"}:
            raise unknown(name, match.start(), context)
    try:
        *definitions, query = parse(marked_calls(metric.sql.text), default_dialect=metric.dialect, match_dialect=False)
        for definition in definitions:
            evaluator.transform(definition)
        expanded = evaluator.transform(query)
    except (SQLMeshError, ValueError) as error:
        message = str(error).splitlines()[0].lower().rstrip(".")
        raise context.fail("macro_failed", f"SQLMesh could not expand the macros: {message}") from None
    if not isinstance(expanded, exp.Query):
        raise context.fail("not_one_select", "the file does not end in one query", help="write one SELECT")
    for node in expanded.walk():
        node.comments = None
    text = expanded.sql(metric.dialect)
    tree = parse_one(text, dialect=metric.dialect)
    assert isinstance(tree, exp.Query)
    return anchored(tree, text, metric.sql, metric.dialect)


def marked_calls(sql: str) -> str:
    """The text with Gnomon's macro calls as markers, for SQLMesh's parser."""
    return CALL.sub(lambda m: MARK + m["name"] if m["name"] and is_own(m["name"]) else m[0], sql)


def unknown(name: str, offset: int, context: Context) -> Exception:
    span = context.metric.sql.span(offset, offset + len(name) + 1)
    hint = did_you_mean(name.lower(), [*MACROS, *TIME_MACROS])
    hint = f"{hint} (SQLMesh's macros and those of the project's macros/*.py work too)"
    return DefinitionError(Problem("unknown_macro", f"there is no macro '@{name}'", span, hint))


def project_macros(root: Path) -> dict[str, Any]:
    """SQLMesh's macros and those that the files under the project's macros folder define, by lower-case name."""
    paths = [path for path in sorted((root / "macros").rglob("*.py")) if path.name != "__init__.py"]
    return dict(registered(tuple((path, path.stat().st_mtime_ns) for path in paths)))


@lru_cache(maxsize=8)
def registered(files: tuple[tuple[Path, int], ...]) -> dict[str, Any]:
    """The macros that are known after executing some files; SQLMesh's own registry is left as it was."""
    from sqlmesh.core.macros import macro

    standard = macro.get_registry()
    try:
        for path, _ in files:
            runpy.run_path(str(path))
        return {name.lower(): entry.func for name, entry in macro.get_registry().items()}
    finally:
        macro.set_registry(standard)
