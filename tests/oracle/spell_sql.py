"""The SQL that a user would write for each shape, in one of many spellings that mean the same."""

from __future__ import annotations

from random import Random

from oracle.clock import Bucket
from oracle.logic import columns_of
from oracle.model import (
    FirstSeen,
    Half,
    Joined,
    Last,
    Measure,
    Metric,
    Nested,
    Pairs,
    PeerOver,
    PeerPair,
    Project,
    Union,
)
from oracle.spell_measure import Measures
from oracle.spell_scan import WINDOWS

LAST_DAY = "@metrics_sample_date(@metrics_end('DATE')) AS metrics_sample_date"
"""The sample date where no scan says it: that of the last included day."""


def metric_sql(project: Project, metric: Metric, rng: Random) -> str:
    """The text of a metric's file."""
    return Speller(project, metric, rng).text()


class Speller(Measures):
    """One metric's text."""

    def text(self) -> str:
        match self.metric.shape:
            case Measure() as shape:
                return self.measure(shape, amount="amount", with_metric=True)
            case Nested() as shape:
                return self.nested(shape)
            case Half() as shape:
                return self.half(shape)
            case Union() as shape:
                return self.union(shape)
            case Joined() as shape:
                return self.joined(shape)
            case FirstSeen() as shape:
                return self.first_seen_here(shape) if shape.per_entity else self.first_seen_anywhere(shape)
            case Last() as shape:
                return self.last(shape)
            case Pairs() as shape:
                return self.pairs(shape)
            case PeerPair() as shape:
                return self.peers(shape)
            case PeerOver() as shape:
                return self.peer_over(shape)

    def nested(self, shape: Nested) -> str:
        source = self.scan(shape.table, "e")
        dims = [dim.name for dim in shape.dims]
        columns = [*self.keys(), *map(self.dim, shape.dims), *(f"{self.col(c)} AS per_{c}" for c in shape.per)]
        names = [*self.metric.key, *dims]
        opaque = self.may_be_opaque()
        inner = [*([] if opaque else [self.sample(shape.table)]), *columns, f"{self.call(shape.inner)} AS part"]
        positions = ", ".join(str(place + 1) for place in range(len(inner) - 1))
        where = self.where(shape.table, shape.where)
        parts = f"SELECT\n    {', '.join(inner)}\n  {source}\n  {where}\n  GROUP BY {positions}"
        self.prefix = ""
        sample = (
            "@metrics_sample_date(@metrics_end('DATE')) AS metrics_sample_date" if opaque else "metrics_sample_date"
        )
        outer = [sample, *names, self.metric_column(), f"{self.function(shape.outer, 'part')} AS amount"]
        groups = self.rng.choice(["GROUP BY ALL", "GROUP BY " + ", ".join(["1" if opaque else sample, *names])])
        return f"WITH parts AS (\n  {parts}\n)\nSELECT\n  {', '.join(outer)}\nFROM parts\n{groups}"

    def may_be_opaque(self) -> bool:
        """Whether the scan leaves the sample date out, so that each date needs a query of its own."""
        hourly = any(i == Bucket("hourly") or getattr(i, "cron", "") == "@hourly" for i in self.metric.intervals)
        return not hourly and self.rng.random() < 0.4

    def half(self, shape: Half) -> str:
        opaque = self.may_be_opaque()
        source = self.scan(shape.table, "e")
        keys = ", ".join(self.metric.key)
        inner = [*([] if opaque else [self.sample(shape.table)]), *self.keys(), f"{self.col(shape.actor)} AS actor"]
        inner.append(f"SUM({self.value(shape.amount)}) AS activity")
        where, groups = self.where(shape.table, shape.where), ", ".join(str(n + 1) for n in range(len(inner) - 1))
        self.prefix = ""
        sample = (
            "@metrics_sample_date(@metrics_end('DATE')) AS metrics_sample_date" if opaque else "metrics_sample_date"
        )
        dated = keys if opaque else f"metrics_sample_date, {keys}"
        frame = "ORDER BY activity DESC, actor ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
        return f"""WITH activity AS (
  SELECT {", ".join(inner)}
  {source}
  {where}
  GROUP BY {groups}
), ranked AS (
  SELECT {dated}, activity,
    SUM(activity) OVER (PARTITION BY {dated} {frame}) AS running,
    SUM(activity) OVER (PARTITION BY {dated}) AS total
  FROM activity
)
SELECT {sample}, {keys}, {self.metric_column()}, COUNT(*) AS amount
FROM ranked
WHERE 2 * (running - activity) < total
GROUP BY {"1, " + keys if opaque else dated}"""

    def union(self, shape: Union) -> str:
        if shape.agg.func in ("sum", "min", "max", "count") and self.rng.random() < 0.5:
            return self.union_of_parts(shape)
        branches = []
        for place, table in enumerate(shape.tables):
            source = self.scan(table, f"e{place}")
            used = columns_of(shape.agg).union(*(columns_of(dim.value) for dim in shape.dims))
            columns = {*self.project.table(table).columns, *used} - {*self.metric.key}
            listed = ", ".join(map(self.col, [*self.metric.key, *sorted(columns)]))
            branches.append(
                f"SELECT {self.time(table)} AS happened, {listed} {source} {self.where(table, shape.where)}"
            )
        self.prefix = ""
        outer = ["@metrics_sample_date(happened) AS metrics_sample_date", *self.keys(), *map(self.dim, shape.dims)]
        return self.over_union(shape, branches, outer, self.agg(shape.agg))

    def union_of_parts(self, shape: Union) -> str:
        """Each source aggregated by itself, and then the parts."""
        branches = []
        for place, table in enumerate(shape.tables):
            source = self.scan(table, f"e{place}")
            columns = [self.sample(table), *self.keys(), *map(self.dim, shape.dims)]
            groups = ", ".join(str(position + 1) for position in range(len(columns)))
            columns.append(f"{self.call(shape.agg)} AS part")
            branches.append(f"SELECT {', '.join(columns)} {source} {self.where(table, shape.where)} GROUP BY {groups}")
        self.prefix = ""
        outer = ["metrics_sample_date", *self.keys(), *(dim.name for dim in shape.dims)]
        func = "SUM" if shape.agg.func == "count" else shape.agg.func.upper()
        return self.over_union(shape, branches, outer, f"{func}(part)")

    def over_union(self, shape: Union, branches: list[str], outer: list[str], amount: str) -> str:
        names = [*self.metric.key, *(dim.name for dim in shape.dims), "metric"]
        columns = [*outer, self.metric_column(), f"{amount} AS amount"]
        united = "\n  UNION ALL\n  ".join(branches)
        groups = self.group_by(len(columns) - 1, names)
        return f"WITH united AS (\n  {united}\n)\nSELECT\n  {', '.join(columns)}\nFROM united\n{groups}"

    def joined(self, shape: Joined) -> str:
        halves = [self.measure(half, "part", with_metric=False) for half in (shape.left, shape.right)]
        keys = ["metrics_sample_date", *self.metric.key]
        on = " AND ".join(f"a.{key} = b.{key}" for key in keys)
        right = "COALESCE(b.part, 0)" if shape.how == "left" else "b.part"
        amount = f"a.part - {right}" if shape.op == "minus" else f"CAST(a.part AS DOUBLE) / NULLIF({right}, 0)"
        verb = "LEFT JOIN" if shape.how == "left" else "JOIN"
        columns = ", ".join([*(f"a.{key}" for key in keys), self.metric_column(), f"{amount} AS amount"])
        withs = ",\n".join(f"{name} AS (\n{half}\n)" for name, half in zip(("lefts", "rights"), halves, strict=True))
        return f"WITH {withs}\nSELECT {columns}\nFROM lefts AS a {verb} rights AS b ON {on}"

    def first_seen_anywhere(self, shape: FirstSeen) -> str:
        """The first dates are a global total: their scan never uses the key."""
        time, self.prefix = self.project.table(shape.table).time, ""
        filters = "".join(f" WHERE {term}" for term in self.filters(shape.where))
        first = f"SELECT {shape.actor} AS actor, MIN({time}) AS first_time FROM {shape.table}{filters} GROUP BY 1"
        return self.with_firsts(shape, first, [])

    def with_firsts(self, shape: FirstSeen, firsts: str, keys: list[str]) -> str:
        """Rows of the window, joined with the first times of their actors (and of their `keys`)."""
        time, self.prefix = self.project.table(shape.table).time, "e."
        on = [f"e.{shape.actor} = f.actor", *(f"e.{key} = f.{key}" for key in keys)]
        terms = [self.rng.choice(WINDOWS).format(t=f"e.{time}"), *self.filters(shape.where)]
        if shape.returning:
            terms.append("f.first_time < @metrics_start('DATE')")
        else:
            on.append(f"e.{time} = f.first_time")
        keyed = ", ".join(self.keys())
        return f"""WITH firsts AS (
  {firsts}
)
SELECT {self.sample(shape.table)}, {keyed}, {self.metric_column()}, COUNT(DISTINCT e.{shape.actor}) AS amount
FROM {shape.table} AS e JOIN firsts AS f ON {" AND ".join(on)}
WHERE {" AND ".join(terms)}
GROUP BY 1, {keyed}"""

    def first_seen_here(self, shape: FirstSeen) -> str:
        """First dates per entity, bound at a scan without a window."""
        time, self.prefix = self.project.table(shape.table).time, ""
        keys = ", ".join(self.metric.key)
        terms = [f"{shape.actor} IS NOT NULL", *self.filters(shape.where)]
        firsts = f"""SELECT {keys}, {shape.actor} AS actor, MIN({time}) AS first_time
  FROM {shape.table} WHERE {" AND ".join(terms)}
  GROUP BY {keys}, {len(self.metric.key) + 1}"""
        if shape.returning:
            return self.with_firsts(shape, firsts, list(self.metric.key))
        return f"""WITH firsts AS (
  {firsts}
)
SELECT @metrics_sample_date(first_time) AS metrics_sample_date, {keys}, {self.metric_column()}, COUNT(*) AS amount
FROM firsts
WHERE {WINDOWS[0].format(t="first_time")}
GROUP BY 1, {keys}"""

    def last(self, shape: Last) -> str:
        source = self.scan(shape.table, "e")
        time, value = self.time(shape.table), self.value(shape.value)
        where = f"{self.where(shape.table, shape.where)} AND {value} IS NOT NULL"
        dated = self.rng.choice(["", f"@metrics_sample_date({time}), "])
        order = f"PARTITION BY {dated}{', '.join(self.keys())} ORDER BY {time} DESC, {value} DESC"
        columns = ", ".join([self.sample(shape.table), *self.keys(), self.metric_column(), f"{value} AS amount"])
        return f"SELECT {columns}\n{source}\n{where}\nQUALIFY ROW_NUMBER() OVER ({order}) = 1"

    def pairs(self, shape: Pairs) -> str:
        terms, on = [], " AND ".join(f"a.{key} = b.{key}" for key in self.metric.key)
        for self.prefix, table, where in (("b.", shape.right, shape.right_where), ("a.", shape.left, shape.left_where)):
            terms += [self.rng.choice(WINDOWS).format(t=self.time(table)), *self.filters(where)]
        columns = ", ".join([self.sample(shape.left), *self.keys(), self.metric_column(), "COUNT(*) AS amount"])
        source = f"FROM {shape.left} AS a JOIN {shape.right} AS b ON {on}"
        return f"SELECT {columns}\n{source}\nWHERE {' AND '.join(terms)}\nGROUP BY 1, {', '.join(self.keys())}"

    def peer_over(self, shape: PeerOver) -> str:
        key = "@metrics_entity_type_col('to_{entity_type}_id', table_alias := p)"
        window = self.rng.choice(WINDOWS).format(t="p.metrics_sample_date")
        return f"""SELECT @metrics_sample_date(p.metrics_sample_date) AS metrics_sample_date, {key},
  {self.metric_column()}, {shape.func.upper()}(p.amount) AS amount
FROM @metrics_peer_ref('{shape.peer}', time_aggregation := 'daily') AS p
WHERE {window}
GROUP BY 1, 2"""

    def peers(self, shape: PeerPair) -> str:
        key = "@metrics_entity_type_col('to_{entity_type}_id', table_alias := %s)"
        amount = "a.amount - b.amount" if shape.op == "minus" else "a.amount / NULLIF(b.amount, 0)"
        return f"""SELECT a.metrics_sample_date, {key % "a"}, {self.metric_column()}, {amount} AS amount
FROM @metrics_peer_ref('{shape.left}') AS a
JOIN @metrics_peer_ref('{shape.right}') AS b
  ON a.metrics_sample_date = b.metrics_sample_date AND {key % "a"} = {key % "b"}"""
