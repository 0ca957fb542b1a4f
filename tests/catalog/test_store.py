"""The store keeps what it is given: random histories equal a model in plain Python."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete

from catalog.conftest import empty_database
from gnomon.catalog import tables
from gnomon.catalog.database import connect
from gnomon.catalog.labels import get_availability, get_tags, put_availability, put_tags
from gnomon.catalog.migrate import migrate
from gnomon.catalog.store import Store
from gnomon.catalog.values import Availability, Column, CubeDetails, Definition, Link, MetricDetails, Tag
from gnomon.catalog.versions import Version
from gnomon.errors import UsageError

USD, EUR = ({"kind": "currency", "code": code} for code in ("USD", "EUR"))
UNITS = (
    None,
    USD,
    EUR,
    {"kind": "unitless"},
    {"numerator": {"kind": "count"}, "denominator": {"kind": "time", "code": "s"}},
)
NAMES = ("a.x", "a.y", "a.b.x", "b.x", "a_b.x")

words = st.sampled_from([None, "", "words", "größer 'x' -- \" %s {}"])
columns = st.builds(
    Column,
    name=st.sampled_from(["c1", "c2", "c3"]),
    type=st.sampled_from([None, "int", "text"]),
    unit=st.sampled_from(UNITS),
    unit_ext=st.sampled_from([None, {"product": [["currency", "USD", 2]], "scale": "1"}]),
    description=words,
    attributes=st.sampled_from([(), ("primary_key",)]),
    lineage=st.sampled_from([(), ("a.x.c1",)]),
)
links = st.builds(
    Link,
    dimension=st.sampled_from(["a.x", "b.x"]),
    role=st.sampled_from([None, "r"]),
    join_on=words,
    default_value=st.sampled_from([None, "x", 3, [1, 2]]),
)
metrics = st.builds(
    MetricDetails,
    direction=st.sampled_from([None, "neutral"]),
    legacy_unit=st.sampled_from([None, "bit"]),
    required_dimensions=st.sampled_from([(), ("a.x.c1",)]),
    fixed_grain=st.sampled_from([None, (), ("a.x.c1",)]),
)
definitions = st.builds(
    Definition,
    kind=st.just("metric"),
    description=words,
    query=words,
    columns=st.lists(columns, max_size=3, unique_by=lambda column: column.name).map(tuple),
    links=st.lists(links, max_size=2, unique_by=lambda link: (link.dimension, link.role)).map(tuple),
    metric=st.one_of(st.none(), metrics),
    cube=st.one_of(st.none(), st.builds(CubeDetails, filters=st.sampled_from([(), ("x > 1",)]))),
    parents=st.sampled_from([(), ("c.x", "c.y")]),
    tags=st.sampled_from([(), ("t1",), ("t2", "t1")]),
    owners=st.sampled_from([(), ("me",)]),
    custom=st.sampled_from([None, {}, {"a": [1, 2.5, None, {"b": "ü"}]}, {1: (1, 2)}]),
)
steps = st.one_of(
    st.tuples(st.just("put"), st.dictionaries(st.sampled_from(NAMES), definitions, max_size=3)),
    st.tuples(st.just("push"), st.dictionaries(st.sampled_from(NAMES[:3]), definitions, max_size=3)),
    st.tuples(st.just("deactivate"), st.lists(st.sampled_from(NAMES), unique=True, max_size=2)),
)


class Model:
    """What a catalog is, without a database: each name's definitions, oldest first, and whether it is active."""

    def __init__(self) -> None:
        self.said: dict[str, list[Definition]] = {}
        self.active: set[str] = set()

    def put(self, wanted: dict[str, Definition]) -> None:
        for name, definition in wanted.items():
            said = self.said.setdefault(name, [])
            if not said or said_same(said[-1]) != said_same(definition):
                said.append(definition)
            self.active.add(name)

    def push(self, wanted: dict[str, Definition]) -> None:
        self.active -= {name for name in self.active if name.startswith("a.")}
        self.put(wanted)

    def deactivate(self, names: list[str]) -> None:
        self.active -= set(names)


def said_same(definition: Definition) -> Definition:
    """A definition as JSON keeps it, in which details that say nothing are none."""
    custom = json.loads(json.dumps(definition.custom))
    return replace(
        definition, custom=custom, metric=definition.metric or MetricDetails(), cube=definition.cube or CubeDetails()
    )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples, emptied before each."""
    path: Path = tmp_path_factory.mktemp("store") / "catalog.db"
    address = str(path) if request.param == "sqlite" else empty_database(request.getfixturevalue("postgres"))
    engine = connect(address)
    migrate(engine)
    put_tags(engine, [Tag("t1"), Tag("t2")])
    yield Store(engine)
    engine.dispose()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=8))
def test_random_histories_equal_the_model(shared: Store, history: list[tuple[str, Any]]) -> None:
    with shared.engine.begin() as connection:
        connection.execute(delete(tables.nodes))
    model = Model()
    for verb, what in history:
        if verb == "deactivate":
            what = [name for name in what if name in model.said]
        before = {name: len(said) for name, said in model.said.items()}
        getattr(model, verb)(what)
        if verb == "push":
            planned = shared.push("a", what, dry_run=True)
            assert shared.push("a", what) == planned
        elif verb == "put":
            planned = shared.put(what, dry_run=True)
            assert shared.put(what) == planned
        else:
            planned = shared.deactivate(what)
        for change in planned:
            is_new = len(model.said[change.name]) > before.get(change.name, 0)
            assert (change.before != change.after) == is_new
    assert {node.name for node in shared.list()} == model.active
    for name, said in model.said.items():
        revisions = shared.revisions(name)
        assert [said_same(r.definition) for r in revisions] == [said_same(d) for d in said]
        versions = [r.version for r in revisions]
        assert versions == sorted(set(versions)) and versions[0] == Version(1, 0, 0)
        assert shared.get(name).revision == revisions[-1]


@pytest.fixture
def clock() -> Iterator[datetime]:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in itertools.count())


def test_history_says_who_and_when(engine: Engine, clock: Iterator[datetime]) -> None:
    migrate(engine)
    store = Store(engine, clock=lambda: next(clock))
    definition = Definition("source", columns=(Column("a", "int", USD),))
    store.put({"s.t": definition}, by="ann")
    store.put({"s.t": definition}, by="bob")
    store.put({"s.t": replace(definition, columns=(Column("a", "int", EUR),))}, by="bob")
    store.deactivate(["s.t"], by="cem")
    store.put({"s.t": replace(definition, columns=(Column("a", "int", EUR),))}, by="dan")
    told = [(e.action, str(e.version), e.by, e.at.day, e.details["fields"]) for e in store.history("s.t")]
    assert told == [
        ("create", "v1.0.0", "ann", 1, []),
        ("update", "v2.0.0", "bob", 3, ["columns.a.unit"]),
        ("deactivate", "v2.0.0", "cem", 4, []),
        ("restore", "v2.0.0", "dan", 5, []),
    ]
    first = store.get("s.t", Version(1, 0, 0))
    assert (first.revision.definition, first.revision.by) == (definition, "ann")
    assert first.created_at == first.revision.at == datetime(2026, 1, 1, tzinfo=UTC)


def test_lists_by_namespace_kind_tag_and_page(store: Store) -> None:
    put_tags(store.engine, [Tag("money", "team", metadata={"a": 1})])
    store.put({f"shop.eu.s{n}": Definition("source", tags=("money",) if n % 2 else ()) for n in range(6)})
    store.put({"shop.m": Definition("metric"), "shop_x.m": Definition("metric")})
    assert len(store.list("shop")) == 7
    assert [node.name for node in store.list("shop", kind="metric")] == ["shop.m"]
    assert [node.name for node in store.list(tag="money")] == ["shop.eu.s1", "shop.eu.s3", "shop.eu.s5"]
    pages = [store.list("shop", limit=3), store.list("shop", limit=3, after="shop.eu.s2")]
    assert [node.name[-2:] for page in pages for node in page] == ["s0", "s1", "s2", "s3", "s4", "s5"]
    assert get_tags(store.engine) == (Tag("money", "team", metadata={"a": 1}),)


def test_a_node_knows_where_its_rows_are(store: Store) -> None:
    store.put({"shop.m": Definition("metric")})
    built = Availability("db", "s", "t", datetime(2026, 3, 1, tzinfo=UTC), {"rows": 3})
    put_availability(store.engine, "shop.m", built)
    assert get_availability(store.engine, "shop.m") == built
    put_availability(store.engine, "shop.m", None)
    assert get_availability(store.engine, "shop.m") is None
    with pytest.raises(UsageError, match="unknown_node"):
        put_availability(store.engine, "shop.n", built)


@pytest.mark.parametrize(
    ("name", "definition", "code"),
    [
        ("../etc", Definition("source"), "wrong_node_name"),
        ("a'; DROP TABLE nodes --", Definition("source"), "wrong_node_name"),
        ("a..b", Definition("source"), "wrong_node_name"),
        ("a\n", Definition("source"), "wrong_node_name"),
        ("ä.b", Definition("source"), "wrong_node_name"),
        ("a." + "b" * 600, Definition("source"), "wrong_node_name"),
        ("a.b", Definition("view"), "wrong_kind"),  # type: ignore[arg-type]
        ("a.b", Definition("source", columns=(Column("c"), Column("c"))), "repeated_column"),
        ("a.b", Definition("source", links=(Link("d"), Link("d"))), "repeated_link"),
        ("a.b", Definition("source", columns=(Column("c", unit={"kind": "weight"}),)), "wrong_unit"),
        ("a.b", Definition("source", columns=(Column("c", unit_by={"by": "x", "map": {"a": {}}}),)), "wrong_unit"),
        ("a.b", Definition("source", tags=("nowhere",)), "unknown_tag"),
        ("a.b", Definition("source", description="a\x00b"), "value_not_kept"),
        ("a.b", Definition("source", description="\ud800"), "value_not_kept"),
        ("a.b", Definition("source", custom={"a": float("nan")}), "value_not_kept"),
        ("a.b", Definition("source", custom={"a": object()}), "value_not_kept"),
        ("a.b", Definition("metric", metric=MetricDetails(significant_digits=10**12)), "value_not_kept"),
        ("a.old", Definition("metric"), "kind_changed"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(store: Store, name: str, definition: Definition, code: str) -> None:
    store.put({"a.old": Definition("source")})
    for call in (store.put, lambda what: store.put(what, dry_run=True)):
        with pytest.raises(UsageError) as refused:
            call({"a.good": Definition("source"), name: definition})
        assert code in {problem.code for problem in refused.value.problems}
    assert [node.name for node in store.list()] == ["a.old"]


def test_a_push_of_what_is_elsewhere_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="wrong_namespace"):
        store.push("a", {"a.x": Definition("source"), "ab.x": Definition("source")})
    assert store.list() == ()


def test_namespaces_differ_by_case_and_by_wildcards(store: Store) -> None:
    store.put({name: Definition("source") for name in ("a_b.x.y", "A_b.x.y", "aXb.x.y", "a_b.x")})
    assert [node.name for node in store.list("a_b")] == ["a_b.x", "a_b.x.y"]
    assert {change.name for change in store.push("a_b", {})} == {"a_b.x", "a_b.x.y"}


def test_a_projects_own_unit_is_one(store: Store) -> None:
    wei = Definition("source", columns=(Column("fee", unit={"kind": "currency", "code": "wei"}),))
    with pytest.raises(UsageError, match="wrong_unit"):
        store.put({"a.x": wei})
    store.put({"a.x": wei}, own={"wei": "currency"})
    assert store.get("a.x").revision.definition == wei


def test_many_columns_and_nodes_are_kept(store: Store) -> None:
    wide = Definition("source", columns=tuple(Column(f"c{n}") for n in range(1200)))
    many = {f"a.n{n:04}": Definition("source", columns=(Column("c"),)) for n in range(1500)}
    store.put({"a.wide": wide, **many})
    assert store.get("a.wide").revision.definition == wide
    assert {change.action for change in store.put({"a.wide": wide, **many})} == {"none"}
    assert len(store.push("a", {})) == 1501
    assert store.list() == ()
