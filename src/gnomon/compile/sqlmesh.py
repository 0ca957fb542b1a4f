"""Model specs -> SQLMesh models: the loader that a project's config.py names.

Models are made with `create_sql_model`, so a snapshot holds SQL and no Python: a refactor of Gnomon re-versions
nothing, and a change of the SQL always does. What is part of a model's version (columns, optimize_query, the
materialization's properties) is chosen here once; changing it rebuilds every table of every project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlglot import exp, generator
from sqlmesh.core.audit import ModelAudit
from sqlmesh.core.dialect import MacroVar
from sqlmesh.core.loader import SqlMeshLoader
from sqlmesh.core.model import Model
from sqlmesh.core.model.definition import create_sql_model
from sqlmesh.utils.errors import ConfigError

from gnomon.compile.audits import AUDITS
from gnomon.compile.models import ModelSpec, OutputColumn
from gnomon.compile.spec_cache import definition_files, remembered
from gnomon.compile.sqlmesh_config import config_for as build_config
from gnomon.errors import DefinitionError
from gnomon.load.construct import ignoring
from gnomon.load.project import load
from gnomon.model import Project
from gnomon.time import Calendar, Rolling, TimeAggregation

# Importing sqlmesh teaches SQLGlot's generators its macros; one that was used before would not look again.
generator._DISPATCH_CACHE.clear()

MATERIALIZATION = "gnomon_series"
"""The name under which gnomon.run.materialization registers itself; part of every series' version."""

DESCRIPTIONS = {"sample_date": "the date that the row stands for", "amount": "the metric's value", "extra": ""}
"""Roles whose columns are commented in the warehouse; a comment is a statement of its own, for table and view."""


class Built(NamedTuple):
    """What a loader made its models from."""

    project: Project
    specs: tuple[ModelSpec, ...]


class DefinitionsRefused(ConfigError):  # type: ignore[misc]
    """Wrong definitions, in the class that SQLMesh prints without a traceback; `error` holds the problems."""

    def __init__(self, error: DefinitionError) -> None:
        super().__init__(str(error))
        self.error = error


class _Configurable(type(SqlMeshLoader)):  # type: ignore[misc]
    """Lets a config say `loader=GnomonLoader(compat="oso")`: SQLMesh wants a class there, so the call makes one."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if args:
            return super().__call__(*args, **kwargs)
        return type(cls)(cls.__name__, (cls,), {"options": {**cls.options, **kwargs}})


class GnomonLoader(SqlMeshLoader, metaclass=_Configurable):  # type: ignore[misc]
    """SQLMesh's own loader, plus one model for each model spec of the Gnomon project in the same folder.

    Options, given as `GnomonLoader(compat="oso")` or as SQLMesh's `loader_kwargs`: `compat` as in gnomon.yaml.
    """

    options: Mapping[str, Any] = {}
    built: Built

    def __init__(self, context: Any, path: Path, **options: Any) -> None:
        super().__init__(context, path)
        self.options = {**self.options, **options}

    def project(self) -> Project:
        """The project's definitions. Raises DefinitionError with every problem found."""
        return load(self.config_path, compat=self.options.get("compat"))

    def specs(self, project: Project) -> tuple[ModelSpec, ...]:
        """The project's model specs, from the cache where the definitions have not changed."""
        from gnomon.compile.project import compile_project

        return remembered(self.context.cache_dir / "gnomon", project, compile_project)

    def _load_audits(self, macros: Any, jinja_macros: Any) -> Any:
        audits = super()._load_audits(macros, jinja_macros)
        for audit in generated_audits():
            if audit.name not in audits:
                audits[audit.name] = audit
        return audits

    def _load_python_models(self, *args: Any, **kwargs: Any) -> Any:
        with ignoring():  # their timeseries_metrics(...) calls are read by load()
            return super()._load_python_models(*args, **kwargs)

    def _load_models(self, macros: Any, jinja_macros: Any, gateway: Any, audits: Any, signals: Any, *args: Any) -> Any:
        loaded = super()._load_models(macros, jinja_macros, gateway, audits, signals, *args)
        models = loaded[0]
        for file in definition_files(self.config_path):
            self._track_file(file)
        try:
            project = self.project()
            self.built = Built(project, self.specs(project))
        except DefinitionError as error:
            raise DefinitionsRefused(error) from None
        for spec in self.built.specs:
            model = self._model(spec, project.calendar, macros, audits)
            if model.fqn in models:
                raise ConfigError(f"'{spec.name}' is a model of this project and also a generated one: rename either.")
            models[model.fqn] = model
        return loaded

    def _model(self, spec: ModelSpec, calendar: Calendar, macros: Any, audits: Any) -> Model:
        return create_sql_model(
            spec.name,
            with_macros(spec.query, calendar),
            **model_fields(spec, calendar),
            dialect=spec.dialect,
            defaults=_defaults(self.config),
            path=self._path(spec),
            module_path=self.config_path,
            default_catalog=self.context.default_catalog,
            physical_schema_mapping=self.config.physical_schema_mapping,
            time_column_format=self.config.time_column_format,
            project=self.config.project,
            audit_definitions=audits,
            macros=macros,
            virtual_environment_mode=self.config.virtual_environment_mode,
        )

    def _path(self, spec: ModelSpec) -> Path:
        """The file that an author would edit to change a model."""
        root = Path(self.config_path)
        if spec.variant is not None and (path := root / spec.variant.metric.sql.path).is_file():
            return path
        return root / "gnomon.yaml"


def _defaults(config: Any) -> dict[str, Any]:
    """The host's model defaults that also make sense for generated models."""
    defaults = cast("dict[str, Any]", config.model_defaults.dict())
    return {name: value for name, value in defaults.items() if name not in GENERATED_FIELDS}


GENERATED_FIELDS = {"kind", "cron", "cron_tz", "interval_unit", "allow_partials", "optimize_query", "enabled"}


def model_fields(spec: ModelSpec, calendar: Calendar) -> dict[str, Any]:
    """The arguments of `create_sql_model` that depend on the spec alone."""
    fields: dict[str, Any] = {
        "kind": kind_fields(spec, calendar),
        # An hourly series is written in whole local days, so that its rows too are complete when they appear.
        "cron": "@daily" if spec.kind == "series" else spec.cron,
        "cron_tz": west_of_utc(calendar.time_zone),
        "columns": {column.name: exp.DataType.build(column.type, dialect=spec.dialect) for column in spec.columns},
        "column_descriptions": described(spec.columns),
        "depends_on": set(spec.depends_on),
        "extract_dependencies_from_query": False,
        "optimize_query": False,
        "tags": list(spec.tags),
        "audits": [(name, {key: argument(value) for key, value in args.items()}) for name, args in spec.audits],
        "description": spec.description or None,
        "owner": spec.owner,
        "start": spec.start.isoformat() if spec.start else None,
    }
    if spec.grain:
        columns = [exp.column(name) for name in spec.grain]
        fields["grains"] = [columns[0] if len(columns) == 1 else exp.Tuple(expressions=columns)]
    if spec.kind == "series":
        fields["partitioned_by"] = [exp.column(spec.time_column or "metrics_sample_date")]
    return {name: value for name, value in fields.items() if value is not None}


def kind_fields(spec: ModelSpec, calendar: Calendar) -> dict[str, Any]:
    """A spec's kind in SQLMesh's words. `lookback` and `batch_size` are left out where they are 0 or unset."""
    if spec.kind != "series":
        return {"name": spec.kind.upper()}
    kind: dict[str, Any] = {
        "name": "CUSTOM",
        "materialization": MATERIALIZATION,
        "materialization_properties": exp.Tuple(
            expressions=[
                exp.EQ(this=exp.var(name), expression=exp.Literal.string(value))
                for name, value in series_properties(spec, calendar).items()
            ]
        ),
        # Batches overlap where a bucket spans two of them: side by side they would write its rows twice.
        "batch_concurrency": 1,
    }
    # With another zone than UTC a run can see the end of a local day a run too early, so the next one looks back.
    lookback = max(spec.lookback, 0 if calendar.time_zone == "UTC" else 1)
    if lookback:
        kind["lookback"] = lookback
    if spec.batch_size:
        kind["batch_size"] = spec.batch_size
    if restated := (spec.properties.get("kind_options") or {}).get("auto_restatement_cron"):
        kind["auto_restatement_cron"] = restated
    return kind


def series_properties(spec: ModelSpec, calendar: Calendar) -> dict[str, str]:
    """What the materialization has to know about a series, all spelled as text.

    >>> from gnomon.time import Grain
    >>> interval_properties(Rolling(7))
    {'window': '7', 'unit': 'day', 'cron': '@daily'}
    >>> interval_properties(TimeAggregation(Grain.WEEK))
    {'grain': 'week'}
    """
    interval = spec.properties.get("interval") or (spec.variant.interval if spec.variant else None)
    if not isinstance(interval, TimeAggregation | Rolling):
        raise TypeError(f"{spec.name} is a series without buckets or windows")
    metric = spec.variant.metric if spec.variant else None
    end = spec.properties.get("end") or (metric.end if metric else None)
    return {
        "time_column": spec.time_column or "metrics_sample_date",
        **interval_properties(interval),
        "time_zone": calendar.time_zone,
        "week_start": calendar.week_start,
        **({"start": spec.start.isoformat()} if spec.start else {}),
        **({"end": end.isoformat()} if end else {}),
    }


def interval_properties(interval: TimeAggregation | Rolling) -> dict[str, str]:
    """An interval as the materialization's properties."""
    if isinstance(interval, TimeAggregation):
        return {"grain": interval.grain.value}
    return {"window": str(interval.window), "unit": interval.unit.value, "cron": interval.cron.value}


def with_macros(query: exp.Query, calendar: Calendar) -> exp.Query:
    """The query with SQLMesh's macro variables in place of the spec's placeholders, and without comments.

    Comments survive in SQLMesh's fingerprints: one edited comment would rebuild the table.
    """
    query = query.copy()
    for node in query.walk():
        if node.comments:
            node.comments = None
    for placeholder in list(query.find_all(exp.Placeholder)):
        placeholder.replace(_macro(str(placeholder.this), calendar))
    return query


def _macro(name: str, calendar: Calendar) -> exp.Expr:
    if name != "execution_ds" or calendar.time_zone == "UTC":
        return cast(exp.Expr, MacroVar(this=name))
    # SQLMesh's execution_ds is a UTC date; ours is the project's own.
    instant = exp.cast(MacroVar(this="execution_tstz"), "TIMESTAMPTZ")
    return exp.cast(exp.AtTimeZone(this=instant, zone=exp.Literal.string(calendar.time_zone)), "DATE")


def west_of_utc(time_zone: str) -> str | None:
    """The zone for `cron_tz`: only where local midnight comes after UTC's.

    SQLMesh floors a tick to a UTC day. West of UTC that makes the label D due when the local day D is over. East of
    it a local day is over before the UTC day of the same name, and `cron_tz` would only hold it back for a day more.

    >>> west_of_utc("America/New_York"), west_of_utc("Asia/Tokyo"), west_of_utc("UTC")
    ('America/New_York', None, None)
    """
    zone = ZoneInfo(time_zone)
    offsets = [zone.utcoffset(datetime(2024, month, 15)) for month in (1, 7)]
    return time_zone if any(offset and offset.days < 0 for offset in offsets) else None


def described(columns: Iterable[OutputColumn]) -> dict[str, str]:
    """Comments for the columns of which their names do not say enough: what they mean, and their unit.

    >>> unit = {"kind": "count", "code": "stars"}
    >>> described([OutputColumn("amount", "DOUBLE", "amount", unit), OutputColumn("metric", "TEXT", "metric")])
    {'amount': "the metric's value; unit: kind=count, code=stars"}
    """
    comments = {}
    for column in columns:
        unit = ", ".join(f"{key}={value}" for key, value in (column.unit or {}).items())
        words = [DESCRIPTIONS.get(column.role, ""), f"unit: {unit}" if unit else ""]
        if comment := "; ".join(filter(None, words)):
            comments[column.name] = comment
    return comments


def argument(value: Any) -> exp.Expr:
    """An audit's argument as an expression: text that is a lone name stands for a column only inside a list.

    >>> argument("day").sql(), argument(["a", "b"]).sql(), argument(0.95).sql(), argument(date(2024, 1, 1)).sql()
    ("'day'", '(a, b)', '0.95', "'2024-01-01'")
    """
    if isinstance(value, exp.Expr):
        return value
    if isinstance(value, list | tuple):
        return exp.Tuple(expressions=[exp.column(item) if isinstance(item, str) else argument(item) for item in value])
    if isinstance(value, date):
        return exp.Literal.string(value.isoformat())
    return exp.convert(value)


@lru_cache(maxsize=1)
def generated_audits() -> tuple[ModelAudit, ...]:
    """The audits of gnomon.compile.audits as SQLMesh's."""
    return tuple(
        ModelAudit(name=audit.name, dialect="duckdb", blocking=False, query=audit.query, defaults=dict(audit.defaults))
        for audit in AUDITS
    )


def config_for(root: str | Path, **overrides: Any) -> Any:
    """The SQLMesh Config of the project at `root`, from its gnomon.yaml; keyword arguments win over it."""
    try:
        return build_config(Path(root), **{"loader": GnomonLoader, **overrides})
    except DefinitionError as error:
        raise DefinitionsRefused(error) from None


def project_config(file: str, **overrides: Any) -> Any:
    """What a config.py calls: `config = project_config(__file__)`."""
    return config_for(Path(file).resolve().parent, **overrides)
