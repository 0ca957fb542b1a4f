"""What `compat: oso` leaves out: metrics whose SQL cannot be right for an entity, each refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gnomon.errors import DefinitionError, Problem
from gnomon.expand import expand
from gnomon.model import Project, Variant
from gnomon.rewrite import Memo, rewrite

BINDING = frozenset({"entity_key_mismatch", "entity_key_collapsed", "entity_keys_not_joined"})
"""The errors that say that a query cannot be bound to an entity, though it may be right for another."""

Left = tuple[str, str]
"""A metric's key and an entity."""


@dataclass(slots=True)
class Refusals:
    """The metrics and entities that are left out of one project so far, each with the warning that says why."""

    project: Project
    problems: dict[Left, Problem] = field(default_factory=dict)

    def takes(self, variant: Variant, error: DefinitionError) -> bool:
        """Whether an error only leaves a variant out; notes it then."""
        if self.project.compat != "oso" or any(problem.code not in BINDING for problem in error.problems):
            return False
        self.problems.setdefault((variant.metric.key, variant.entity), refusal(variant, error.problems[0]))
        return True

    def takes_peers(self, variant: Variant, peers: Iterable[Variant]) -> bool:
        """Whether a variant reads a peer that is left out; notes it then."""
        for peer in peers:
            cause = self.problems.get((peer.metric.key, peer.entity))
            if cause is not None:
                name = f"its peer '{peer.metric.key}' is not built for '{peer.entity}'"
                problem = Problem("peer", name, variant.metric.span("ref"), cause.help)
                self.problems.setdefault((variant.metric.key, variant.entity), refusal(variant, problem))
                return True
        return False

    def has(self, variant: Variant) -> bool:
        """Whether a variant is left out."""
        return (variant.metric.key, variant.entity) in self.problems


def refusal(variant: Variant, cause: Problem) -> Problem:
    """The warning that a metric is not built for an entity."""
    message = f"'{variant.metric.key}' is not built for '{variant.entity}': {cause.message}"
    return replace(cause, code="refused_variant", message=message, severity="warning")


def refused(project: Project) -> dict[Left, Problem]:
    """What is left out of a project, by metric and entity, with the warning that says why; empty without `compat`."""
    found, memo = Refusals(project), Memo()
    if project.compat == "oso":
        for variant in first_variants(project):
            try:
                found.takes_peers(variant, rewrite(project, variant, project.dialect, memo=memo)[1].peers.values())
            except DefinitionError as error:
                found.takes(variant, error)
    return found.problems


def first_variants(project: Project) -> Iterator[Variant]:
    """One variant of each metric and entity: binding does not depend on the interval."""
    seen: set[Left] = set()
    for variant in expand(project):
        if (variant.metric.key, variant.entity) not in seen:
            seen.add((variant.metric.key, variant.entity))
            yield variant
