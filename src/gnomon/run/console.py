"""SQLMesh's console, silenced: it counts what is done, keeps what went wrong and shows one line of progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlmesh.core.console import NoopConsole

Progress = Callable[[int, int, str], None]
"""Called with the batches done, the batches planned and the table that is being written."""


class QuietConsole(NoopConsole):  # type: ignore[misc]
    """What a plan or a run did: `batches` and `models` written, `warnings`, `failures` by table.

    `refusals` is what the linter found wrong.
    `shares` is told which models an evaluation builds, and when it is over.
    """

    shares: Any = None

    def __init__(self, progress: Progress | None = None) -> None:
        self.progress = progress
        self.planned = 0
        self.batches = 0
        self.models: set[str] = set()
        self.warnings: list[str] = []
        self.failures: dict[str, str] = {}
        self.refusals: list[str] = []
        self.skipped: set[str] = set()

    def start_evaluation_progress(self, batched_intervals: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
        self.planned += sum(len(intervals) for intervals in batched_intervals.values())
        if self.shares is not None:
            self.shares.expect(batched_intervals)

    def stop_evaluation_progress(self, *args: Any, **kwargs: Any) -> None:
        if self.shares is not None:
            self.shares.clear()

    def start_snapshot_evaluation_progress(self, snapshot: Any, audit_only: bool = False) -> None:
        if self.progress is not None:
            self.progress(self.batches, self.planned, table_name(snapshot.name))

    def update_snapshot_evaluation_progress(self, snapshot: Any, *args: Any, **kwargs: Any) -> None:
        self.batches += 1
        self.models.add(table_name(snapshot.name))
        if self.progress is not None:
            self.progress(self.batches, self.planned, table_name(snapshot.name))

    def log_warning(self, short_message: str, long_message: str | None = None) -> None:
        self.warnings.append(short_message.strip())

    def log_error(self, message: str, *args: Any, **kwargs: Any) -> None:
        self.warnings.append(message.strip())

    def show_linter_violations(self, violations: list[Any], model: Any, is_error: bool = False) -> None:
        for violation in violations:
            if is_error:
                self.refusals.append(violation.violation_msg)
            else:
                self.warnings.append(violation.violation_msg)

    def log_failed_models(self, errors: list[Any]) -> None:
        for error in errors:
            node = error.node
            name = getattr(node, "snapshot_name", None) or getattr(node, "name", None) or str(node)
            self.failures[table_name(name)] = str(error.__cause__ or error).strip()

    def log_skipped_models(self, snapshot_names: set[str]) -> None:
        self.skipped |= {table_name(name) for name in snapshot_names}


def table_name(fqn: str) -> str:
    """A fully qualified name as people write it: `metrics.stars_to_project_daily`."""
    return ".".join(part.strip('"') for part in fqn.split(".")[-2:])
