"""The catalog: nodes, their revisions, and the unit of every column, in SQLite or Postgres.

engine = connect("catalog.db")             # or postgresql://...
migrate(engine)                            # to the newest schema; an older database's units come to columns
store = Store(engine)
store.put({"shop.revenue": Definition("metric", columns=(Column("revenue", "double", unit),))})
"""

from gnomon.catalog.database import connect
from gnomon.catalog.migrate import migrate
from gnomon.catalog.store import Store
from gnomon.catalog.values import Change, Column, CubeDetails, Definition, Link, MetricDetails, Node, Revision

__all__ = [
    "Change",
    "Column",
    "CubeDetails",
    "Definition",
    "Link",
    "MetricDetails",
    "Node",
    "Revision",
    "Store",
    "connect",
    "migrate",
]
