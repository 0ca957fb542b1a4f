"""Definitions in Python: `timeseries_metrics`, and the files that call it."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from gnomon.errors import DefinitionError, Problem
from gnomon.load.construct import COLLECTOR, IGNORING, Collector, FactoryCall, collecting, ignoring
from gnomon.load.findings import Findings
from gnomon.load.sites import call_document, site_of
from gnomon.source import Source, Span

__all__ = ["collecting", "definition_scripts", "ignoring", "run_scripts", "timeseries_metrics"]

CALLS = re.compile(r"\btimeseries_metrics\s*\(")
LOADER_HELP = (
    "write in config.py: 'from gnomon.loader import GnomonLoader', and 'config = Config(..., loader=GnomonLoader)'"
)


def timeseries_metrics(**options: Any) -> None:
    """Define a family of metrics in a file of the project's `models` folder.

    `metric_queries` maps each metric's name to its `MetricQueryDef`. For all of them: `start` (the first sample
    date), `schema`, `default_dialect`, `queries_dir` (the folder that each `ref` is relative to), `audits`,
    `incremental_audits`, and `enabled`; what is left out comes from gnomon.yaml. `timeseries_sources` names event
    tables, for projects that declare no sources. `audit_factories` and `metadata_modifiers` are functions that are
    called with each variant's `MetricQueryConfig`: the former return an audit or None, the latter a mapping of
    `kind_options`, `audits` and `tags`. `model_prefix` is accepted and does not change any name.

    The definitions are taken down while a project is loaded. Raises DefinitionError where nothing loads them.
    """
    if IGNORING.get():
        return
    site = site_of(sys._getframe(1))
    collector = COLLECTOR.get()
    given = {name: value for name, value in options.items() if value is not None}
    document = call_document(site, given, (), collector.root if collector else None)
    if collector is None:
        span = document.span() if document else None
        message = "timeseries_metrics() was called, and no loader of Gnomon's is reading the project"
        raise DefinitionError(Problem("loader_missing", message, span, LOADER_HELP))
    collector.calls.append(FactoryCall(given, site, document))


def definition_scripts(root: Path) -> list[Path]:
    """The Python files of the models folder that call `timeseries_metrics`."""
    paths = sorted((root / "models").rglob("*.py"))
    return [path for path in paths if CALLS.search(path.read_text(encoding="utf-8", errors="replace"))]


def run_scripts(paths: Iterable[Path], findings: Findings) -> Collector:
    """Execute files of definitions and take down what they say; what they raise becomes problems."""
    with collecting(findings.root) as collector, importable(findings.root):
        for path in paths:
            run_script(path, findings)
    findings.problems += collector.problems
    return collector


@contextmanager
def importable(root: Path) -> Iterator[None]:
    """Let the project's files import each other from its root, as SQLMesh does, and be read anew by the next load."""
    before = set(sys.modules)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).is_relative_to(root):
                del sys.modules[name]


def run_script(path: Path, findings: Findings) -> None:
    source = findings.read_text(path)
    if source is None:
        return
    name = f"gnomon_definitions_{path.stem}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses and pickles of the file look their module up
    try:
        exec(compile(source.text, str(path), "exec"), module.__dict__)
    except DefinitionError as error:
        findings.problems += error.problems
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        start = source.offset(line, max(column, 1)) if error.filename == str(path) else 0
        findings.error("python_failed", f"the file is not Python: {error.msg}", source.span(start))
    except (Exception, SystemExit) as error:
        message = f"the file raised {type(error).__name__}: {str(error) or 'no message'}".splitlines()[0]
        findings.error("python_failed", message, raised_at(error, path, source, findings.root))
    finally:
        del sys.modules[name]


def raised_at(error: BaseException, path: Path, source: Source, root: Path) -> Span:
    """The last line of the file itself that led to an error."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = (own[-1].lineno or 1) if own else 1
    text = source.line(line)
    start = source.offset(line, len(text) - len(text.lstrip()) + 1)
    return source.span(start, start + max(len(text.strip()), 1))
