"""What plans and runs did, as plain values for the command line and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gnomon.run.bridges import BridgeChange, Unmatched


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan, made or only shown.

    `added`, `modified`, `removed` and `restated` name models; `days` maps each model that has something to build to
    its first and last day, and `units` each model whose columns change their units to those before and after, as texts.
    `applied` is False for a dry run and for a plan that was not confirmed. `batches` and
    `models` count what was written; `rows` what those tables hold now, None where counting is not cheap. `bridges`
    are the relationship tables that changed.
    """

    environment: str
    applied: bool
    added: tuple[str, ...]
    modified: tuple[str, ...]
    removed: tuple[str, ...]
    restated: tuple[str, ...]
    days: dict[str, tuple[date, date]]
    units: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    batches: int = 0
    models: int = 0
    rows: int | None = None
    seconds: float = 0.0
    built_until: date | None = None
    bridges: tuple[BridgeChange, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.modified or self.removed or self.restated or self.days)


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run. `reread` names the models that were written again for late events although no day was missing;
    `built_until` is the day after the last one that is built."""

    environment: str
    batches: int
    models: int
    rows: int | None
    seconds: float
    built_until: date | None
    reread: tuple[str, ...] = ()
    bridges: tuple[BridgeChange, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    warnings: tuple[str, ...] = ()
