"""The calls that DataJunction's published clients make, answered in its shapes.

The order of the routers counts: `/nodes/details` is no node, and `/metrics/metadata` no metric.
"""

from gnomon.serve.dj import (
    cubes,
    data,
    deployments,
    dimensions,
    editing,
    history,
    linking,
    login,
    metrics,
    namespaces,
    nodes,
    sql,
    tags,
)

ROUTERS = (
    login.router,
    namespaces.router,
    deployments.router,
    nodes.router,
    editing.router,
    linking.router,
    metrics.router,
    cubes.router,
    dimensions.router,
    tags.router,
    history.router,
    sql.router,
)
WAREHOUSE_ROUTERS = (data.router,)
"""Those that there are only where rows can be read."""
