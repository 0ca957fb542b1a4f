"""Engines: where built tables are read from. The one place that opens a connection to a warehouse."""

from gnomon.engine.connect import connect
from gnomon.engine.protocol import Engine

__all__ = ["Engine", "connect"]
