"""The one declared way from an entity to another, through bridge tables."""

from __future__ import annotations

from collections.abc import Sequence

from gnomon.errors import DefinitionError, Problem
from gnomon.model import Project, Relationship
from gnomon.source import Span

Path = tuple[Relationship, ...]


def find_path(project: Project, start: str, goal: str, span: Span | None = None) -> Path:
    """The shortest declared path; () where start and goal are the same entity.

    Raises DefinitionError `missing_path` where there is none, and `ambiguous_path` where two are equally short.
    """
    if start == goal:
        return ()
    frontier: list[Path] = [()]
    while frontier:
        steps = [(path, hop) for path in frontier for hop in project.relationships if continues(path, hop, start)]
        frontier = [(*path, hop) for path, hop in steps]
        found = [path for path in frontier if path[-1].to_entity == goal]
        if len(found) == 1:
            return found[0]
        if found:
            raise DefinitionError(ambiguous(start, goal, found, span))
    raise DefinitionError(missing(project, start, goal, span))


def continues(path: Path, hop: Relationship, start: str) -> bool:
    """Whether a relationship leads on from the end of a path, to an entity that it has not been at."""
    seen = {start, *(step.to_entity for step in path)}
    at = path[-1].to_entity if path else start
    return hop.from_entity == at and hop.to_entity not in seen


def describe(start: str, path: Sequence[Relationship]) -> str:
    """A path in words: `artifact -> project (oso.artifacts_by_project_v1)`."""
    return start + "".join(f" -> {hop.to_entity} ({hop.table})" for hop in path)


def ambiguous(start: str, goal: str, found: list[Path], span: Span | None) -> Problem:
    return Problem(
        "ambiguous_path",
        f"there are {len(found)} equally short paths from '{start}' to '{goal}'",
        span,
        notes=tuple(describe(start, path) for path in found),
        help="remove a relationship from sources.yaml, or name one of its ends differently",
    )


def missing(project: Project, start: str, goal: str, span: Span | None) -> Problem:
    declared = [f"{hop.from_entity} -> {hop.to_entity} ({hop.table})" for hop in project.relationships]
    return Problem(
        "missing_path",
        f"no declared relationship leads from '{start}' to '{goal}'",
        span,
        notes=tuple(declared),
        help=f"declare one under relationships: in sources.yaml, from {{{start}: ...}} to {{{goal}: ...}}",
    )
