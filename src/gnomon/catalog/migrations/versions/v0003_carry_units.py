"""On the way up: an older database's nodes, whose metrics keep flat units, become nodes whose columns keep units."""

from __future__ import annotations

from alembic import context, op

from gnomon.catalog.legacy.carry import carry

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Carry nodes and units over, in transactions of their own; nothing where there is no older database."""
    attributes = context.config.attributes
    with op.get_context().autocommit_block():
        carry(attributes["engine"], attributes["report"], attributes["batch"])


def downgrade() -> None:
    """Nothing on the way down: `0002` returns them."""
