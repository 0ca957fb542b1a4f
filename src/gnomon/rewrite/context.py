"""What the passes know while they rewrite one variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from gnomon.errors import DefinitionError, Problem
from gnomon.model import Key, Metric, Project, Variant
from gnomon.rewrite.parse import place


@dataclass(frozen=True, slots=True)
class Moment:
    """A window's bound in the terms of a source's time column: `bound` of the dates, as a `type` in a `zone`."""

    bound: str
    type: str | None
    zone: str


@dataclass(slots=True)
class Context:
    """One variant under way to one dialect.

    `peers` collects the peers' tables that the query refers to; `bridges` the bridge tables that binding needs,
    each as a named query; `moments` the columns that the table of dates needs beside its own, so that a bound is
    computed once for a date and not once for each row; `warnings` what is worth saying and does not stop the query;
    `facts` what is known of the tree for all intervals that share it; `memo` the trees that were rewritten before.
    """

    project: Project
    variant: Variant
    dialect: str
    vars: Mapping[str, Any] = field(default_factory=dict)
    peers: dict[str, Variant] = field(default_factory=dict)
    bridges: dict[str, exp.Query] = field(default_factory=dict)
    bridge_tables: set[str] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    moments: dict[str, Moment] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    memo: Memo | None = field(default=None, repr=False)

    def at(self, variant: Variant) -> Context:
        """The same knowledge for another interval of the metric."""
        return replace(
            self,
            variant=variant,
            peers=dict(self.peers),
            bridges=dict(self.bridges),
            warnings=[*self.warnings],
            moments={},
        )

    @property
    def metric(self) -> Metric:
        return self.variant.metric

    @property
    def key(self) -> tuple[str, ...]:
        """The source columns that the metric's SQL is written against."""
        return self.metric.entity_keys[""]

    @property
    def direct_key(self) -> tuple[str, ...] | None:
        """The columns of the same source row that hold the variant's entity, where the definition names them."""
        return self.metric.entity_keys.get(self.variant.entity)

    def moment(self, moment: Moment) -> str:
        """The name of the dates' column that holds a moment."""
        for name, known in self.moments.items():
            if known == moment:
                return name
        others = sum(known.bound == moment.bound for known in self.moments.values())
        name = f"{moment.bound}s_at" + (f"_{others + 1}" if others else "")
        self.moments[name] = moment
        return name

    def fail(self, code: str, message: str, node: exp.Expr | None = None, **more: Any) -> DefinitionError:
        """An error at a node of the metric's SQL, or at its definition where the node has no place."""
        span = place(node, self.metric.sql) or self.metric.span("ref")
        return DefinitionError(Problem(code, message, span, **more))

    def warn(self, code: str, message: str, node: exp.Expr | None = None, **more: Any) -> None:
        """Note a warning once."""
        span = place(node, self.metric.sql) or self.metric.span("ref")
        problem = Problem(code, message, span, severity="warning", **more)
        if problem not in self.warnings:
            self.warnings.append(problem)


Memo = dict[tuple[str, str], tuple[exp.Query, Context]]
"""Trees that the intervals of a metric share, by the metric's key and the entity, each with what was learnt of it."""


def domain_key(context: Context, table: str) -> Key | None:
    """The metric's key as a source declares it; None where the table is no source or lacks the key."""
    source = context.project.sources.get(table)
    return source.key_of(context.key) if source else None
