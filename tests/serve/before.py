"""The database of DataJunction's server that holds what the tutorial's files say."""

from __future__ import annotations

from catalog.old_database import OldDatabase
from gnomon.catalog import connect

TABLES = {
    "campaigns": {"id": "int", "country": "string", "bid": "double"},
    "banners": {"campaign_id": "int", "clicked": "int", "load_time": "int", "cost": "double"},
}
CAMPAIGN = "SELECT id, country, bid FROM ads.raw.campaigns"
PAID = "SELECT campaign_id, cost FROM ads.raw.banners WHERE cost > 0"
METRICS = {
    "spend": ("What the banners cost", "SELECT SUM(cost) FROM ads.paid_banners", "DOLLAR"),
    "load_time": ("How long a banner takes to load", "SELECT AVG(load_time) FROM ads.raw.banners", "SECOND"),
    "click_rate": (
        "Clicks for each banner that was shown",
        "SELECT SUM(clicked) / COUNT(*) FROM ads.raw.banners",
        None,
    ),
}


def write_older_database(address: str) -> None:
    """Make its tables in an empty database, and fill them."""
    engine = connect(address)
    old = OldDatabase(engine)
    revisions = {}
    for table, columns in TABLES.items():
        source = old.node(f"ads.raw.{table}", "SOURCE")
        revisions[table] = old.revision(source, catalog_id=1, schema_="app", table=table)
        add_columns(old, revisions[table], columns)
    campaign = old.node("ads.campaign", "DIMENSION")
    add_columns(old, old.revision(campaign, query=CAMPAIGN), TABLES["campaigns"])
    revisions["paid_banners"] = old.revision(old.node("ads.paid_banners", "TRANSFORM"), query=PAID)
    add_columns(old, revisions["paid_banners"], {"campaign_id": "int", "cost": "double"})
    for node, name in (("banners", "ads.raw.banners"), ("paid_banners", "ads.paid_banners")):
        old.add(
            "dimensionlink",
            node_revision_id=revisions[node],
            dimension_id=campaign,
            join_sql=f"{name}.campaign_id = ads.campaign.id",
            join_type="LEFT",
            join_cardinality="MANY_TO_ONE",
        )
    for name, (description, query, unit) in METRICS.items():
        revision = old.revision(old.node(f"ads.{name}", "METRIC"), unit=unit, query=query, description=description)
        add_columns(old, revision, {f"ads_DOT_{name}": "double"})
    old.write()
    engine.dispose()


def add_columns(old: OldDatabase, revision: int, columns: dict[str, str]) -> None:
    """Columns of a revision, in their order; `id` is a key."""
    for place, (name, type_) in enumerate(columns.items()):
        column = old.column(revision, name, type_, order=place)
        if name == "id":
            old.add("columnattribute", attribute_type_id=1, column_id=column)
