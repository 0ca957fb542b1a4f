"""Model specs -> SQLMesh models: the loader that a project's config.py names.

Models are made with `create_sql_model`, so a snapshot holds SQL and no Python: a refactor of Gnomon re-versions
nothing, and a change of the SQL always does. What is part of a model's version (columns, optimize_query, the
materialization's properties) is chosen here once; changing it rebuilds every table of every project.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlglot import exp, generator
from sqlmesh.core.audit import ModelAudit
from sqlmesh.core.config import Config
from sqlmesh.core.dialect import MacroVar
from sqlmesh.core.linter.definition import RuleSet
from sqlmesh.core.loader import SqlMeshLoader
from sqlmesh.core.model import Model
from sqlmesh.core.model.definition import create_sql_model
from sqlmesh.utils.errors import ConfigError

from gnomon.compile.audits import AUDITS
from gnomon.compile.models import ModelSpec
from gnomon.compile.project import compile_project
from gnomon.compile.spec_cache import definition_files, remembered
from gnomon.compile.sqlmesh_config import config_fields
from gnomon.compile.sqlmesh_fields import model_fields
from gnomon.compile.sqlmesh_linter import RULES
from gnomon.errors import DefinitionError
from gnomon.load.construct import ignoring
from gnomon.load.project import load
from gnomon.model import Project
from gnomon.time import Calendar

# Importing sqlmesh teaches SQLGlot's generators its macros; one that was used before would not look again.
generator._DISPATCH_CACHE.clear()


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
        if any((project.root / "macros").rglob("*.py")):  # what a macro's result depends on is not known
            return compile_project(project)
        return remembered(self.context.cache_dir / "gnomon", project, compile_project)

    def _load_audits(self, macros: Any, jinja_macros: Any) -> Any:
        audits = super()._load_audits(macros, jinja_macros)
        for audit in generated_audits():
            if audit.name not in audits:
                audits[audit.name] = audit
        return audits

    def _load_linting_rules(self) -> RuleSet:
        return super()._load_linting_rules().union(RuleSet(RULES))

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
        return Config(**{**config_fields(Path(root)), "loader": GnomonLoader, **overrides})
    except DefinitionError as error:
        raise DefinitionsRefused(error) from None


def project_config(file: str, **overrides: Any) -> Any:
    """What a config.py calls: `config = project_config(__file__)`."""
    return config_for(Path(file).resolve().parent, **overrides)
