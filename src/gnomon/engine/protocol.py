"""What the program asks of a warehouse: rows of a query, and the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import pyarrow as pa


class Engine(Protocol):
    """An open connection. `dialect` is SQLGlot's name of the SQL that it takes."""

    @property
    def dialect(self) -> str: ...

    def execute(self, sql: str) -> pa.Table:
        """The rows of one statement. Raises RunError `engine_error` with what the engine said."""
        ...

    def columns(self, table: str) -> Mapping[str, str]:
        """Column names and SQL types of a table or view, in order; empty where there is no such table."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
