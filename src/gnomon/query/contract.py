"""The columns of a built table, as its definition promises them."""

from __future__ import annotations

from collections.abc import Callable

from gnomon.compile.models import OutputColumn
from gnomon.model import Project, Variant

Contract = Callable[[Project, Variant], tuple[OutputColumn, ...]]


def columns_of(project: Project, variant: Variant) -> tuple[OutputColumn, ...]:
    """The columns of a variant's table, in order, with their roles and units."""
    from gnomon.compile.sql import incremental

    return incremental(project, variant, f"{project.schema}.calendar").columns
