"""The two forms in which variants of one entity share a table: parts that merge, and what enters and leaves windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from gnomon.compile.sql import cast_amount, name_metric, prepend
from gnomon.errors import DefinitionError
from gnomon.model import Project, Variant
from gnomon.plan import plan_query
from gnomon.plan.carried import NotCarried
from gnomon.plan.entries import entries
from gnomon.plan.frame import Frame
from gnomon.plan.parts import PARTS, Parted, joins, over_parts, parted
from gnomon.plan.spans import length
from gnomon.rewrite import Context, Memo, rewrite
from gnomon.rewrite.contract import AMOUNT
from gnomon.time import Cron, Grain, Rolling, TimeAggregation, Windowed, own_grain

HOME = ("temp", "main")
"""Where shared tables are: with the connection, and gone with it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of aggregates that merge. `below` are those of the metric's own key, where a bridge leads from there.

    Forms of one `key` have the same table, and those of one `source_key` can be made from one table.
    """

    context: Context
    own: Parted
    below: Parted | None

    @property
    def key(self) -> str:
        return keyed(self.own.inner, self.context)

    @property
    def source_key(self) -> str:
        return self.key if self.below is None else keyed(self.below.inner, without_bridges(self.context))

    def table(self, days: Frame, sizes: Sequence[int]) -> exp.Query:
        """The table's query, over the days of a frame."""
        return made(self.own.inner, days, self.context)

    def source(self, days: Frame) -> exp.Query:
        """The query of the table that others are made from."""
        inner = self.own.inner if self.below is None else self.below.inner
        return made(inner, days, self.context if self.below is None else without_bridges(self.context))

    def table_over(self, source: str, days: Frame) -> exp.Query:
        """The table's query over that of the metric's own key."""
        assert self.below is not None
        context = over_parts(self.context)
        return reading(made(parted(self.below.outer, context).inner, days, context), source)

    def use(self, table: str, variant: Variant, frame: Frame) -> exp.Query:
        """A variant's query over the table. Raises NotCarried."""
        context = without_bridges(over_parts(self.context.at(variant)))
        return reading(finished(self.own.outer, frame, context), table)

    def use_over(self, source: str, variant: Variant, frame: Frame) -> exp.Query:
        """A variant's query over the table of the metric's own key. Raises NotCarried."""
        split = self.own if self.below is None else self.below
        return reading(finished(split.outer, frame, over_parts(self.context.at(variant))), source)


@dataclass(frozen=True, slots=True)
class Entries:
    """Distinct counts over windows of days: what enters and leaves windows of several sizes."""

    context: Context
    query: exp.Query

    @property
    def key(self) -> str:
        return f"entries {keyed(self.query, self.context)}"

    def table(self, days: Frame, sizes: Sequence[int]) -> exp.Query:
        """The table's query, over the days of a frame and for windows of some sizes."""
        return with_stages(entries(self.query, self.context, days, sizes), self.context.bridges)

    def use(self, table: str, variant: Variant, frame: Frame) -> exp.Query:
        """A variant's query over the table. Raises NotCarried."""
        context = without_bridges(self.context.at(variant))
        return finished(self.query, replace(frame, entries=".".join((*HOME, table))), context)


Form = Parts | Entries


def can_share(variant: Variant) -> bool:
    """Whether a variant is of a kind that may share: of the calendar's days, of rows alone, and no stock."""
    metric, interval = variant.metric, variant.interval
    by_days = isinstance(interval, TimeAggregation) and interval.grain is not Grain.HOUR
    by_days |= isinstance(interval, Windowed) and interval.cron is not Cron.HOURLY and own_grain(interval) is None
    return by_days and metric.fill == "none" and metric.additivity is None


def form_of(project: Project, variant: Variant, days: Frame, memo: Memo, known: dict[int, Form | None]) -> Form | None:
    """How a variant can share; None where it cannot. `known` holds the forms of the trees in `memo`."""
    interval = variant.interval
    if not can_share(variant):
        return None
    try:
        query, context = rewrite(project, variant, project.dialect, memo=memo)
    except DefinitionError:  # its model was made in another way
        return None
    if all(query is not tree for tree, _ in memo.values()):  # the tree is this interval's alone
        return form(query, context, days)
    if id(query) not in known:
        known[id(query)] = form(query, context, days)
    found = known[id(query)]
    is_sized = isinstance(interval, Rolling) and length(interval) is not None
    return found if is_sized or isinstance(found, Parts) else None


def form(query: exp.Query, context: Context, days: Frame) -> Form | None:
    if context.peers:
        return None
    try:
        return Parts(context, parted(query, context), below_bridge(query, context))
    except (NotCarried, DefinitionError):
        pass
    try:
        entries(query, context, days, (1,))
    except (NotCarried, DefinitionError):
        return None
    return Entries(context, query)


def below_bridge(query: exp.Query, context: Context) -> Parted | None:
    """The split of a query below the bridge that binds its first scan; None where there is none, or no such split."""
    name = next((join.this.alias_or_name for join in joins(query) if join.this.name in context.bridges), None)
    if name is None:
        return None
    try:
        found = parted(query, context, name)
        parted(found.outer, over_parts(context))  # what `table_over` makes
    except NotCarried:
        return None
    return found


def keyed(query: exp.Query, context: Context) -> str:
    """The text by which equal tables are known: what is read, and through which bridges."""
    return "\n".join([query.sql(context.dialect), *(stage.sql(context.dialect) for stage in context.bridges.values())])


def without_bridges(context: Context) -> Context:
    return replace(context, bridges={})


def made(inner: exp.Query, days: Frame, context: Context) -> exp.Query:
    """A query of parts, without macros."""
    daily = context.at(replace(context.variant, interval=days.interval))
    return with_stages(plan_query(inner, daily, days).query, context.bridges)


def finished(query: exp.Query, frame: Frame, context: Context) -> exp.Query:
    """A variant's statement, as gnomon.compile.sql finishes it. Raises NotCarried."""
    planned = plan_query(query, context, frame)
    statement = planned.query
    if planned.name not in ("buckets", "windows"):
        raise NotCarried(planned.reason)
    cast_amount(statement, statement.named_selects.index(AMOUNT))
    statement = with_stages(statement, {**planned.stages, **context.bridges})
    name_metric(statement, context.variant)
    return statement


def with_stages(query: exp.Query, stages: Mapping[str, exp.Query]) -> exp.Query:
    for name, stage in reversed([*stages.items()]):
        prepend(query, name, stage.copy())
    return query


def reading(query: exp.Query, table: str) -> exp.Query:
    """Read a shared table in the place of PARTS."""
    for node in query.find_all(exp.Table):
        if node.name == PARTS and not node.db:
            node.replace(exp.alias_(table_of(table), PARTS, table=True))
    return query


def table_of(name: str) -> exp.Table:
    """A shared table by its name."""
    catalog, schema = HOME
    return exp.table_(name, db=schema, catalog=catalog)
