"""The parts of one scan of a source: FROM, the window, the filters, the keys, GROUP BY."""

from __future__ import annotations

from random import Random

from oracle.logic import Col, Pred
from oracle.model import Agg, Dim, Measure, Metric, Project, RefJoin
from oracle.spell_expr import Expressions

WINDOWS = (
    "{t} BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')",
    "{t} >= @metrics_start('DATE') AND {t} < @metrics_end('DATE')",
    "{t} >= @metrics_start('TIMESTAMP') AND {t} <= @metrics_end('TIMESTAMP')",
    "{t} > @metrics_start('DATE') AND {t} <= @metrics_end('DATE')",
    "@metrics_start('DATE') <= {t} AND @metrics_end('DATE') >= {t}",
    "@metrics_in_window({t})",
)
"""Spellings of one filter: on the time column they are all half-open."""


class Scans(Expressions):
    """How one metric reads its sources."""

    def __init__(self, project: Project, metric: Metric, rng: Random) -> None:
        plain_count = isinstance(metric.shape, Measure) and metric.shape.agg == Agg("count_rows")
        super().__init__(rng, count_spellings=plain_count)
        self.project, self.metric = project, metric

    def scan(self, table: str, alias: str, join: RefJoin | None = None) -> str:
        """A FROM clause, with or without an alias; sets the prefix of its columns."""
        if join is None and self.rng.random() < 0.5:
            self.prefix = self.rng.choice(["", table.rpartition(".")[2] + "."])
            return f"FROM {table}"
        self.prefix = f"{alias}."
        text = f"FROM {table} {self.rng.choice(['AS ', ''])}{alias}"
        if join is not None and join.how in ("inner", "left"):
            verb = {"inner": self.rng.choice(["JOIN", "INNER JOIN"]), "left": "LEFT JOIN"}[join.how]
            text += f"\n{verb} {join.table} AS r ON {alias}.{join.column} = r.{join.ref_column}"
        return text

    def time(self, table: str) -> str:
        return self.col(self.project.table(table).time)

    def where(self, table: str, pred: Pred | None, join: RefJoin | None = None) -> str:
        """WHERE: the window and the filters as top-level terms in any order."""
        terms = [self.rng.choice(WINDOWS).format(t=self.time(table)), *self.filters(pred, join)]
        self.rng.shuffle(terms)
        return "WHERE " + " AND ".join(terms)

    def filters(self, pred: Pred | None, join: RefJoin | None = None) -> list[str]:
        terms = [] if pred is None else [self.pred(pred)]
        if join is not None and join.how in ("semi", "anti"):
            exists = f"EXISTS (SELECT 1 FROM {join.table} AS r WHERE r.{join.ref_column} = {self.col(join.column)})"
            inside = f"{self.col(join.column)} IN (SELECT {join.ref_column} FROM {join.table})"
            terms.append(f"NOT {exists}" if join.how == "anti" else self.rng.choice([exists, inside]))
        return terms

    def sample(self, table: str) -> str:
        return f"@metrics_sample_date({self.time(table)}) AS metrics_sample_date"

    def keys(self) -> list[str]:
        return [self.col(name) for name in self.metric.key]

    def dim(self, dim: Dim) -> str:
        text = self.value(dim.value)
        return text if isinstance(dim.value, Col) and dim.value.name == dim.name else f"{text} AS {dim.name}"

    def group_by(self, groups: int, names: list[str]) -> str:
        """GROUP BY positions, names or ALL; the first group is the sample date."""
        style = self.rng.randrange(3)
        if style == 0:
            return "GROUP BY " + ", ".join(str(place + 1) for place in range(groups))
        if style == 1:
            return "GROUP BY ALL"
        return "GROUP BY 1, " + ", ".join(names)

    def metric_column(self) -> str:
        call = self.rng.choice(["@metric_name()", "@metrics_name()", f"@metric_name('{self.metric.name}')"])
        return f"{call} AS metric"
