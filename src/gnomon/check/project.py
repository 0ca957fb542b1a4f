"""Check a whole project and report everything at once."""

from __future__ import annotations

from collections.abc import Container, Sequence

from gnomon.check.contract import output_columns
from gnomon.check.denomination import denominated
from gnomon.check.refused import Refusals
from gnomon.errors import DefinitionError, Problem
from gnomon.expand import expand
from gnomon.model import Project, Variant
from gnomon.rewrite import Memo, rewrite


def check(project: Project) -> list[Problem]:
    """Every problem that the project's SQL has, errors and warnings, each once; what loading warned of comes first."""
    return check_metrics(project)[0]


def check_metrics(project: Project, known: Container[str] = ()) -> tuple[list[Problem], set[str]]:
    """The problems of a project, and the keys of the metrics without any; those `known` to have none are not read."""
    found = list(project.warnings)
    try:
        variants = expand(project)
    except DefinitionError as error:
        return [*found, *error.problems], set()
    refusals, memo = Refusals(project), Memo()
    by_metric: dict[str, list[Problem]] = {}
    broken: set[tuple[str, str]] = set()
    for variant in variants:
        place = (variant.metric.key, variant.entity)
        if variant.metric.key in known or place in broken or refusals.has(variant):
            continue
        problems, is_broken = check_variant(variant, project, memo, refusals)
        by_metric.setdefault(variant.metric.key, []).extend(problems)
        if is_broken:
            broken.add(place)
    refused = {key for key, _ in refusals.problems}
    clean = {key for key, problems in by_metric.items() if not problems} - refused
    found += [problem for problems in by_metric.values() for problem in problems]
    return [*unique(found), *refusals.problems.values()], clean


def check_variant(variant: Variant, project: Project, memo: Memo, refusals: Refusals) -> tuple[Sequence[Problem], bool]:
    """The problems of one variant, and whether they leave nothing to look at in its other intervals."""
    try:
        query, context = rewrite(project, variant, project.dialect, memo=memo)
        if not refusals.takes_peers(variant, context.peers.values()):
            output_columns(denominated(query, context), context)
            return context.warnings, False
    except DefinitionError as error:
        if not refusals.takes(variant, error):
            return error.problems, True
    return (), False


def unique(problems: list[Problem]) -> list[Problem]:
    """The problems without repeats: one variant after the other tells the same."""
    seen: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.code, problem.span, problem.message if problem.span is None else ""), problem)
    return list(seen.values())
