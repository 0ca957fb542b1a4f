"""On the way down: what was carried over from an older database is returned to it.

It is a step of its own, below the one that carries, because a version is written once its step is done. Between the
two nothing is whole, and the store refuses a catalog there, whichever way it was going when it was killed.
"""

from __future__ import annotations

from alembic import context, op

from gnomon.catalog.legacy.give_back import give_back

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing on the way up."""


def downgrade() -> None:
    """Return nodes and units, in transactions of their own; nothing where there is no older database."""
    attributes = context.config.attributes
    with op.get_context().autocommit_block():
        give_back(attributes["engine"], attributes["report"], attributes["batch"])
