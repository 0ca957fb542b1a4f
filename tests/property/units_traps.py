"""Queries over long tables that look narrowed and may not be: their authors claim nothing, the engine judges.

Each reads a relation as `z`, of which `{m}` is the key, `{x}` the amount, `{k}` one of the keys and `{o}` another.
"""

from __future__ import annotations

from collections.abc import Sequence

from property.units_pen import Long, Pen, Term
from property.units_relations import Query, Relation

CONDITIONS = (
    "{m} = '{k}' OR 1 = 1",
    "NOT {m} <> '{k}'",
    "{m} LIKE '%a%'",
    "{m} > 'n'",
    "LOWER({m}) = '{k}'",
    "{m} || '' = '{k}'",
    "{m} IN (SELECT '{k}')",
    "{m} NOT IN ('{k}')",
    "{m} IS DISTINCT FROM '{k}'",
    "COALESCE({m}, '{o}') = '{k}'",
    "{m} BETWEEN 'a' AND '{k}'",
    "STARTS_WITH({m}, '{k}')",
    "CASE WHEN {m} = '{k}' THEN '{o}' ELSE '{k}' END = '{k}'",
    "({m} = '{k}' AND {x} > 0) OR {m} = '{o}'",
    "{m} = '{k}' OR {x} IS NULL",
    "{m} IN ('{k}', NULL)",
    "LENGTH({m}) = LENGTH('{k}')",
    "NOT ({m} = '{k}' AND {x} IS NOT NULL)",
    "{m} ILIKE '{k}'",
    "SUBSTR({m}, 1, 4) = SUBSTR('{k}', 1, 4)",
    "REPLACE({m}, 'a', 'b') = '{k}'",
    "({m} = '{k}') IS NOT TRUE",
    "({m} = '{k}') = FALSE",
    "{m} = '{k}' IS NOT NULL",
    "NOT ({m} = '{k}' OR {m} = '{o}')",
    "{m} > '{k}'",
    "{m} NOT LIKE '{k}'",
    "({m}, 1) = ('{k}', 1)",
    "IF({m} = '{k}', FALSE, TRUE)",
    "{m} = '{k}' AND {m} <> '{o}'",
    "'{k}' LIKE {m}",
    "REGEXP_MATCHES({m}, '{k}')",
    "{m} IS NOT DISTINCT FROM '{k}'",
    "NULLIF({m}, '{k}') IS NULL",
    "NULLIF({m}, '{k}') = '{o}'",
    "CONTAINS({m}, '{k}')",
    "TRIM({m}) = '{k}'",
    "{m}::VARCHAR(1) = '{k}'",
    "CAST({m} AS VARCHAR) = '{k}'",
    "{m} ~ '{k}'",
)
VALUES = (
    "SUM({x}) OVER ()",
    "LAG({x}) OVER (ORDER BY {m}, {x})",
    "FIRST_VALUE({x}) OVER (ORDER BY {m}, {x})",
    "{x}",
    "{x} + {x}",
    "MAX({x}) OVER (PARTITION BY {m})",
    "SUM({x}) OVER (PARTITION BY {m} || 'z')",
    "SUM({x}) OVER (PARTITION BY LENGTH({m}))",
    "MIN({x}) OVER (PARTITION BY LEFT({m}, 1))",
    "{x} / MAX({x}) OVER (PARTITION BY {m})",
    "{x} - FIRST_VALUE({x}) OVER (ORDER BY {m}, {x})",
    "COALESCE({x}, MAX({x}) OVER ())",
    "{x} / SUM({x}) OVER ()",
    "COALESCE(LAG({x}) OVER (PARTITION BY {m} ORDER BY {x}), {x})",
    "(SELECT SUM(y.{x}) FROM {from} AS y WHERE y.{m} = z.{m})",
    "(SELECT SUM(y.{x}) FROM {from} AS y)",
    "NULLIF({x}, 0)",
    "(SELECT MAX(y.{x}) FROM {from} AS y WHERE y.{m} = '{k}')",
    "(SELECT MAX(z.{x}) FROM {from} AS z WHERE z.{m} = '{o}')",
    "(SELECT MAX(y.{x}) FROM {from} AS y WHERE z.{m} = '{k}')",
    "SUM({x}) FILTER (WHERE {m} = '{k}') OVER ()",
)
TOTALS = (
    "SUM({x})",
    "MAX({x})",
    "SUM(CASE WHEN {m} = '{k}' THEN {x} ELSE 0 END)",
    "SUM({x}) FILTER (WHERE {m} <> '{k}')",
    "ARG_MAX({x}, {m})",
    "SUM({x}) / COUNT(DISTINCT {m})",
    "CORR({x}, {x} * {x})",
    "SUM(SUM({x})) OVER ()",
    "SUM({x}) / SUM(SUM({x})) OVER ()",
    "ANY_VALUE({x})",
    "LAG(SUM({x})) OVER (ORDER BY MIN({m}))",
    "MAX(CASE WHEN {m} = '{k}' THEN {x} WHEN {m} = '{o}' THEN {x} END)",
    "VAR_SAMP({x})",
    "CASE WHEN MAX({m}) = '{k}' THEN SUM({x}) END",
    "MAX({x}) FILTER (WHERE {m} = '{k}' OR {m} = '{o}')",
    "LIST({x} ORDER BY {m})[1]",
)
KEYS = (
    "{m}",
    "{m}",
    "MAX({m})",
    "'{k}'",
    "CASE WHEN {m} = '{k}' THEN '{k}' ELSE 'other' END",
    "LEFT({m}, 1)",
    "UPPER({m})",
    "{m} || 'x'",
    "CASE {m} WHEN '{k}' THEN '{o}' WHEN '{o}' THEN '{k}' ELSE {m} END",
    "COALESCE({m}, '{k}')",
    "NULLIF({m}, '{k}')",
    "CONCAT({m}, NULL)",
    "CASE WHEN {m} LIKE '%a%' THEN 'a' ELSE 'b' END",
    "SUBSTR({m}, 2)",
    "IF({m} = '{k}', NULL, {m})",
    "REVERSE({m})",
    "'a' || {m} || NULL",
    "LAG({m}) OVER (ORDER BY {m})",
    "FIRST_VALUE({m}) OVER (ORDER BY {m})",
    "MIN({m}) OVER (PARTITION BY {m})",
    "CAST({m} AS VARCHAR)",
)
ROWS = (
    "SELECT {value} AS n1 FROM {from} AS z WHERE {condition}",
    "SELECT CASE WHEN {condition} THEN {value} END AS n1 FROM {from} AS z",
    "SELECT CASE WHEN {condition} THEN NULL ELSE {value} END AS n1 FROM {from} AS z",
    "SELECT {m} AS m, {value} AS n1 FROM {from} AS z QUALIFY COUNT(*) OVER () > 0 AND {condition}",
    "SELECT m, n1 FROM (SELECT {m} AS m, {value} AS n1 FROM {from} AS z) AS q WHERE m = '{k}'",
    "SELECT {key} AS m, {value} AS n1 FROM {from} AS z",
    "SELECT {key} AS m, {value} AS n1 FROM {from} AS z WHERE {condition}",
    "SELECT m, n1 FROM (SELECT {key} AS m, {x} AS n1 FROM {from} AS z) AS q WHERE m IN ('{k}', 'a')",
    "SELECT z.{x} AS n1 FROM {from} AS z {join} (SELECT '{k}' AS m) AS w ON z.{m} = w.m",
    "SELECT z.{x} AS n1 FROM {from} AS z {join} (SELECT 1 AS i) AS w ON z.{m} = '{k}'",
    "SELECT z.{x} AS n1 FROM (SELECT 1 AS i) AS w {join} {from} AS z ON z.{m} = '{k}'",
    "SELECT z.{x} - w.{x} AS n1 FROM {from} AS z {join} {from} AS w ON z.{m} = w.{m}",
    "SELECT w.{m} AS m, z.{x} AS n1 FROM {from} AS z {join} {from} AS w ON z.{m} = w.{m}",
    "SELECT z.{x} / w.{x} AS n1 FROM {from} AS z {join} {from} AS w ON z.{m} = w.{m} AND w.{m} = '{k}'",
    "SELECT m, n1 FROM (SELECT {m} AS m, {x} AS n1 FROM {from} AS z UNION ALL SELECT {m}, {x} * {x} FROM "
    "{from} AS z) AS q WHERE m = '{k}'",
    "SELECT '{k}' AS m, {x} AS n1 FROM {from} AS z WHERE {m} = '{k}' UNION ALL SELECT {m}, {x} FROM "
    "{from} AS z WHERE {m} <> '{k}'",
    "SELECT '{k}' AS m, {x} AS n1 FROM {from} AS z UNION ALL SELECT '{o}', {x} FROM {from} AS z WHERE {m} = '{o}'",
    "SELECT {x} AS n1 FROM {from} AS z WHERE {m} = '{k}' EXCEPT SELECT {x} FROM {from} AS z",
    "SELECT {x} AS n1 FROM {from} AS z EXCEPT SELECT {x} FROM {from} AS z WHERE {m} <> '{k}'",
    "SELECT {x} AS n1 FROM {from} AS z INTERSECT SELECT {x} FROM {from} AS z WHERE {m} = '{k}'",
    "SELECT DISTINCT ON ({m}) {m} AS m, {x} AS n1 FROM {from} AS z ORDER BY {m}, {x}",
    "SELECT q.m, q.n1 FROM (SELECT '{o}' AS m, {x} AS n1, {m} AS r FROM {from} AS z) AS q WHERE q.m = '{o}'",
    "SELECT k AS m, n1 FROM (SELECT {m}, {x} FROM {from} AS z) AS q(k, n1) WHERE k <> '{k}'",
    "SELECT {x} AS n1 FROM {from} AS z WHERE EXISTS (SELECT 1 FROM {from} AS y WHERE y.{m} = z.{m} AND y.{m} = '{k}')",
    "SELECT {x} AS n1 FROM {from} AS z WHERE EXISTS (SELECT 1 FROM {from} AS z WHERE z.{m} = '{k}')",
)
GROUPED = (
    "SELECT {total} AS n1 FROM {from} AS z WHERE {condition}",
    "SELECT {key} AS m, {total} AS n1 FROM {from} AS z GROUP BY {m}",
    "SELECT {m} AS m, {total} AS n1 FROM {from} AS z GROUP BY {m} HAVING {condition}",
    "SELECT {key} AS m, {total} AS n1 FROM {from} AS z GROUP BY 1",
    "SELECT {key} AS m, {total} AS n1 FROM {from} AS z GROUP BY ALL",
    "SELECT {m} AS m, {total} AS n1 FROM {from} AS z GROUP BY ROLLUP ({m})",
    "SELECT {m} AS m, {total} AS n1 FROM {from} AS z GROUP BY GROUPING SETS (({m}), ())",
    "SELECT MAX({m}) AS m, {total} AS n1 FROM {from} AS z",
    "SELECT m, SUM(n1) AS n1 FROM (SELECT {key} AS m, {x} AS n1 FROM {from} AS z) AS q GROUP BY m",
    "SELECT SUM(n1) AS n1 FROM (SELECT {m} AS m, {total} AS n1 FROM {from} AS z GROUP BY {m}) AS q WHERE "
    "m IN ('{k}', '{o}')",
    "SELECT (SELECT {total} FROM {from} AS z WHERE z.{m} = w.m) AS n1 FROM (SELECT '{k}' AS m) AS w",
    "SELECT (SELECT {total} FROM {from} AS z WHERE {condition}) AS n1",
)
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN")


def trapped(pen: Pen, relations: Sequence[Relation]) -> Query | None:
    """A query of which nothing is claimed."""
    having = [one for one in relations if one.longs and one.text.isidentifier()]
    if not having:
        return None
    relation = pen.one(having)
    pen.features["trap"] += 1
    pen.clashes += 1
    sql = written(pen, relation, pen.one(relation.longs))
    return Query(sql, Relation(f"({sql})", (("n1", Term("n1", None)),)))


def written(pen: Pen, relation: Relation, long: Long) -> str:
    keys = [key for key, _ in long.units]
    first, other = pen.rng.sample(keys, 2) if len(keys) > 1 else (keys[0], keys[0])
    forms = [*ROWS, *GROUPED, *GROUPED]
    sql = pen.one(forms)
    parts = {"value": VALUES, "condition": CONDITIONS, "total": TOTALS, "key": KEYS, "join": JOINS}
    for name, options in parts.items():
        sql = sql.replace(f"{{{name}}}", pen.one(options))
    names = {"m": long.by, "x": long.amount, "k": first, "o": other, "from": relation.text}
    for name, text in names.items():
        sql = sql.replace(f"{{{name}}}", text)
    return sql
