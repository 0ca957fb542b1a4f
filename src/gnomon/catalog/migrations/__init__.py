"""Alembic's scripts: `versions` holds one file a step, and `env` says what they run on."""
