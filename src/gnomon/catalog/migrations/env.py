"""What Alembic runs before the steps: the connection that `gnomon.catalog.migrate` gives it.

Each step is a transaction of its own, and its version is written in it.
"""

from __future__ import annotations

from alembic import context

from gnomon.catalog.tables import METADATA

attributes = context.config.attributes

with attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        version_table=attributes["version_table"],
        target_metadata=METADATA,  # for the names of constraints
        transaction_per_migration=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
