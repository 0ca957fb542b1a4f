"""What the tables of one run can share: parts of the rows that are computed once, for all variants that add them up.

Nothing of this is part of a model, whose query is whole by itself. Here a variant gets another query of the same rows,
over tables that live for as long as the run needs them. The variants of one entity share a table, and the tables of
several entities are made from one of the metric's own key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from gnomon.compile.forms import Form, Parts, form_of
from gnomon.model import Project, Variant
from gnomon.plan import incremental_frame
from gnomon.plan.carried import NotCarried
from gnomon.plan.frame import Frame, window_start
from gnomon.plan.parts import PARTS
from gnomon.plan.spans import length
from gnomon.rewrite import Memo
from gnomon.rewrite.dates import date_literal
from gnomon.time import Grain, TimeAggregation, Windowed

WORTH = 2
"""How many times the days that a variant reads by itself it may read with others."""

Days = tuple[date, date]
"""Days `[first, after)`."""


QueryOver = Callable[[Form, str, Variant, Frame], exp.Query]
"""A variant's query over a shared table, by the table's name; raises NotCarried."""


@dataclass(frozen=True, slots=True)
class Work:
    """One table's part of a run: the days `asked` for, and the sample dates that are `written`."""

    variant: Variant
    asked: Days
    written: Days

    def read(self, project: Project) -> Days:
        """The days whose rows the sample dates are made of."""
        interval, (low, high) = self.variant.interval, self.written
        return window_start(low, interval, project.calendar) if isinstance(interval, Windowed) else low, high


@dataclass(frozen=True, slots=True)
class Use:
    """A model's query over shared `tables`, with the same placeholders. Each table comes after the one it reads."""

    query: exp.Query
    tables: tuple[str, ...]


@dataclass(slots=True)
class Group:
    """Works that can share one table, by their places: the days that each of them reads, and its own form.

    Their forms have the same table. They differ in what is made of it where they are of several metrics: a sum, and a
    hundred times that sum.
    """

    forms: dict[int, Form] = field(default_factory=dict)
    reads: dict[int, Days] = field(default_factory=dict)

    @property
    def form(self) -> Form:
        """The form that the table is made by."""
        return next(iter(self.forms.values()))

    def add(self, place: int, form: Form, days: Days) -> None:
        self.forms[place], self.reads[place] = form, days

    def near(self) -> Group:
        """The group without the works that read far fewer days by themselves."""
        most = max(until - first for first, until in self.reads.values())
        kept = {place: days for place, days in self.reads.items() if WORTH * (days[1] - days[0]) >= most}
        return Group({place: self.forms[place] for place in kept}, kept)


@dataclass(slots=True)
class Sharing:
    """The queries of the `tables` that some works share, by name, and how works `use` them, by their place."""

    project: Project
    works: Sequence[Work]
    calendar: str
    tables: dict[str, exp.Query] = field(default_factory=dict)
    uses: dict[int, Use] = field(default_factory=dict)

    def share(self, groups: list[Group]) -> None:
        """Add what works share whose tables can all be made from one: that one too, where there are several."""
        source, first = None, groups[0].form
        if len(groups) > 1 and isinstance(first, Parts):
            source = self.free_name()
            self.tables[source] = first.source(self.days(read for each in groups for read in each.reads.values()))
        for group in groups:
            if source is None or not isinstance(group.form, Parts):
                self.share_one(group)
            elif group.form.below is None or len(group.reads) == 1:
                self.use(group, (source,), over_source)
            else:
                table = self.free_name()
                self.tables[table] = group.form.table_over(source, self.days(group.reads.values()))
                self.use(group, (source, table), over_table)

    def share_one(self, group: Group) -> None:
        """Add one table, where there are several works to use it."""
        table = self.free_name()
        self.use(group, (table,), over_table)
        places = [place for place in group.reads if place in self.uses]
        if len(places) < 2:
            self.uses = {place: use for place, use in self.uses.items() if place not in places}
            return
        lengths = {length(self.works[place].variant.interval) for place in places}
        sizes = sorted(size for size in lengths if size is not None)
        self.tables[table] = group.form.table(self.days(group.reads[place] for place in places), sizes)

    def use(self, group: Group, tables: tuple[str, ...], query: QueryOver) -> None:
        """Add the uses of some tables, the last of which is read, where a variant's plan allows it."""
        for place, form in group.forms.items():
            variant = self.works[place].variant
            with suppress(NotCarried):
                frame = incremental_frame(self.project, variant, self.calendar)
                self.uses[place] = Use(query(form, tables[-1], variant, frame), tables)

    def days(self, reads: Iterable[Days]) -> Frame:
        """All days that some works read, each by itself."""
        firsts, ends = zip(*reads, strict=True)
        return daily(self.project, min(firsts), max(ends))

    def free_name(self) -> str:
        return f"{PARTS}_{len(self.tables) + 1}"


def shared(project: Project, works: Sequence[Work], calendar: str) -> Sharing:
    """What some works of one run share. `calendar` is the name of the table of days."""
    memo: Memo = {}
    known: dict[int, Form | None] = {}
    families: dict[tuple[str, Days], dict[str, Group]] = defaultdict(dict)
    for place, work in enumerate(works):
        form = form_of(project, work.variant, daily(project, *work.written), memo, known)
        if form is not None and work.written[0] < work.written[1]:
            family = families[form.source_key if isinstance(form, Parts) else form.key, work.asked]
            family.setdefault(form.key, Group()).add(place, form, work.read(project))
    found = Sharing(project, works, calendar)
    for family in families.values():
        found.share([group.near() for group in family.values()])
    return found


def over_table(form: Form, table: str, variant: Variant, frame: Frame) -> exp.Query:
    return form.use(table, variant, frame)


def over_source(form: Form, source: str, variant: Variant, frame: Frame) -> exp.Query:
    assert isinstance(form, Parts)
    return form.use_over(source, variant, frame)


def daily(project: Project, first: date, after: date) -> Frame:
    """Days in literals, each by itself."""
    low, high = date_literal(first), date_literal(after)
    return Frame(TimeAggregation(Grain.DAY), project.calendar, project.dialect, project.dialect, (low,), (high,))
