"""The plain shape in SQL: one SELECT, or a chain of CTEs that filter, aggregate and compute."""

from __future__ import annotations

from random import Random

from oracle.formula import Agg
from oracle.model import Measure, Metric, Project
from oracle.spell_scan import Scans


class Measures(Scans):
    """How one metric aggregates one source."""

    def __init__(self, project: Project, metric: Metric, rng: Random) -> None:
        super().__init__(project, metric, rng)
        self.parts: dict[Agg, str] | None = None

    def call(self, agg: Agg) -> str:
        """An aggregate; while parts are collected, the name of the column that will hold it."""
        if self.parts is None:
            return super().call(agg)
        return self.parts.setdefault(agg, f"part_{len(self.parts)}")

    def measure(self, shape: Measure, amount: str, with_metric: bool) -> str:
        """The plain shape; also each half of a join, where it has no metric column."""
        is_level = self.metric.stock is not None  # whose query is one SELECT
        if with_metric and not is_level and self.may_select_star(shape):
            return self.above_a_chain(shape)
        if with_metric and not is_level and not shape.per_day and self.rng.random() < 0.25:
            return self.above_parts(shape)
        source = self.scan(shape.table, "e", shape.reference)
        columns, names = self.measure_columns(shape, amount, with_metric)
        lines = ["SELECT", "  " + ",\n  ".join(columns), source]
        lines += [self.where(shape.table, shape.where, shape.reference), self.group_by(len(columns) - 1, names)]
        return "\n".join([*lines, *self.having(shape)])

    def measure_columns(self, shape: Measure, amount: str, with_metric: bool) -> tuple[list[str], list[str]]:
        """The projections, and the names of those that are grouped after the sample date."""
        columns = [self.sample(shape.table), *self.keys(), *map(self.dim, shape.dims)]
        names = [*self.keys(), *(dim.name for dim in shape.dims)]
        if with_metric:
            columns.append(self.metric_column())
            names.append("metric")
        value = self.agg(shape.agg)
        if shape.per_day:
            spelled = ["(DATE_DIFF('day', @metrics_start('DATE'), @metrics_end('DATE')) + 1)"]
            spelled.append(f"@metrics_sample_interval_length({self.time(shape.table)}, 'day')")
            value = f"CAST({value} AS DOUBLE) / {self.rng.choice(spelled)}"
        return [*columns, f"{value} AS {amount}"], names

    def having(self, shape: Measure) -> list[str]:
        if shape.having is None:
            return []
        return [f"HAVING {self.condition(shape.having)}"]

    def may_select_star(self, shape: Measure) -> bool:
        """Whether the rows may come through `SELECT *`: above it, the source's own key is no longer known."""
        self.prefix = ""
        used = self.agg(shape.agg) + " ".join([*self.having(shape), *self.filters(shape.where)])
        plain = shape.reference is None and not shape.per_day and not any(key in used for key in self.metric.key)
        return plain and self.rng.random() < 0.25

    def above_a_chain(self, shape: Measure) -> str:
        """The plain shape over a star or list of the scan, once or twice, each a CTE or a subquery."""
        source = self.scan(shape.table, "e")
        columns = f"{self.prefix}*" if self.rng.random() < 0.5 else ", ".join(map(self.col, self.listed(shape)))
        early = self.rng.random() < 0.5
        chosen = f"SELECT {columns} {source} {self.where(shape.table, shape.where if early else None)}"
        twice, as_cte = self.rng.random() < 0.3, self.rng.random() < 0.5
        late = [] if early else self.filters_of(shape, "")
        inner = f"SELECT * FROM chosen{where(late)}"
        ctes = [f"chosen AS (\n  {chosen}\n)"] if as_cte or twice else []
        if twice:
            ctes += [f"kept AS (\n  {inner}\n)"] if as_cte else []
            table, late = ("kept" if as_cte else f"({inner}) AS kept"), []
        else:
            table = "chosen" if as_cte else f"({chosen}) AS chosen"
        self.prefix = "kept." if twice else "chosen."
        projected, names = self.measure_columns(shape, "amount", True)
        late = self.filters_of(shape, self.prefix) if late else []
        above = f"SELECT {', '.join(projected)}\nFROM {table}{where(late)}"
        rest = "\n".join([self.group_by(len(projected) - 1, names), *self.having(shape)])
        return (f"WITH {', '.join(ctes)}\n" if ctes else "") + f"{above}\n{rest}"

    def listed(self, shape: Measure) -> list[str]:
        """Every column of a source that is not a key for other metrics, and those that the dimensions show."""
        table = self.project.table(shape.table)
        others = [column for keys, _ in table.keys for column in keys if column not in self.metric.key]
        return [table.time, *self.metric.key, *dict.fromkeys(others), *table.columns]

    def filters_of(self, shape: Measure, prefix: str) -> list[str]:
        self.prefix = prefix
        return self.filters(shape.where)

    def above_parts(self, shape: Measure) -> str:
        """Aggregates in a CTE, arithmetic over them above it; HAVING stays below or is a WHERE above."""
        self.parts = {}
        amount = self.agg(shape.agg)
        above = shape.having is not None and self.rng.random() < 0.5
        kept = where([self.condition(shape.having)] if above and shape.having is not None else [])
        parts, self.parts = self.parts, None
        source = self.scan(shape.table, "e", shape.reference)
        inner = [self.sample(shape.table), *self.keys(), *map(self.dim, shape.dims)]
        names = [*self.keys(), *(dim.name for dim in shape.dims)]
        groups = self.group_by(len(inner), names)
        inner += [f"{self.call(agg)} AS {name}" for agg, name in parts.items()]
        lines = [f"SELECT {', '.join(inner)}", source, self.where(shape.table, shape.where, shape.reference), groups]
        body = "\n  ".join([*lines, *([] if above else self.having(shape))])
        outer = ["metrics_sample_date", *self.metric.key, *(dim.name for dim in shape.dims), self.metric_column()]
        return f"WITH parts AS (\n  {body}\n)\nSELECT {', '.join([*outer, f'{amount} AS amount'])}\nFROM parts{kept}"


def where(terms: list[str]) -> str:
    """A WHERE clause on a line of its own, if there are terms."""
    return f"\nWHERE {' AND '.join(terms)}" if terms else ""
