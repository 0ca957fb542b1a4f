"""Check a whole project and report everything at once."""

from __future__ import annotations

from gnomon.check.contract import output_columns
from gnomon.check.denomination import denominated
from gnomon.check.refused import Refusals
from gnomon.errors import DefinitionError, Problem
from gnomon.expand import expand
from gnomon.model import Project
from gnomon.rewrite import Memo, rewrite


def check(project: Project) -> list[Problem]:
    """Every problem that the project's SQL has, errors and warnings, each once; what loading warned of comes first."""
    found = list(project.warnings)
    try:
        variants = expand(project)
    except DefinitionError as error:
        return [*found, *error.problems]
    memo: Memo = {}
    broken: set[tuple[str, str]] = set()
    refusals = Refusals(project)
    for variant in variants:
        if (variant.metric.key, variant.entity) in broken or refusals.has(variant):
            continue
        try:
            query, context = rewrite(project, variant, project.dialect, memo=memo)
            if refusals.takes_peers(variant, context.peers.values()):
                continue
            output_columns(denominated(query, context), context)
            found += context.warnings
        except DefinitionError as error:
            if refusals.takes(variant, error):
                continue
            found += error.problems
            broken.add((variant.metric.key, variant.entity))
    return [*unique(found), *refusals.problems.values()]


def unique(problems: list[Problem]) -> list[Problem]:
    """The problems without repeats: one variant after the other tells the same."""
    seen: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.code, problem.span, problem.message if problem.span is None else ""), problem)
    return list(seen.values())
