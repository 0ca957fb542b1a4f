"""What a project's config.py imports: `from gnomon.loader import GnomonLoader, project_config`."""

from gnomon.compile.sqlmesh import GnomonLoader, config_for, project_config

__all__ = ["GnomonLoader", "config_for", "project_config"]
