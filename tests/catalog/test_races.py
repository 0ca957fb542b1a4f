"""Writers in several processes: nothing that was acknowledged is lost, and no writer finds another's work half-done."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from gnomon.catalog import tables
from gnomon.catalog.accounts import Account, Accounts
from gnomon.catalog.database import opened, writing
from gnomon.catalog.deploy import deploy
from gnomon.catalog.differences import differences, level_of
from gnomon.catalog.labels import get_tags, put_tags
from gnomon.catalog.migrate import migrate
from gnomon.catalog.nodes import apply, planned
from gnomon.catalog.store import Store
from gnomon.catalog.tags import edit_tag, make_tag
from gnomon.catalog.values import Column, Definition, Node, Revision, Tag
from gnomon.catalog.versions import FIRST
from gnomon.errors import GnomonError, RunError

WRITERS, THREADS, TURNS = 4, 2, 4
WAIT = 60.0
START: Barrier
"""Where the writers of all processes wait for each other; each process is told of it when it begins."""

Work = Callable[[Store, int], list[Any]]


def at_start(barrier: Barrier) -> None:
    """Let a process know where it meets the others."""
    global START
    START = barrier


def begun(work: Work, address: str, writer: int) -> list[Any]:
    """Do a writer's work in a process of its own, when all are ready."""
    with opened(address, WAIT) as engine:
        store = Store(engine)
        START.wait(WAIT)
        return work(store, writer)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """As many processes as there are writers. Each waits for the others before it works."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["catalog.test_races"])
    barrier = context.Barrier(WRITERS)
    with ProcessPoolExecutor(WRITERS, context, at_start, (barrier,)) as pool:
        yield pool


@pytest.fixture
def together(processes: ProcessPoolExecutor, address: str) -> Callable[[Work], list[list[Any]]]:
    """Work that all writers do at once on one catalog; what each answered."""

    def done(work: Work) -> list[list[Any]]:
        begun_ones = [processes.submit(begun, work, address, writer) for writer in range(WRITERS)]
        return [each.result(timeout=120) for each in begun_ones]

    return done


def told(call: Callable[[], Any]) -> str:
    """How a call ends: `done`, or the code of what it was told."""
    try:
        call()
    except GnomonError as error:
        return error.problems[0].code
    return "done"


def are_gapless(revisions: tuple[Revision, ...]) -> bool:
    """Whether each revision's version follows from the one before and from what differs."""
    steps = (
        after.version == before.version.after(level_of(differences(before.definition, after.definition)))
        for before, after in pairwise(revisions)
    )
    return revisions[0].version == FIRST and all(steps)


def adding(store: Store, writer: int) -> list[str]:
    """Add columns to one node, from several threads."""

    def added(name: str) -> str:
        def change(node: Node) -> Definition:
            definition = node.revision.definition
            return replace(definition, columns=(*definition.columns, Column(name)))

        store.edit("shop.a", change, by=name)
        return name

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(added, (f"c{writer}_{turn}" for turn in range(THREADS * TURNS))))


def test_edits_of_one_node_are_all_kept(store: Store, together: Callable[[Work], list[list[Any]]]) -> None:
    store.put({"shop.a": Definition("source")})
    acknowledged = {name for names in together(adding) for name in names}
    revisions = store.revisions("shop.a")
    assert {column.name for column in revisions[-1].definition.columns} == acknowledged
    assert len(revisions) == len(acknowledged) + 1 == WRITERS * THREADS * TURNS + 1
    assert [str(r.version) for r in revisions] == [f"v1.{n}.0" for n in range(len(revisions))]
    assert are_gapless(revisions)
    assert [event.by for event in store.history("shop.a")] == [revision.by for revision in revisions]


def saying(store: Store, writer: int) -> list[str]:
    """Read a node, and say something else about it when all have read it."""
    outcomes = []
    for turn in range(2 * TURNS):
        node = store.get("shop.a")
        wanted = replace(node.revision.definition, description=f"{turn} by {writer}")
        START.wait(WAIT)
        outcomes.append(told(partial(store.put, {"shop.a": wanted}, by=str(writer), seen={"shop.a": node})))
        START.wait(WAIT)
    return outcomes


def test_of_writers_that_saw_the_same_one_is_acknowledged(
    store: Store, together: Callable[[Work], list[list[Any]]]
) -> None:
    store.put({"shop.a": Definition("source")})
    outcomes = together(saying)
    turns = list(zip(*outcomes, strict=True))
    assert all(sorted(turn) == ["catalog_changed"] * (WRITERS - 1) + ["done"] for turn in turns)
    first, *revisions = store.revisions("shop.a")
    assert [r.definition.description for r in revisions] == [
        f"{turn} by {told.index('done')}" for turn, told in enumerate(turns)
    ]
    assert are_gapless((first, *revisions))


def making(store: Store, writer: int) -> list[str]:
    """Make nodes that there are not yet."""
    wanted = Definition("source", description=str(writer))
    names = (f"n{turn}.a" for turn in range(2 * TURNS))
    return [told(partial(store.put, {name: wanted}, by=str(writer), seen={name: None})) for name in names]


def test_a_node_is_made_once(store: Store, together: Callable[[Work], list[list[Any]]]) -> None:
    outcomes = together(making)
    for turn, said in enumerate(zip(*outcomes, strict=True)):
        assert sorted(said) == ["catalog_changed"] * (WRITERS - 1) + ["done"]
        (revision,) = store.revisions(f"n{turn}.a")
        assert revision.by == str(said.index("done"))


def deploying(store: Store, writer: int) -> list[str]:
    """Write to several namespaces in another order than the next writer, and deploy over what it does."""
    said = []
    for turn in range(TURNS):
        text = f"{turn} by {writer}"
        definition = Definition("source", description=text, tags=("t",))
        names = [f"{root}.n{n}" for root in ("shop", "bank", "post") for n in range(3)]
        store.put(dict.fromkeys(names if writer % 2 else names[::-1], definition), by=text)
        put_tags(store.engine, [Tag("t", description=text), Tag(f"t{writer}")])
        root = ("shop", "bank")[writer % 2]
        deploy(store, root, {f"{root}.n0": definition}, [Tag("t", description=text), Tag(f"t{turn}")], by=text)
        said.append(text)
    return said


def test_writers_in_any_order_of_namespaces_wait_and_lose_nothing(
    store: Store, together: Callable[[Work], list[list[Any]]]
) -> None:
    put_tags(store.engine, [Tag("t")])
    acknowledged = {text for texts in together(deploying) for text in texts}
    assert {tag.name for tag in get_tags(store.engine)} == {"t", *(f"t{n}" for n in range(max(WRITERS, TURNS)))}
    for name in (f"{root}.n{n}" for root in ("shop", "bank", "post") for n in range(3)):
        revisions = store.revisions(name)
        assert {revision.by for revision in revisions} == acknowledged
        assert are_gapless(revisions)


def noted(note: str, tag: Tag) -> Tag:
    """A tag with one more note."""
    return replace(tag, metadata={**(tag.metadata or {}), note: 1})


def tagging(store: Store, writer: int) -> list[bool]:
    """Make tags and accounts that others make too, and say more about a tag."""
    accounts = Accounts(store.engine)
    made = []
    for turn in range(TURNS):
        START.wait(WAIT)
        made.append(make_tag(store.engine, Tag(f"t{turn}", str(writer))))
        made.append(accounts.make(Account(f"a{turn}"), str(writer)))
        edit_tag(store.engine, "t0", partial(noted, f"{turn} {writer}"))
    return made


def test_tags_and_accounts_are_made_once_and_edits_of_a_tag_are_kept(
    store: Store, together: Callable[[Work], list[list[Any]]]
) -> None:
    outcomes = together(tagging)
    assert [sum(made) for made in zip(*outcomes, strict=True)] == [1] * 2 * TURNS
    winners = [made.index(True) for made in zip(*outcomes, strict=True)]
    tags = {tag.name: tag for tag in get_tags(store.engine)}
    assert [tags[f"t{turn}"].tag_type for turn in range(TURNS)] == list(map(str, winners[::2]))
    accounts = Accounts(store.engine)
    assert all(accounts.by_password(f"a{turn}", str(winner)) for turn, winner in enumerate(winners[1::2]))
    assert set(tags["t0"].metadata or {}) == {f"{turn} {each}" for turn in range(TURNS) for each in range(WRITERS)}
    with pytest.raises(GnomonError, match="unknown_tag_name"):
        edit_tag(store.engine, "nowhere", lambda tag: tag)


def circling(store: Store, writer: int) -> list[str]:
    """Let a node in one's own namespace read that of the next writer."""
    outcomes = []
    for turn in range(4 * TURNS):
        own, next_one = (f"n{number % WRITERS}.turn{turn}" for number in (writer, writer + 1))
        START.wait(WAIT)
        outcomes.append(told(partial(store.put, {own: Definition("transform", parents=(next_one,))})))
    return outcomes


def test_no_two_writers_close_a_circle_that_neither_sees(
    store: Store, together: Callable[[Work], list[list[Any]]]
) -> None:
    for said in zip(*together(circling), strict=True):
        assert sorted(said) == ["done"] * (WRITERS - 1) + ["node_cycle"]


def test_numbers_of_the_history_grow_as_writers_end(postgres_address: str) -> None:
    """Whoever has read up to the last number has read all: a lower one never comes after it."""
    with opened(postgres_address) as engine, opened(postgres_address, wait=0.2) as impatient:
        migrate(engine)
        store, other, wanted = Store(engine), Store(impatient), {"shop.a": Definition("source")}
        with writing(engine, "shop") as connection:
            apply(connection, planned(connection, wanted), wanted, store.clock(), None)
            with pytest.raises(RunError, match="catalog_busy"):
                other.put({"bank.a": Definition("source")})
        other.put({"bank.a": Definition("source")})
        numbers = select(tables.events.c.node).order_by(tables.events.c.id)
        with engine.connect() as connection:
            assert list(connection.execute(numbers).scalars()) == ["shop.a", "bank.a"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_writer_that_takes_no_locks_writes_nothing(postgres_address: str, is_there: bool) -> None:
    """What another program writes beside us is found by the version that a plan began from, and by unique names."""
    with opened(postgres_address) as engine:
        migrate(engine)
        store = Store(engine)
        if is_there:
            store.put({"shop.a": Definition("source")})
        wanted = {"shop.a": Definition("source", description="by one", columns=(Column("c"),))}
        other = {"shop.a": Definition("source", description="by other")}
        with pytest.raises(GnomonError) as refused, writing(engine) as one:
            changes = planned(one, wanted)
            store.put(other)
            apply(one, changes, wanted, store.clock(), None)
        assert refused.value.problems[0].code == "catalog_changed"
        assert store.get("shop.a").revision.definition == other["shop.a"]
        assert len(store.revisions("shop.a")) == len(store.history("shop.a")) == 1 + is_there


def test_a_node_that_left_meanwhile_is_not_brought_back(engine: Engine) -> None:
    migrate(engine)
    store = Store(engine)
    store.put({"shop.a": Definition("source")})
    before = store.get("shop.a")
    store.deactivate(["shop.a"])
    wanted = {"shop.a": replace(before.revision.definition, description="other words")}
    assert told(lambda: store.put(wanted, seen={"shop.a": before})) == "catalog_changed"
    assert told(lambda: store.put(wanted, seen={"shop.b": before})) == "catalog_changed"
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.revisions)) == 1


def test_what_differs_from_what_was_shown_is_not_written(store: Store) -> None:
    wanted, tags = {"shop.a": Definition("source", tags=("t",))}, [Tag("t")]
    shown = deploy(store, "shop", wanted, tags, dry_run=True)
    store.put({"shop.b": Definition("source")})
    assert told(lambda: deploy(store, "shop", wanted, tags, shown=shown)) == "catalog_changed"
    assert [node.name for node in store.list()] == ["shop.b"] and get_tags(store.engine) == ()
    deploy(store, "shop", wanted, tags, shown=deploy(store, "shop", wanted, tags, dry_run=True))
    assert [node.name for node in store.list()] == ["shop.a"]
    changes = store.push("shop", {}, dry_run=True)
    store.put({"shop.a": Definition("source")})
    assert told(lambda: store.push("shop", {}, shown=changes)) == "catalog_changed"
    store.push("shop", {}, shown=store.push("shop", {}, dry_run=True))
    assert store.list() == ()
