"""Which metrics were found without a problem, remembered between commands, so that a change is checked alone.

A metric is known by its own content, that of its peers, and of all that is declared around the metrics. Metrics with
problems are read again each time: what they say has places in files, which move.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gnomon.check.project import check_metrics
from gnomon.compile.spec_cache import digest_of, versions
from gnomon.errors import Problem
from gnomon.expand import peers_of
from gnomon.model import Metric, Project

FILE = "clean_metrics.txt"


def check_remembering(project: Project, folder: Path) -> list[Problem]:
    """What `gnomon.check` finds; metrics that are known to be right are not read. `folder` is where that is kept."""
    try:
        digests = digests_of(project)
    except ValueError:  # a definition holds a function, whose result may depend on anything
        return check_metrics(project)[0]
    file = folder / FILE
    before = set(file.read_text().split()) if file.is_file() else set()
    known = {key for key, digest in digests.items() if digest in before}
    problems, clean = check_metrics(project, known)
    right = {digests[key] for key in known | clean if key in digests}
    if right != before:
        with suppress(OSError):  # a folder that cannot be written to costs time, nothing else
            folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            partial.write_text("\n".join(sorted(right)))
            partial.replace(file)
    return problems


def digests_of(project: Project) -> dict[str, str]:
    """A digest for each metric of all that its check depends on. Raises ValueError where a definition holds a function.

    A project whose macros are Python, or that leaves out what it refuses, is always read whole.
    """
    if project.compat is not None or any((project.root / "macros").rglob("*.py")):
        return {}
    around = digest_of(replace(project, metrics={}), *versions())
    own = {key: digest_of(metric) for key, metric in project.metrics.items()}
    return {
        key: digest_of([own[name] for name in sorted(reached(metric, project))], around)
        for key, metric in project.metrics.items()
    }


def reached(metric: Metric, project: Project) -> set[str]:
    """A metric's key, those of its peers, and of theirs."""

    def walk(key: str, seen: set[str]) -> Iterator[str]:
        if key not in seen and key in project.metrics:
            seen.add(key)
            yield key
            for peer in peers_of(project.metrics[key]):
                yield from walk(peer, seen)

    return set(walk(metric.key, set()))
