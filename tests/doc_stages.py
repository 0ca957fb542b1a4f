"""What the explanation pages show of the compiler: a metric's SQL after each of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import gnomon
from gnomon.compile.sql import Options, incremental, standalone
from gnomon.errors import DefinitionError
from gnomon.model import Project, Variant
from gnomon.plan import plan_query, standalone_frame
from gnomon.rewrite import PASSES, Context, rewrite
from gnomon.rewrite.parse import parse_query, unmark

START, END = date(2024, 1, 1), date(2024, 12, 31)


def write_project(folder: Path, files: Mapping[str, str]) -> Project:
    """A project of some files, loaded."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return gnomon.load(folder)


def variant_of(project: Project, metric: str, entity: str, interval: str) -> Variant:
    """One variant of a project."""
    return next(v for v in gnomon.expand(project) if (v.metric.key, v.entity, v.suffix) == (metric, entity, interval))


def bound(project: Project, metric: str, entity: str, interval: str = "monthly") -> str:
    """A metric's SQL bound to an entity, its time macros as the author wrote them; or the error that refuses it."""
    try:
        query, _ = rewrite(project, variant_of(project, metric, entity, interval), project.dialect)
    except DefinitionError as error:
        return f"{error}\n"
    return text_of(query.sql(project.dialect, pretty=True, normalize_functions=False))


def stages(project: Project, metric: str, entity: str, interval: str) -> dict[str, str]:
    """The SQL of one variant after each stage of the compiler, by the stage's name."""
    variant = variant_of(project, metric, entity, interval)
    context = Context(project, variant, project.dialect)
    query = parse_query(variant.metric.sql, variant.metric.dialect)
    found = {"parse_query": query.sql(project.dialect, pretty=True, normalize_functions=False)}
    for step in PASSES:
        query = step(query, context)
        found[step.__name__] = query.sql(project.dialect, pretty=True, normalize_functions=False)
    planned = plan_query(query, context, standalone_frame(project, variant, START, END, project.dialect))
    found["plan_query"] = planned.query.sql(project.dialect, pretty=True, normalize_functions=False)
    found["standalone"] = standalone(project, variant, START, END, project.dialect).query.sql(
        "duckdb", pretty=True, normalize_functions=False
    )
    run = incremental(project, variant, f"{project.schema}.calendar", Options()).query
    found["incremental"] = run.sql(project.dialect, pretty=True, normalize_functions=False)
    return {name: text_of(sql) for name, sql in found.items()}


def text_of(sql: str) -> str:
    return unmark(sql).rstrip() + "\n"
