"""Keeping variants in agreement with their bridges: what changed is measured before and after the work itself.

Before, because the first plan has no record yet to compare with; after, because the work may rebuild a bridge that is
a model of the project. What differs from the record, or between the two, has its variants restated, and only then is
the new state recorded: a run that is killed in between restates again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gnomon.run.bridges import (
    BridgeChange,
    Digests,
    changes,
    current_digests,
    record_digests,
    recorded_digests,
    used_bridges,
)
from gnomon.run.context import Session
from gnomon.run.reused import record_change
from gnomon.time.ranges import DAY


@dataclass(frozen=True, slots=True)
class Agreement:
    """What an environment's variants agreed with when the work began."""

    session: Session
    environment: str
    before: Digests
    existed: bool

    def pending(self) -> tuple[BridgeChange, ...]:
        """What the work would find changed, if nothing else changes meanwhile."""
        return tuple(changes(self.before, current_digests(self.session))) if self.existed else ()

    def reach(self) -> tuple[BridgeChange, ...]:
        """Restates the variants above every bridge that changed, and records the bridges as they are now."""
        if not used_bridges(self.session):
            return ()
        after = current_digests(self.session)
        found = changes(self.before, after)
        for change in found:
            record_change(self.session, self.environment, change.since, change.table)
            self._restate(change)
        kept = recorded_digests(
            self.session, self.environment
        )  # of bridges that no definition reads now: one may again
        record_digests(self.session, self.environment, {**kept, **after})
        return tuple(found)

    def _restate(self, change: BridgeChange) -> None:
        built = self.session.snapshots(self.environment)
        models = [
            spec.name
            for name, spec in self.session.specs.items()
            if name in built and change.table in spec.properties.get("bridges", ())
        ]
        since = change.since - DAY if change.since else None  # its date may be another zone's
        if models and (since is None or since < self.session.today - DAY):
            restate_models(self.session, self.environment, models, since.isoformat() if since else None)


def restate_models(session: Session, environment: str, models: list[str], start: str | None) -> None:
    """Rewrites models, and whatever reads them, from a day (None: their first) to the end of what is built."""
    context = session.context
    builder = context.plan_builder(
        environment, restate_models=models, start=start, execution_time=session.execution, skip_tests=True
    )
    context.apply(builder.build())


def agree(session: Session, environment: str) -> Agreement:
    """Measures the bridges before some work on an environment."""
    if not used_bridges(session):
        return Agreement(session, environment, {}, False)
    existed: Any = session.context.state_reader.get_environment(environment)
    now = current_digests(session)
    return Agreement(session, environment, {**now, **recorded_digests(session, environment)}, existed is not None)
