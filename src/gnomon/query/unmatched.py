"""What definitions cannot know: whether sources are there, and which of their keys lead to no entity."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlglot import exp

from gnomon.engine import Engine
from gnomon.errors import DefinitionError
from gnomon.model import Key, Project, SourceTable
from gnomon.rewrite.paths import Path, find_path


def examine_sources(engine: Engine, project: Project) -> list[dict[str, Any]]:
    """For each source its rows, first and last time, and the keys that no bridge row matches.

    A source that is missing, empty or without its time column has a `problem` instead.
    """
    return [examine(engine, project, source) for source in project.sources.values()]


def examine(engine: Engine, project: Project, source: SourceTable) -> dict[str, Any]:
    built = {name.lower() for name in engine.columns(source.name)}
    wanted = [source.time] if source.time else []
    wanted += [column for key in source.keys for column in key.columns]
    missing = [column for column in wanted if column.lower() not in built]
    if not built:
        return {"source": source.name, "problem": "the table does not exist"}
    if missing:
        return {"source": source.name, "problem": f"the table has no column {', '.join(missing)}"}
    counted = exp.select(exp.alias_(exp.Count(this=exp.Star()), "total"))
    for name, function in (("first", exp.Min), ("last", exp.Max)):
        time = exp.column(source.time, quoted=True) if source.time else exp.Null()
        counted = counted.select(exp.alias_(exp.cast(function(this=time), "TEXT"), f"{name}_time"))
    row = first_row(engine, counted.from_(exp.to_table(source.name)))
    if not row["total"]:
        return {"source": source.name, "problem": "the table has no rows"}
    bridges = [unmatched(engine, source, key, entity, path) for key, entity, path in ways(project, source)]
    return {
        "source": source.name,
        "rows": row["total"],
        "first": row["first_time"],
        "last": row["last_time"],
        "bridges": bridges,
    }


def ways(project: Project, source: SourceTable) -> Iterator[tuple[Key, str, Path]]:
    """The ways from a source's keys to the entities that metrics are built for."""
    wanted = dict.fromkeys(entity for metric in project.metrics.values() for entity in metric.entity_types)
    for key in source.keys:
        for entity in wanted:
            if entity == key.entity:
                continue
            try:
                yield key, entity, find_path(project, key.entity, entity)
            except DefinitionError:
                continue  # no way leads there: metrics that need one are refused by `check`


def unmatched(engine: Engine, source: SourceTable, key: Key, entity: str, path: Path) -> dict[str, Any]:
    """How many keys, and rows with them, reach no entity at the end of a path."""
    columns = [exp.column(column, quoted=True) for column in key.columns]
    per_key = exp.select(*columns, exp.alias_(exp.Count(this=exp.Star()), "uses"))
    per_key = per_key.from_(exp.to_table(source.name)).group_by(*(column.copy() for column in columns))
    left_out = exp.not_(exp.Exists(this=reaches(key, path)))
    query = exp.select(
        exp.alias_(exp.Count(this=exp.Star()), "all_keys"),
        exp.alias_(exp.Count(this=case(left_out, exp.Literal.number(1))), "unmatched_keys"),
        exp.alias_(
            exp.func("COALESCE", exp.Sum(this=case(left_out, exp.column("uses"))), exp.Literal.number(0)), "lost"
        ),
    )
    row = first_row(engine, query.from_(exp.to_table("per_key")).with_("per_key", as_=per_key))
    return {
        "key": ", ".join(key.columns),
        "entity": entity,
        "path": " -> ".join(hop.table for hop in path),
        "keys": row["all_keys"],
        "unmatched_keys": row["unmatched_keys"],
        "unmatched_rows": int(row["lost"]),
    }


def reaches(key: Key, path: Path) -> exp.Select:
    """The bridge rows that lead from a key to an entity."""
    query = exp.select("1").from_(exp.alias_(exp.to_table(path[0].table), "hop_1", table=True))
    for column, own in zip(path[0].from_columns, key.columns, strict=True):
        query = query.where(at("hop_1", column).eq(at("per_key", own)))
    for step, (before, hop) in enumerate(pairwise(path), start=2):
        pairs = zip(before.to_columns, hop.from_columns, strict=True)
        on = [at(f"hop_{step - 1}", a).eq(at(f"hop_{step}", b)) for a, b in pairs]
        query = query.join(exp.alias_(exp.to_table(hop.table), f"hop_{step}", table=True), on=exp.and_(*on))
    for column in path[-1].to_columns:
        query = query.where(exp.not_(at(f"hop_{len(path)}", column).is_(exp.Null())))
    return query


def at(table: str, column: str) -> exp.Column:
    return exp.column(column, table=table, quoted=True)


def case(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=value)])


def first_row(engine: Engine, query: exp.Expr) -> dict[str, Any]:
    row: dict[str, Any] = engine.execute(query.sql(engine.dialect)).to_pylist()[0]
    return row
