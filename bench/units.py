"""What inferring units costs beside SQLGlot's own parse and qualify of the same query: `python -m bench.units`.

The aim is at most 1.5 times of both together. Every table of a query is declared, so that nothing is skipped.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sqlglot import exp, parse_one

from gnomon.check.units import ColumnUnit, TableUnits, infer
from gnomon.check.units.api import qualified
from gnomon.check.units.values import Known, RowTyped, Value
from gnomon.rewrite.parse import mark
from gnomon.units.text import parse_text

ROOT = Path(__file__).parents[1]
AIM = 1.5
ROUNDS = 7
KEYED: dict[str | None, Value] = {
    f"k{i}": Known(parse_text(unit)) for i, unit in enumerate(("USD", "s", "clicks", "GB", "USD/h") * 4)
}

WRITTEN = {
    "sum": "SELECT SUM(a) / SUM(b) AS y FROM t",
    "wide": f"SELECT {', '.join(f'SUM(a{i} * b{i}) / SUM(c{i}) AS y{i}' for i in range(60))} FROM t",
    "unions": " UNION ALL ".join(f"SELECT '{i}' AS metric, SUM(a{i}) AS y FROM t" for i in range(60)),
    "ctes": "WITH "
    + ", ".join(f"c{i} AS (SELECT a + b AS a, b FROM {f'c{i - 1}' if i else 't'})" for i in range(60))
    + " SELECT a FROM c59",
    "sum of 150": f"SELECT {' + '.join(f'a{i}' for i in range(150))} AS y FROM t",
    "long table": f"""
        WITH base AS (SELECT CASE {" ".join(f"WHEN metric = 'k{i}' THEN 'n{i}'" for i in range(20))} END AS metric,
            SUM(amount) AS amount FROM long GROUP BY 1)
        SELECT metric || '_7' AS metric, SUM(amount) OVER (PARTITION BY metric ORDER BY day) / 7 AS y FROM base""",
    "pivot by hand": f"""
        SELECT {", ".join(f"SUM(CASE WHEN metric = 'k{i}' THEN amount END) AS y{i}" for i in range(20))} FROM long""",
}


class Cost(NamedTuple):
    """Seconds of each step of one query, the best of some rounds."""

    name: str
    parse: float
    qualify: float
    infer: float

    @property
    def ratio(self) -> float:
        return self.infer / (self.parse + self.qualify)


class Everything:
    """Declares a unit for each column that a query names."""

    def __init__(self, query: exp.Expr) -> None:
        usd = Known(parse_text("USD"))
        self.plain = TableUnits({column.name: ColumnUnit(usd) for column in query.find_all(exp.Column)})
        value: Value = RowTyped(exp.column("metric"), KEYED)
        self.long = TableUnits({"amount": ColumnUnit(value)})

    def units_of(self, table: exp.Table) -> TableUnits | None:
        return self.long if table.name == "long" else self.plain


def best(work: Callable[[], object]) -> float:
    """The shortest of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def cost(name: str, sql: str) -> Cost:
    """What each step of a query takes."""
    text = mark(sql)
    tree = parse_one(text, dialect="duckdb")
    query = qualified(tree, "duckdb")
    tables = Everything(query)
    return Cost(
        name,
        best(lambda: parse_one(text, dialect="duckdb")),
        best(lambda: qualified(tree, "duckdb")),
        best(lambda: infer(query, tables, dialect="duckdb")),
    )


def costs() -> list[Cost]:
    """Queries written to be hard, and those of the examples."""
    files = sorted((ROOT / "src/gnomon/examples").rglob("queries/*.sql"))
    return [cost(*each) for each in [*WRITTEN.items(), *((path.stem, path.read_text()) for path in files)]]


def main() -> None:
    """Print the table, the dearest query first."""
    found = sorted(costs(), key=lambda each: -each.ratio)
    print(f"{'query':32}{'parse ms':>10}{'qualify ms':>12}{'infer ms':>10}{'ratio':>8}")
    steps = zip(*((each.parse, each.qualify, each.infer) for each in found), strict=True)
    total = Cost("all together", *map(sum, steps))
    for each in [*found, total]:
        row = f"{each.parse * 1e3:10.2f}{each.qualify * 1e3:12.2f}{each.infer * 1e3:10.2f}{each.ratio:8.2f}"
        print(f"{each.name:32}{row}{'  above the aim' if each.ratio > AIM else ''}")


if __name__ == "__main__":
    main()
