"""Refuse the options of a definition that nothing computes yet, rather than compute something else."""

from __future__ import annotations

from gnomon.errors import DefinitionError, Problem
from gnomon.model import Metric


def refuse_unsupported(metric: Metric) -> None:
    """Raise DefinitionError `unsupported_option` for fill, additivity and the marked views."""
    asked = {
        "fill": metric.fill != "none",
        "additivity": metric.additivity is not None,
        "partial: mark": metric.partial == "mark",
    }
    found = [
        Problem(
            "unsupported_option",
            f"metric '{metric.key}' asks for '{name}', which this version does not compute",
            metric.span(name.partition(":")[0]),
            help=f"leave '{name}' out",
        )
        for name, is_asked in asked.items()
        if is_asked
    ]
    if found:
        raise DefinitionError(*found)
