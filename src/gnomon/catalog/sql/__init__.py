"""SQL for metrics by dimensions, through the links of a catalog's nodes.

names -> resolve (metrics spelled out, ways along links) -> totals of each parent -> side by side -> one statement
"""

from gnomon.catalog.sql.data import data
from gnomon.catalog.sql.dimensions import Dimension, common_dimensions, dimensions_of
from gnomon.catalog.sql.entry import cube_sql, metrics_sql, node_sql
from gnomon.catalog.sql.graph import Nodes
from gnomon.catalog.sql.measures import measures_sql
from gnomon.catalog.sql.snapshot import StoreNodes
from gnomon.catalog.sql.statement import OutputColumn, Statement

__all__ = [
    "Dimension",
    "Nodes",
    "OutputColumn",
    "Statement",
    "StoreNodes",
    "common_dimensions",
    "cube_sql",
    "data",
    "dimensions_of",
    "measures_sql",
    "metrics_sql",
    "node_sql",
]
