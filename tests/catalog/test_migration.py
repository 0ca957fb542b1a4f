"""Units of an older database become units of columns: all of them, up and down, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from catalog.old_database import AT, UNITS, OldDatabase, Shape, fill
from gnomon.catalog import tables
from gnomon.catalog.files import to_spec
from gnomon.catalog.labels import get_availability
from gnomon.catalog.migrate import migrate, state
from gnomon.catalog.store import Store
from gnomon.catalog.values import Availability, Column, Definition, Link
from gnomon.cli.catalog import counts
from gnomon.errors import RunError, UsageError
from gnomon.units.legacy import LEGACY_UNITS

SHAPES = {"before units": Shape(), "with units": Shape(unit=True), "oldest": Shape(between=True)}


def moves(engine: Engine) -> dict[tuple[str, str], Any]:
    """The notes of a migration: (node, outcome) to (flat name, unit, what was found)."""
    wanted = select(tables.unit_moves).order_by(tables.unit_moves.c.id)
    with engine.connect() as connection:
        return {(r.node, r.outcome): (r.legacy, r.unit, r.found) for r in connection.execute(wanted)}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_flat_unit_lands_on_the_output_column(engine: Engine, shape: Shape) -> None:
    old = OldDatabase(engine, shape)
    for name in UNITS:
        revision = old.revision(old.node(f"shop.m_{name.lower()}", "METRIC"), unit=name)
        old.column(revision, f"shop_DOT_m_{name.lower()}", "double")
    old.write()
    result = migrate(engine)
    assert result.there is not None and result.here is not None
    assert sum(result.there.legacy.values()) == len(UNITS) == 15
    store = Store(engine)
    for name in UNITS:
        definition = store.get(f"shop.m_{name.lower()}").revision.definition
        (exported,) = to_spec({f"shop.m_{name.lower()}": definition}, "shop")["nodes"]
        assert "columns" not in exported, "nobody has said anything of it but the unit"
        unit = LEGACY_UNITS[name.lower()]
        assert definition.columns[0].unit == unit
        assert definition.metric is not None
        assert definition.metric.legacy_unit == (name.lower() if unit is None else None)
    assert result.here.moves == {"moved": 13, "legacy_only": 1}
    assert result.here.unknown == 1


def test_a_unit_that_the_column_has_wins_and_is_reported(engine: Engine) -> None:
    old = OldDatabase(engine, Shape(unit=True))
    euro, dollar = {"kind": "currency", "code": "EUR"}, {"kind": "currency", "code": "USD"}
    for name, flat, unit in (
        ("differs", "PERCENTAGE", euro),
        ("same", "DOLLAR", dollar),
        ("shadowed", "UNKNOWN", euro),
        ("mended", "SECOND", {"kind": "time", "code": "s", "note": 1}),
        ("line_break", None, {"kind": "currency", "code": "USD\n"}),
        ("broken", "DOLLAR", {"kind": "weight", "code": "kg"}),
        ("nothing", None, None),
    ):
        old.column(old.revision(old.node(f"shop.{name}", "METRIC"), unit=flat), f"shop_DOT_{name}", "double", unit)
    old.write()
    migrate(engine)
    store = Store(engine)
    units = {node.name: node.revision.definition.columns[0].unit for node in store.list()}
    assert units == {
        "shop.differs": euro,
        "shop.same": dollar,
        "shop.shadowed": euro,
        "shop.mended": {"kind": "time", "code": "s"},
        "shop.line_break": dollar,
        "shop.broken": dollar,
        "shop.nothing": None,
    }
    assert moves(engine) == {
        ("shop.differs", "kept"): ("percentage", euro, {"kind": "percentage"}),
        ("shop.same", "agrees"): ("dollar", dollar, dollar),
        ("shop.mended", "agrees"): ("second", {"kind": "time", "code": "s"}, {"kind": "time", "code": "s"}),
        ("shop.broken", "unreadable"): (None, None, {"kind": "weight", "code": "kg"}),
        ("shop.broken", "moved"): ("dollar", dollar, None),
    }


def test_a_metric_without_columns_gets_one_for_its_unit(engine: Engine) -> None:
    old = OldDatabase(engine)
    old.revision(old.node("shop.eu.late", "METRIC"), unit="HOUR")
    old.write()
    migrate(engine)
    columns = Store(engine).get("shop.eu.late").revision.definition.columns
    assert columns == (Column("shop_DOT_eu_DOT_late", unit={"kind": "time", "code": "h"}),)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_everything_about_nodes_comes_over(engine: Engine, shape: Shape) -> None:
    old = OldDatabase(engine, shape)
    day = old.node("shop.day", "DIMENSION")
    of_day = old.revision(day, query="SELECT 1 AS id", display_name="Day", description="a day")
    key_column = old.column(of_day, "id", order=0)
    old.pair("columnattribute", id=1, attribute_type_id=1, column_id=key_column)
    orders = old.node("shop.orders", "SOURCE", "v2.0")
    old.column(old.revision(orders, "v1.0"), "amount", "int", order=0)
    new = old.revision(orders, "v2.0", catalog_id=1, schema_="raw", table="orders", custom_metadata={"team": "x"})
    old.column(new, "placed", "bigint", order=1, dimension_id=day, dimension_column="id[placed]")
    old.column(new, "amount", "bigint", order=0)
    old.add("dimensionlink", role="ship", node_revision_id=new, dimension_id=day, join_sql="a = b", join_type="LEFT")
    old.rows["dimensionlink"][-1] |= {"join_cardinality": "ONE_TO_MANY", "default_value": "none"}
    revenue = old.revision(
        old.node("shop.revenue", "METRIC"), unit="DOLLAR", query="SELECT SUM(amount) FROM shop.orders"
    )
    out = old.column(revenue, "shop_DOT_revenue", "double")
    old.pair("noderelationship", parent_id=orders, child_id=revenue)
    old.pair("metric_required_dimensions", metric_id=revenue, bound_dimension_id=key_column)
    cube = old.node("shop.cube", "CUBE", deactivated_at=None)
    of_cube = old.revision(cube, cube_filters=["shop.day.id > 1"])
    old.pair("cube", cube_id=of_cube, cube_element_id=out)
    old.pair("cube", cube_id=of_cube, cube_element_id=key_column)
    old.add("tag", name="money", tag_type="team", display_name="Money", description=None, created_by_id=1)
    old.rows["tag"][-1]["tag_metadata"] = {"a": 1}
    old.pair("tagnoderelationship", tag_id=1, node_id=orders)
    old.pair("node_owners", node_id=orders, user_id=1)
    for day_number in (20260101, 20260301):
        built = {"schema_": "out", "table": "orders_built", "max_temporal_partition": ["2026", "03"]}
        state_id = old.add("availabilitystate", catalog="warehouse", valid_through_ts=day_number, **built)
        old.pair("nodeavailabilitystate", availability_id=state_id, node_id=new)
    old.pair("nodenamespace", namespace="empty", deactivated_at=AT)
    old.write()
    migrate(engine)
    store = Store(engine)
    assert [str(r.version) for r in store.revisions("shop.orders")] == ["v1.0.0", "v2.0.0"]
    node = store.get("shop.orders")
    assert node.revision.by == "dj"
    assert node.revision.definition == Definition(
        "source",
        description="",
        catalog="warehouse",
        schema="raw",
        table="orders",
        columns=(Column("amount", "bigint"), Column("placed", "bigint")),
        links=(
            Link("shop.day", "ship", join_on="a = b", cardinality="one_to_many", default_value="none"),
            Link("shop.day", "placed", "reference", column="placed", dimension_column="id"),
        ),
        tags=("money",),
        owners=("dj",),
        custom={"team": "x"},
    )
    day_node = store.get("shop.day").revision.definition
    assert (day_node.display_name, day_node.columns[0].attributes) == ("Day", ("primary_key",))
    assert get_availability(engine, "shop.orders") == Availability(
        "warehouse",
        "out",
        "orders_built",
        None,
        {"valid_through_ts": 20260301, "max_temporal_partition": ["2026", "03"]},
    )
    with engine.connect() as connection:
        spaces = connection.execute(select(tables.namespaces.c.name, tables.namespaces.c.deactivated_at)).tuples().all()
    assert dict(spaces) == {"empty": AT, "shop": None}
    metric = store.get("shop.revenue").revision.definition
    assert metric.parents == ("shop.orders",)
    assert metric.metric is not None and metric.metric.required_dimensions == ("shop.day.id",)
    assert (metric.metric.direction, metric.metric.significant_digits) == ("neutral", 3)
    made = store.get("shop.cube").revision.definition.cube
    assert made is not None
    assert (made.metrics, made.dimensions, made.filters) == (("shop.revenue",), ("shop.day.id",), ("shop.day.id > 1",))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_counts_agree_and_the_older_tables_stay_as_they_were(engine: Engine, shape: Shape) -> None:
    old = OldDatabase(engine, shape)
    fill(old, sources=20, width=9, metrics=300)
    old.write()
    tables_before = set(old.metadata.tables)
    before = content_of(engine, tables_before)
    planned = migrate(engine, dry_run=True)
    assert state(engine).version is None
    result = migrate(engine)
    assert planned.there == result.there and result.there is not None and result.here is not None
    assert (result.here.nodes, result.here.columns) == (320, 20 * 9 + 360) == (result.there.nodes, result.there.columns)
    assert (result.there.units > 0) == shape.unit
    assert result.here.units == result.there.units + result.here.moves["moved"]
    assert sum(result.there.legacy.values()) == sum(result.here.moves.values()) + result.here.unknown
    assert content_of(engine, tables_before) == before
    migrate(engine, "before_units")
    assert content_of(engine, tables_before) == before
    assert catalog_rows(engine) == {}
    again = migrate(engine)
    assert (again.there, again.here) == (result.there, result.here)


def content_of(engine: Engine, names: set[str]) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {n: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{n}"')).all())) for n in sorted(names)}


def catalog_rows(engine: Engine) -> dict[str, int]:
    """The catalog's tables that are not empty, but for namespaces and tags."""
    with engine.connect() as connection:
        counts = {t.name: len(connection.execute(select(t)).all()) for t in tables.METADATA.sorted_tables}
    return {name: count for name, count in counts.items() if count and name not in ("namespaces", "tags")}


def test_down_writes_back_what_flat_names_say_and_notes_the_rest(engine: Engine) -> None:
    old = OldDatabase(engine)
    for name in ("now_hours", "now_euro", "removed", "same"):
        old.column(old.revision(old.node(f"shop.{name}", "METRIC"), unit="DOLLAR"), f"shop_DOT_{name}", "double")
    old.column(old.revision(old.node("shop.raw", "SOURCE")), "c", "double")
    old.write()
    migrate(engine)
    store = Store(engine)
    euro, hours, bytes_ = ({"kind": k, "code": c} for k, c in (("currency", "EUR"), ("time", "h"), ("data_size", "B")))

    def become(name: str, unit: Any) -> None:
        definition = store.get(name).revision.definition
        column = Column(definition.columns[0].name, definition.columns[0].type, unit)
        store.put({name: Definition(definition.kind, columns=(column,), description="", metric=definition.metric)})

    for name, unit in (("now_hours", hours), ("now_euro", euro), ("removed", None), ("raw", bytes_)):
        become(f"shop.{name}", unit)
    store.put({"shop.new": Definition("metric", columns=(Column("x", unit=euro),))})
    gone = migrate(engine, "before_units")
    with pytest.raises(UsageError, match="catalog_behind"):
        Store(engine)
    flat = (
        "SELECT r.name, m.unit FROM noderevision r JOIN metricmetadata m ON m.id = r.metric_metadata_id ORDER BY r.name"
    )
    with engine.connect() as connection:
        assert dict(connection.execute(text(flat)).tuples().all()) == {
            "shop.now_euro": None,
            "shop.now_hours": "HOUR",
            "shop.removed": None,
            "shop.same": "DOLLAR",
        }
    assert counts(gone)[-3:] == [
        "changed here: 4 units",
        "  2 x returned: given back to the older tables",
        "  2 x not_said: the older tables cannot say it: null there, and kept in the catalog",
    ]
    noted = moves(engine)
    dollar = {"kind": "currency", "code": "USD"}
    assert noted["shop.now_hours", "returned"] == ("hour", hours, dollar)
    assert noted["shop.removed", "returned"] == (None, None, dollar)
    assert noted["shop.now_euro", "not_said"] == (None, euro, dollar)
    assert noted["shop.raw", "not_said"] == ("byte", bytes_, None)
    migrate(engine)
    units = {node.name: node.revision.definition.columns[0].unit for node in Store(engine).list()}
    assert units == {
        "shop.new": euro,
        "shop.now_euro": euro,
        "shop.now_hours": hours,
        "shop.raw": bytes_,
        "shop.removed": None,
        "shop.same": dollar,
    }
    become("shop.now_hours", {"kind": "time", "code": "wk"})
    migrate(engine, "before_units")
    with engine.connect() as connection:
        assert dict(connection.execute(text(flat)).tuples().all())["shop.now_hours"] == "WEEK"
    assert migrate(engine).after == "0003"


def test_a_node_that_stands_in_the_catalog_stays(engine: Engine) -> None:
    migrate(engine)
    store = Store(engine)
    euro = {"kind": "currency", "code": "EUR"}
    store.put({"shop.revenue": Definition("metric", columns=(Column("shop_DOT_revenue", unit=euro),))})
    old = OldDatabase(engine)
    old.column(old.revision(old.node("shop.revenue", "METRIC"), unit="DOLLAR"), "shop_DOT_revenue")
    old.write()
    migrate(engine, "before_units")
    result = migrate(engine)
    assert Store(engine).get("shop.revenue").revision.definition.columns[0].unit == euro
    assert moves(engine) == {("shop.revenue", "kept"): (None, euro, {"kind": "currency", "code": "USD"})}
    assert result.here is not None and result.here.nodes == 0


def test_a_lost_unit_stops_the_migration(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from gnomon.catalog.legacy import history

    old = OldDatabase(engine)
    fill(old, sources=1, width=1, metrics=30)
    old.write()
    monkeypatch.setattr(history, "moved", lambda name, definition, legacy: (definition, None))
    with pytest.raises(RunError, match="units_lost"):
        migrate(engine)
    with pytest.raises(UsageError, match="catalog_behind"):
        Store(engine)
