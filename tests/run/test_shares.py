"""Shared tables step by step: which models are expected, what is made for them, and when it is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlglot import exp, select

import gnomon.run.sharing as sharing
from gnomon.compile.shared import Days, Sharing, Use, Work
from gnomon.run.sharing import Insert, Shares, is_alone
from gnomon.time import ALL_TIME, Grain, TimeAggregation

from .sessions import series, session_of, snapshot, stamp

PLAIN = select("plain")
ASKED = date(2024, 1, 10), date(2024, 1, 12)
BATCH = stamp("2024-01-10"), stamp("2024-01-12")


@dataclass
class Adapter:
    """DuckDB's only connection, which notes what tables are made and dropped in it."""

    said: list[str] = field(default_factory=list)
    dialect: str = "duckdb"
    _multithreaded: bool = False

    def execute(self, statement: exp.Expr) -> None:
        found = statement.find(exp.Table)
        self.said.append(f"{type(statement).__name__.lower()} {found.name if found else ''}")


@dataclass
class Evaluation:
    """Shares of the series a, b and c; two tables, the second made from the first: a and b use both, c the first."""

    shares: Shares
    adapter: Adapter
    works: list[Work] = field(default_factory=list)

    def expect(self, *names: str) -> None:
        self.shares.expect({snapshot(name): [BATCH] for name in names})

    @contextmanager
    def written(self, name: str, written: Days = ASKED, asked: Days = ASKED) -> Iterator[str]:
        """What a model is built by: the name of its query over shared tables, or `plain`."""
        model = SimpleNamespace(fqn=name)
        insert = Insert(model, asked, written, self.adapter, {}, lambda _snapshot, days: days)
        with self.shares.query(PLAIN, insert) as query:
            yield query.named_selects[0]


@pytest.fixture
def evaluation(monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    specs = [series(name, key=name) for name in "abc"]
    hourly, total = series("hours", TimeAggregation(Grain.HOUR)), series("total", ALL_TIME)
    view = replace(series("view"), kind="view")
    session, _ = session_of()
    context = SimpleNamespace(get_model=lambda name: SimpleNamespace(data_hash="1"))
    shares = Shares(context, session.project, {each.name: each for each in (*specs, hourly, total, view)})
    made = Evaluation(shares, Adapter())

    def found(project: Any, works: list[Work], calendar: str) -> Sharing:
        made.works = works
        tables = {"one": select("1 AS a"), "two": select("1 AS b")}
        names = [work.variant.metric.key for work in works]
        uses = {
            n: Use(select(f"{name}_shares"), ("one",) if name == "c" else ("one", "two"))
            for n, name in enumerate(names)
        }
        return Sharing(project, works, calendar, tables, uses)

    monkeypatch.setattr(sharing, "shared", found)
    monkeypatch.setattr(Insert, "rendered", lambda self, query, project: query)
    monkeypatch.setattr(Shares, "is_loaded", lambda self, snapshot: snapshot.version == "1")
    return made


def test_tables_live_from_their_first_use_to_their_last(evaluation: Evaluation) -> None:
    evaluation.expect("a", "b", "c")
    said = evaluation.adapter.said
    assert said == []
    with evaluation.written("a") as query:
        assert query == "a_shares" and said == ["create one", "create two"]
    with evaluation.written("b") as query:
        assert query == "b_shares"
    assert said == ["create one", "create two", "drop two"]
    with evaluation.written("c"):
        assert said[3:] == []
    assert said == ["create one", "create two", "drop two", "drop one"]


def test_a_model_that_fails_does_not_keep_its_tables(evaluation: Evaluation) -> None:
    evaluation.expect("a")
    with pytest.raises(KeyboardInterrupt), evaluation.written("a"):
        raise KeyboardInterrupt
    assert evaluation.adapter.said == ["create one", "create two", "drop one", "drop two"]


def test_the_next_evaluation_begins_with_nothing(evaluation: Evaluation) -> None:
    evaluation.expect("a", "b")
    with evaluation.written("a"):
        pass
    evaluation.expect("c")
    assert evaluation.adapter.said[-2:] == ["drop one", "drop two"]
    with evaluation.written("b") as query:
        assert query == "plain"
    with evaluation.written("c") as query:
        assert query == "c_shares"
    assert [work.variant.metric.key for work in evaluation.works] == ["c"]


def test_only_series_that_may_share_are_expected(evaluation: Evaluation) -> None:
    evaluation.expect("a", "hours", "total", "view", "stranger")
    assert list(evaluation.shares.expected) == [("a", ASKED)]


def test_each_batch_is_a_work_of_its_own(evaluation: Evaluation) -> None:
    later = stamp("2024-01-12"), stamp("2024-01-15")
    evaluation.shares.expect({snapshot("a"): [BATCH, later]})
    with evaluation.written("a") as query:
        assert query == "a_shares"
    assert [(work.asked, work.written) for work in evaluation.works] == [
        (ASKED, ASKED), ((date(2024, 1, 12), date(2024, 1, 15)),) * 2,
    ]  # fmt: skip
    days = date(2024, 1, 12), date(2024, 1, 15)
    assert list(evaluation.shares.waiting) == [("a", days)]
    with evaluation.written("a", days, days):
        assert evaluation.shares.live
    assert not evaluation.shares.waiting and not evaluation.shares.live


@pytest.mark.parametrize(
    ("written", "is_shared"),
    [
        ((date(2024, 1, 10), date(2024, 1, 12)), True),
        ((date(2024, 1, 11), date(2024, 1, 12)), True),
        ((date(2024, 1, 9), date(2024, 1, 12)), False),
        ((date(2024, 1, 10), date(2024, 1, 13)), False),
    ],
)
def test_no_more_is_written_than_the_shared_tables_were_made_for(
    written: Days, is_shared: bool, evaluation: Evaluation
) -> None:
    evaluation.expect("a", "b")
    with evaluation.written("a", written) as query:
        assert (query != "plain") is is_shared


def test_other_days_than_those_expected_are_not_shared(evaluation: Evaluation) -> None:
    evaluation.expect("a", "b")
    with evaluation.written("a", asked=(date(2024, 1, 10), date(2024, 1, 11))) as query:
        assert query == "plain"
    assert evaluation.shares.sharing is None


def test_a_snapshot_of_another_definition_takes_no_part(evaluation: Evaluation) -> None:
    old = snapshot("a", version="0")
    evaluation.shares.expect({old: [BATCH], snapshot("b"): [BATCH]})
    with evaluation.written("a") as query:
        assert query == "plain"
    with evaluation.written("b") as query:
        assert query == "b_shares"
    assert len(evaluation.works) == 1


@pytest.mark.parametrize(("most", "made"), [(1, []), (2, ["create one", "create two"])])
def test_there_are_never_more_tables_than_allowed(
    most: int, made: list[str], evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST", most)
    evaluation.expect("a")
    with evaluation.written("a") as query:
        assert (query != "plain") is bool(made)
        assert evaluation.adapter.said[: len(made)] == made
        assert len(evaluation.shares.live) <= most


@pytest.mark.parametrize(
    ("adapter", "alone"),
    [(Adapter(), True), (Adapter(dialect="postgres"), False), (Adapter(_multithreaded=True), False)],
)
def test_temporary_tables_need_one_connection(adapter: Adapter, alone: bool, evaluation: Evaluation) -> None:
    assert is_alone(adapter) is alone
    evaluation.adapter = adapter
    evaluation.expect("a", "b")
    with evaluation.written("a") as query:
        assert (query != "plain") is alone


@pytest.mark.parametrize(("model", "loaded"), [("1", True), ("2", False), (None, False)])
def test_a_definition_is_known_by_its_hash(model: str | None, loaded: bool) -> None:
    found = None if model is None else SimpleNamespace(data_hash=model)
    shares = Shares(SimpleNamespace(get_model=lambda _: found), session_of()[0].project, {})
    assert shares.is_loaded(SimpleNamespace(name="a", fingerprint=SimpleNamespace(data_hash="1"))) is loaded
