"""What a caller asks for, and the built series that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gnomon.compile.models import OutputColumn
from gnomon.errors import Problem, UsageError, did_you_mean
from gnomon.model import Metric, Project, Variant
from gnomon.query.contract import Contract


@dataclass(frozen=True, slots=True)
class Request:
    """A question: metrics side by side, by one entity type, at one interval.

    `start` and `end` are sample dates, both included. `entity_ids` keeps these entities only (the columns of a
    composite id joined by commas). `order` holds column names, descending with a leading `-`.
    """

    metrics: tuple[str, ...]
    by: str
    interval: str
    where: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    entity_ids: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One column of the answer: a variant's amounts, of one label where the metric emits several.

    `keys` are the entity's columns and `dimensions` the grouped ones, as the built table spells them.
    """

    column: str
    variant: Variant
    label: str | None
    date_column: str
    keys: tuple[str, ...]
    dimensions: tuple[str, ...]
    metric_column: str | None
    amount: str
    columns: tuple[OutputColumn, ...]
    unit: Mapping[str, Any] | None
    shown_unit: Mapping[str, Any] | str | None = None

    @property
    def labels(self) -> tuple[str, str]:
        """How the rows of this series' label are marked: with the variant's suffix, or bare."""
        return f"{self.label}_{self.variant.suffix}", f"{self.label}"


def resolve(project: Project, request: Request, contract: Contract) -> tuple[Series, ...]:
    """The series of a request, in its order. Raises UsageError with all that is unknown."""
    if not request.metrics:
        raise UsageError(Problem("no_metric", "a query needs at least one metric", help=known_metrics(project)))
    if request.limit is not None and request.limit < 0:
        raise UsageError(Problem("bad_limit", f"a limit is not negative, and {request.limit} is"))
    variants = [find_variant(project, name, request.by, request.interval) for name in dict.fromkeys(request.metrics)]
    series = [each for variant in variants for each in series_of(variant, contract(project, variant))]
    check_side_by_side(series)
    return tuple(series)


def find_metric(project: Project, name: str) -> Metric:
    """A metric by its key or by its name in tables."""
    by_name = {metric.name: metric for metric in project.metrics.values()}
    metric = project.metrics.get(name) or by_name.get(name)
    if metric is None:
        hint = did_you_mean(name, [*project.metrics, *by_name])
        raise UsageError(Problem("unknown_metric", f"there is no metric '{name}'", help=hint))
    return metric


def find_variant(project: Project, name: str, entity: str, interval: str) -> Variant:
    """The variant of a metric for an entity type and an interval's suffix (`monthly`, `over_30_day_window`)."""
    metric = find_metric(project, name)
    if entity not in metric.entity_types:
        known = "unknown_entity", f"metric '{metric.key}' has no series by '{entity}'"
        raise UsageError(Problem(*known, help=did_you_mean(entity, metric.entity_types)))
    for each in metric.intervals:
        if each.suffix == interval:
            return Variant(metric, entity, each)
    suffixes = [each.suffix for each in metric.intervals]
    message = f"metric '{metric.key}' has no series at interval '{interval}'"
    raise UsageError(Problem("unknown_interval", message, help=did_you_mean(interval, suffixes)))


def series_of(variant: Variant, columns: tuple[OutputColumn, ...]) -> Iterable[Series]:
    """The columns that a variant adds to an answer: one, or one for each of its metric's labels."""
    by_role: dict[str, list[OutputColumn]] = {}
    for column in columns:
        by_role.setdefault(column.role, []).append(column)
    metric, amount = variant.metric, by_role["amount"][0]
    for label in metric.labels or (None,):
        yield Series(
            column=label or metric.name,
            variant=variant,
            label=label,
            date_column=by_role["sample_date"][0].name,
            keys=tuple(column.name for column in by_role["entity"]),
            dimensions=tuple(column.name for column in by_role.get("dimension", ())),
            metric_column=next((column.name for column in by_role.get("metric", ())), None),
            amount=amount.name,
            columns=columns,
            **units_of(amount, metric, label),
        )


def units_of(amount: OutputColumn, metric: Metric, label: str | None) -> dict[str, Any]:
    """The unit of a series, and how it is shown; that of its label where a metric's labels differ."""
    unit = amount.unit or metric.metadata.unit
    shown = amount.shown_unit or unit
    if unit is not None and label is not None and unit.get("by") == "metric":
        unit = shown = unit["map"].get(label)
    return {"unit": unit, "shown_unit": shown}


def check_side_by_side(series: list[Series]) -> None:
    """Refuse series that have no common rows: a value without a dimension would be repeated for each of its values."""
    first = series[0]
    for other in series[1:]:
        if set(other.dimensions) != set(first.dimensions):
            notes = tuple(f"{each.column}: {', '.join(each.dimensions) or 'no dimensions'}" for each in (first, other))
            message = "these metrics have different dimensions, so their rows do not stand side by side"
            raise UsageError(Problem("dimensions_differ", message, notes=notes, help="ask for them one at a time"))
    names = [each.column for each in series]
    taken = {name for name in names if names.count(name) > 1}
    if taken:
        raise UsageError(Problem("column_twice", f"two of the metrics emit '{min(taken)}'", help="ask for one of them"))


def known_metrics(project: Project) -> str:
    return f"known: {', '.join(sorted(project.metrics))}" if project.metrics else "the project declares no metrics"
