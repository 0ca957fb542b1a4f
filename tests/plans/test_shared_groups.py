"""Which works of a run are put together, and over which days their table is made; no engine is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlglot import exp, select

from gnomon.compile.forms import Entries, Parts, form_of, keyed
from gnomon.compile.shared import Days, Group, Sharing, Work, daily, shared
from gnomon.expand import expand
from gnomon.model import Project
from gnomon.time import Grain, Rolling, TimeAggregation, ToDate
from oracle.clock import DAY
from plans.test_shared_forms import ALL, ENTRIES, FEW, INTERVALS, PARTS, loaded, works_of
from property.runs import CALENDAR

TOTAL = {"total": PARTS["some_rows"]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Counts and distinct counts of artifacts and of their owners, each in five intervals."""
    metrics = {**TOTAL, "again": PARTS["some_rows"], "actors": ENTRIES["actors"]}
    return loaded(tmp_path_factory.mktemp("groups"), metrics, **INTERVALS)


def names(found: Sharing) -> set[str]:
    return {found.works[place].variant.name.removeprefix("metrics.") for place in found.uses}


def works(project: Project, words: str, days: Days = ALL) -> list[Work]:
    """The works of the variants that some words name, all of them in each."""
    return [work for work in works_of(project, days) if all(word in work.variant.name for word in words.split())]


def days_read(query: exp.Query) -> set[str]:
    """The dates in the text of a table's query."""
    return {node.this.name for node in query.find_all(exp.Cast) if node.is_type("date") and node.this.is_string}


def test_a_work_that_reads_far_fewer_days_by_itself_goes_alone(project: Project) -> None:
    first = date(2024, 1, 1)
    reads = {size: (first, first + size * DAY) for size in (20, 10, 9)}
    forms: Any = dict.fromkeys(reads)
    assert Group(forms, reads).near().reads == {size: reads[size] for size in (20, 10)}
    assert names(shared(project, works(project, "total artifact", FEW), CALENDAR)) == {
        "total_to_artifact_monthly", "total_to_artifact_over_30_day_window", "total_to_artifact_month_to_date",
    }  # fmt: skip


def test_a_work_alone_makes_no_table(project: Project) -> None:
    for words in ("total artifact daily", "actors artifact over_2_day"):
        found = shared(project, works(project, words), CALENDAR)
        assert (found.tables, found.uses) == ({}, {})


def test_other_days_are_another_family(project: Project) -> None:
    apart = [*works(project, "total artifact daily"), *works(project, "total artifact monthly", FEW)]
    assert shared(project, apart, CALENDAR).uses == {}


def test_a_work_that_writes_nothing_takes_no_part(project: Project) -> None:
    days = date(2024, 3, 1), ALL[1]
    one, other = works(project, "total artifact daily", days), works(project, "total artifact over_30", days)
    assert len(shared(project, [*one, *other], CALENDAR).uses) == 2
    empty = [replace(work, written=(days[0], days[0])) for work in other]
    assert shared(project, [*one, *empty], CALENDAR).uses == {}


def test_equal_queries_share_one_table(project: Project) -> None:
    both = [*works(project, "total artifact daily"), *works(project, "again artifact daily")]
    found = shared(project, both, CALENDAR)
    assert (len(found.tables), len(found.uses)) == (1, 2)


def test_a_table_holds_all_days_that_some_work_reads(project: Project) -> None:
    found = shared(project, works(project, "total artifact window"), CALENDAR)
    [table] = found.tables.values()
    assert days_read(table) == {"2024-01-01", "2024-04-03"}, "30 days up to 30 January"
    buckets = [*works(project, "total artifact daily"), *works(project, "total artifact monthly")]
    [table] = shared(project, buckets, CALENDAR).tables.values()
    assert max(days_read(table)) == "2024-04-03", "the last month ends on 1 April"
    sizes = shared(project, works(project, "actors artifact window"), CALENDAR)
    [entries] = sizes.tables.values()
    assert {"e1_2", "e1_30", "l1_2", "l1_30"} < set(entries.named_selects)


def test_the_table_of_an_entity_is_made_from_that_of_the_key(project: Project) -> None:
    found = shared(project, works(project, "total"), CALENDAR)
    assert list(found.tables) == ["gnomon_parts_1", "gnomon_parts_2"]
    assert {use.tables for use in found.uses.values()} == {("gnomon_parts_1",), ("gnomon_parts_1", "gnomon_parts_2")}
    unlike = [*works(project, "total artifact daily", FEW), *works(project, "total owner over_30", FEW)]
    source, *_ = shared(project, unlike, CALENDAR).tables.values()
    assert days_read(source) == {"2024-01-30", "2024-03-31"}, "what the owners' windows read"
    one = shared(project, [*works(project, "total artifact"), *works(project, "total owner daily")], CALENDAR)
    assert list(one.tables) == ["gnomon_parts_1"]
    assert len(one.uses) == 6


def test_a_window_reads_from_the_beginning_of_its_first_sample_date(project: Project) -> None:
    variant, written = expand(project)[0], (date(2024, 3, 15), date(2024, 4, 1))
    reads = {}
    for interval in (Rolling(30), ToDate(Grain.MONTH), TimeAggregation(Grain.MONTH)):
        reads[interval.suffix] = Work(replace(variant, interval=interval), ALL, written).read(project)
    assert reads == {
        "over_30_day_window": (date(2024, 2, 15), date(2024, 4, 1)),
        "month_to_date": (date(2024, 3, 1), date(2024, 4, 1)),
        "monthly": (date(2024, 3, 15), date(2024, 4, 1)),
    }


def test_tables_through_other_bridges_are_others(project: Project) -> None:
    variant = next(each for each in expand(project) if each.name.endswith("total_to_owner_daily"))
    form = form_of(project, variant, daily(project, *ALL), {}, {})
    assert isinstance(form, Parts) and form.below is not None
    bridges = dict.fromkeys(form.context.bridges, select("1 AS one"))
    other = replace(form, context=replace(form.context, bridges=bridges))
    assert other.key != form.key
    assert other.source_key == form.source_key == keyed(form.below.inner, replace(form.context, bridges={}))


def test_entries_serve_windows_of_days_alone(project: Project) -> None:
    found = {}
    known: dict[int, Any] = {}
    for variant in expand(project):
        if variant.metric.name == "actors" and variant.entity == "artifact":
            found[variant.suffix] = form_of(project, variant, daily(project, *ALL), {}, known)
    kinds = {suffix for suffix, form in found.items() if isinstance(form, Entries)}
    assert kinds == {"over_2_day_window", "over_30_day_window"}
    variant = next(each for each in expand(project) if each.name.endswith("actors_to_artifact_over_2_day_window"))
    by_month = replace(variant, interval=Rolling(1, Grain.MONTH))
    assert form_of(project, by_month, daily(project, *ALL), {}, {}) is None
