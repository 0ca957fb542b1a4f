"""Gnomon: one SQL aggregate in, a whole family of correct, fast, unit-carrying time series out.

    project  = gnomon.load("my_project/")        # text -> model, all errors at once
    variants = gnomon.expand(project)            # metric x entity x (grain | window), peers first
    problems = gnomon.check(project)             # every query binds and keeps its contract
    queries  = gnomon.render(project, "stars")   # SQL in any dialect
    table    = gnomon.query(project, metrics=["stars"], by="project", interval="monthly")

The names below are the public ones. They load what they need when they are first used, so that importing Gnomon is
cheap.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gnomon.check import check
    from gnomon.check.units.api import InferredUnits, UnitFinding, infer_units
    from gnomon.compile.render import Rendered, render
    from gnomon.errors import CheckFailed, DefinitionError, GnomonError, Problem, RunError, UsageError
    from gnomon.expand import expand
    from gnomon.load.definitions import MetricMetadata, MetricQueryDef, RollingConfig
    from gnomon.load.modifiers import MetricQueryConfig
    from gnomon.load.project import load
    from gnomon.load.python import timeseries_metrics
    from gnomon.model import Project, Variant
    from gnomon.query import query

HOMES = {
    "CheckFailed": "gnomon.errors",
    "DefinitionError": "gnomon.errors",
    "GnomonError": "gnomon.errors",
    "InferredUnits": "gnomon.check.units.api",
    "MetricMetadata": "gnomon.load.definitions",
    "MetricQueryConfig": "gnomon.load.modifiers",
    "MetricQueryDef": "gnomon.load.definitions",
    "Problem": "gnomon.errors",
    "Project": "gnomon.model",
    "Rendered": "gnomon.compile.render",
    "RollingConfig": "gnomon.load.definitions",
    "RunError": "gnomon.errors",
    "UnitFinding": "gnomon.check.units.api",
    "UsageError": "gnomon.errors",
    "Variant": "gnomon.model",
    "check": "gnomon.check",
    "expand": "gnomon.expand",
    "infer_units": "gnomon.check.units.api",
    "load": "gnomon.load.project",
    "query": "gnomon.query",
    "render": "gnomon.compile.render",
    "timeseries_metrics": "gnomon.load.python",
}
"""Where each public name lives."""

__all__ = [
    "CheckFailed",
    "DefinitionError",
    "GnomonError",
    "InferredUnits",
    "MetricMetadata",
    "MetricQueryConfig",
    "MetricQueryDef",
    "Problem",
    "Project",
    "Rendered",
    "RollingConfig",
    "RunError",
    "UnitFinding",
    "UsageError",
    "Variant",
    "check",
    "expand",
    "infer_units",
    "load",
    "query",
    "render",
    "timeseries_metrics",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'gnomon' has no attribute '{name}'")
    return getattr(import_module(HOMES[name]), name)


class _Facade(ModuleType):
    """Keeps `gnomon.load` the function: importing the package `gnomon.load` would put the module in its place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Facade
