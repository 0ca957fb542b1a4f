"""A project planned somewhere else: the same definitions over seeded tables, in a database or schemas of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlglot import exp

from gnomon.compile.models import ModelSpec
from gnomon.compile.sqlmesh import GnomonLoader
from gnomon.errors import Problem, UsageError
from gnomon.model import Project
from gnomon.run.console import QuietConsole
from gnomon.run.context import prepare_environment, refusals
from gnomon.run.seed_scopes import table_name

Tree = TypeVar("Tree", bound=exp.Expr)
CONFIG_FILES = ("config.py", "config.yaml", "config.yml")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a test happens: a folder for files, and a name for schemas if it shares a warehouse.

    `schema` is None in a database of its own: then every table has its usual name.
    """

    folder: Path
    schema: str | None = None
    keep: bool = False

    def environment(self, name: str) -> str:
        return f"{self.schema}_{name}" if self.schema else name

    def table(self, name: str) -> exp.Table:
        """Where a seeded table is written."""
        if self.schema is None:
            return exp.to_table(name)
        return exp.table_(name.replace(".", "__"), db=self.schema)

    def attach(self, adapter: Any, tables: Iterable[str]) -> None:
        """Make the catalogs that names such as `raw.github.events` begin with, in a database of its own."""
        if self.schema is None:
            for catalog in sorted({name.split(".")[0] for name in tables if name.count(".") > 1}):
                adapter.execute(
                    f"ATTACH IF NOT EXISTS '{self.folder / catalog}.duckdb' AS {exp.to_identifier(catalog)}"
                )

    def clean(self, context: Any, environment: str) -> None:
        """Drop what was made in a shared warehouse: only schemas that bear this place's name."""
        if self.schema is None or self.keep:
            return
        adapter, suffix = context.engine_adapter, f"__{environment}"
        views = {exp.to_table(fqn).db for fqn in context.models}
        for name in [*sorted(f"{db}{suffix}" for db in views), f"{self.schema}_tables", self.schema]:
            adapter.drop_schema(name, ignore_if_not_exists=True, cascade=True)


def moved(query: Tree, tables: Mapping[str, exp.Table]) -> Tree:
    """The query, reading tables where they are: `tables` is by the lower-case names that the query uses.

    >>> import sqlglot
    >>> moved(sqlglot.parse_one("SELECT x.a FROM m.x"), {"m.x": exp.to_table("scratch.m__x")}).sql()
    'SELECT x.a FROM scratch.m__x AS x'
    """
    query = query.copy()
    for table in list(query.find_all(exp.Table)):
        if table_name(table) in tables:
            place = tables[table_name(table)].copy()
            alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name))
            place.set("alias", alias.copy())
            table.replace(place)
    return query


class Rehearsal(Protocol):
    """What a scratch loader asks of a test: the specs as it wants them, once the definitions are known."""

    def prepare(self, project: Project, specs: tuple[ModelSpec, ...]) -> tuple[ModelSpec, ...]: ...

    def keep(self, models: dict[str, Any]) -> None: ...


def scratch_loader(base: type[GnomonLoader], test: Rehearsal) -> type[GnomonLoader]:
    """The project's own loader, with the specs and the models that a test needs."""

    class ScratchLoader(base):  # type: ignore[valid-type, misc]
        def specs(self, project: Project) -> tuple[ModelSpec, ...]:
            return test.prepare(project, super().specs(project))

        def _load_models(self, *args: Any, **kwargs: Any) -> Any:
            loaded = super()._load_models(*args, **kwargs)
            test.keep(loaded[0])
            return loaded

    return ScratchLoader


def upstream(models: Mapping[str, Any], names: Collection[str], without: Collection[str]) -> set[str]:
    """The models of these names and those that they read, other than the tables in `without`. Keys are as in `models`.

    Names are compared in lower case, with or without a catalog.
    """
    plain = {fqn: fqn.replace('"', "").lower() for fqn in models}
    skipped = {fqn for fqn, name in plain.items() if named(name, without)}
    wanted, found = [fqn for fqn, name in plain.items() if named(name, names)], set[str]()
    while wanted:
        fqn = wanted.pop()
        if fqn in models and fqn not in found | skipped:
            found.add(fqn)
            wanted += models[fqn].depends_on
    return found


def buildable(model: Any, models: Mapping[str, Any]) -> bool:
    """Whether a model can be built from seeds: SQL over named tables, as far up as the project's models go."""
    if not model.is_sql or not isinstance(model.query, exp.Query):
        return False
    tables = model.query.find_all(exp.Table)
    is_named = all(isinstance(table.this, exp.Identifier) for table in tables)
    return is_named and all(buildable(models[fqn], models) for fqn in model.depends_on if fqn in models)


def named(fqn: str, names: Collection[str]) -> bool:
    return fqn in names or fqn.partition(".")[2] in names


def project_config(root: Path) -> Any:
    """The project's own SQLMesh config. Raises UsageError where there is none, or without Gnomon's loader."""
    from sqlmesh.core.config import Config, load_configs

    if not any((root / name).is_file() for name in CONFIG_FILES):
        help = "run `gnomon init` there, or name the project's folder with --project"
        raise UsageError(Problem("no_project", f"there is no project in {root}: it has no config.py", help=help))
    with refusals(QuietConsole()):
        config = next(iter(load_configs(None, Config, [str(root)]).values()))
    if not issubclass(config.loader, GnomonLoader):
        help = "say `loader=GnomonLoader` there, with `from gnomon.loader import GnomonLoader`"
        raise UsageError(Problem("stock_loader", f"the config of {root} does not use Gnomon's loader", help=help))
    return config


def scratch_config(config: Any, loader: type[GnomonLoader], place: Place) -> Any:
    """The project's config with the test's place in it: its state, its cache and, without `schema`, its database."""
    from sqlmesh.core.config import DuckDBConnectionConfig, GatewayConfig

    state = DuckDBConnectionConfig(database=str(place.folder / "state.duckdb"))
    changes: dict[str, Any] = {
        "loader": loader,
        "cache_dir": str(place.folder / "cache"),
        "disable_anonymized_analytics": True,
        "notification_targets": [],
        "users": [],
        "before_all": [],
        "after_all": [],
    }
    if place.schema is None:
        connection = DuckDBConnectionConfig(database=str(place.folder / "warehouse.duckdb"))
        changes |= {"gateways": {"scratch": GatewayConfig(connection=connection, state_connection=state)}}
        changes |= {"default_gateway": "scratch", "physical_schema_mapping": {}}
    else:
        import re

        name = config.default_gateway_name
        gateway = config.get_gateway(name).copy(update={"state_connection": state, "state_schema": "sqlmesh"})
        changes |= {
            "gateways": {name: gateway},
            "physical_schema_mapping": {re.compile(".*"): f"{place.schema}_tables"},
        }
    return config.copy(update=changes)


@contextmanager
def scratch_context(root: Path, config: Any) -> Iterator[tuple[Any, QuietConsole]]:
    """A SQLMesh context of the project under another config, with a silent console."""
    prepare_environment()
    from sqlmesh import Context
    from sqlmesh.core.console import get_console, set_console

    from gnomon.run.upstream import correct_sqlmesh

    correct_sqlmesh()
    console, before = QuietConsole(), get_console()
    set_console(console)
    context = None
    try:
        with refusals(console):
            context = Context(paths=[str(root)], config=config)
            yield context, console
    finally:
        set_console(before)
        if context is not None:
            context.close()


def moved_model(model: Any, kept: Collection[str], place: Place, tables: dict[str, exp.Table]) -> Any:
    """A model without audits that reads seeded tables where they are; those not declared are added to `tables`.

    `kept` are the fully qualified names of the models that the plan builds. Audits judge real data, not seeds. Python
    models read what they like.
    """
    from sqlmesh.core.model.common import ParsableSql

    model = model.copy(update={"audits": []})
    if place.schema is None or not model.is_sql or not isinstance(model.query, exp.Query):
        return model
    built = {table_name(exp.to_table(fqn)) for fqn in kept}
    built |= {name.partition(".")[2] for name in built if name.count(".") > 1}
    for table in model.query.find_all(exp.Table):
        if table.db and table_name(table) not in built:
            tables.setdefault(table_name(table), place.table(table_name(table)))
    query = ParsableSql.from_parsed_expression(moved(model.query, tables), model.dialect)
    return model.copy(update={"query_": query, "depends_on_": set(model.depends_on).intersection(kept)})
