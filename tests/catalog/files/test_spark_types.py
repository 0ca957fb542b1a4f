"""The types that Spark gives its expressions."""

from __future__ import annotations

import pytest
from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from gnomon.catalog.files.spark_types import METADATA

COLUMNS = {
    "d": "date",
    "ts": "timestamp",
    "a": "decimal(10,2)",
    "w": "decimal(38,10)",
    "i": "int",
    "n": "bigint",
    "g": "double",
}
TYPES = {
    "year(d)": "int",
    "day(d)": "int",
    "minute(ts)": "int",
    "date_trunc('month', d)": "timestamp",
    "trunc(d, 'MM')": "date",
    "row_number() over (order by i)": "int",
    "lag(a) over (order by i)": "decimal(10, 2)",
    "sum(a)": "decimal(20, 2)",
    "sum(w)": "decimal(38, 10)",
    "sum(a) over ()": "decimal(20, 2)",
    "sum(i)": "bigint",
    "sum(g)": "double",
    "avg(a)": "decimal(14, 6)",
    "avg(i)": "double",
    "max(a)": "decimal(10, 2)",
    "a * a": "decimal(21, 4)",
    "w * w": "decimal(38, 6)",
    "a + a": "decimal(11, 2)",
    "a - i": "decimal(13, 2)",
    "a / a": "decimal(23, 13)",
    "a % a": "decimal(10, 2)",
    "a * 2": "decimal(12, 2)",
    "a * 1.5": "decimal(13, 3)",
    "a * 1e3": "double",
    "a * g": "double",
    "i * 2": "int",
    "i * n": "bigint",
    "i / n": "double",
    "coalesce(a, 0)": "decimal(12, 2)",
    "case when i > 1 then a end": "decimal(10, 2)",
    "if(i > 1, a, g)": "double",
    "greatest(a, i, 0.125)": "decimal(13, 3)",
    "round(a, 1)": "decimal(10, 1)",
    "round(a)": "decimal(9, 0)",
    "round(i)": "int",
    "round(g, 1)": "double",
    "floor(a)": "decimal(9, 0)",
    "ceil(g)": "bigint",
    "sum(a * a) / count(*)": "decimal(38, 11)",
}


@pytest.mark.parametrize("sql", TYPES)
def test_types(sql: str) -> None:
    tree = qualify(parse_one(f"SELECT {sql} AS x FROM t", dialect="spark"), schema={"t": COLUMNS}, dialect="spark")
    found = annotate_types(tree, schema={"t": COLUMNS}, dialect="spark", expression_metadata=METADATA)
    assert isinstance(found, exp.Select)
    type_ = found.selects[0].type
    assert type_ is not None and type_.sql("spark").lower() == TYPES[sql]
