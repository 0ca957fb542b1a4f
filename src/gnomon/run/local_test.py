"""Test a project on seeded tables: plan it with SQLMesh, then compare every series with the metric's own SQL.

What is compared: each row that SQLMesh built through Gnomon's plans and materialization, and the same row from the
metric's query over exactly its bucket or window, one sample date at a time. The project's warehouse, state and cache
are not touched.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlglot
from sqlglot import exp

from gnomon.compile.models import ModelSpec
from gnomon.model import Project, Variant
from gnomon.run.expected import expected_results
from gnomon.run.local_args import LocalArgs, LocalRange, local_range, parse_args
from gnomon.run.local_compare import differences, expected_queries
from gnomon.run.local_result import LocalTestResult, VariantResult
from gnomon.run.local_samples import samples_of, spans
from gnomon.run.local_scratch import (
    Place,
    buildable,
    moved,
    moved_model,
    named,
    project_config,
    scratch_config,
    scratch_context,
    scratch_loader,
    upstream,
)
from gnomon.run.seed import SeedTable, plan_seeds, write_seeds
from gnomon.run.seed_calendars import seeded_calendars, with_seeded_buckets
from gnomon.run.seed_days import SeedDays, as_date, seed_days
from gnomon.run.seed_rates import seeded_rates
from gnomon.run.seed_scopes import inlined, table_name
from gnomon.time import AllTime, ToDate

DAY = timedelta(days=1)
WINDOWS_BACK = 3
"""How many windows before its user's first one a peer is built from, for comparisons with earlier windows."""


def local_test(root: Path, args: list[str], *, duckdb: bool = True, execution_time: Any = None) -> LocalTestResult:
    """Seed, plan and compare the project at `root`; `args` are words such as `plan dev --start '1 week' --end now`.

    With `duckdb` the tables are made in a DuckDB file of their own, otherwise in scratch schemas of the default
    gateway; both are removed afterwards, unless the words hold `--keep`. Raises DefinitionError for wrong
    definitions, UsageError for wrong words, RunError if a table cannot be built. Wrong values are in the result.
    """
    began = time.monotonic()
    root, words = Path(root).resolve(), parse_args(args)
    config = project_config(root)
    with scratch_place(None if duckdb else f"gnomon_test_{uuid4().hex[:8]}", words.keep) as place:
        test = LocalTest(words, execution_time, place)
        results = test.run(root, config)
    kept = place.folder if words.keep else None
    return LocalTestResult(words.environment, tuple(results), test.seeded, time.monotonic() - began, kept)


@contextmanager
def scratch_place(schema: str | None, keep: bool) -> Iterator[Place]:
    """A folder for the test's files, which is removed unless it is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix="gnomon-test-"))
    try:
        yield Place(folder, schema, keep)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class LocalTest:
    """One test: the words, the place where it happens and, once the definitions are loaded, what is compared."""

    project: Project
    specs: tuple[ModelSpec, ...]
    samples: dict[str, list[date]]
    tested: LocalRange
    days: SeedDays
    kept: frozenset[str]

    def __init__(self, words: LocalArgs, execution_time: Any, place: Place) -> None:
        self.words, self.execution_time, self.place = words, execution_time, place
        self.environment = place.environment(words.environment)
        self.seeds: tuple[SeedTable, ...] = ()
        self.own: list[Any] = []
        self.targets: dict[str, exp.Table] = {}

    @property
    def seeded(self) -> dict[str, int]:
        """The number of seeded rows by table."""
        return {table.name: len(table.rows) for table in self.seeds}

    def run(self, root: Path, config: Any) -> list[VariantResult]:
        """Seed, plan, compare, and clean up what is not in the scratch folder."""
        config = scratch_config(config, scratch_loader(config.loader, self), self.place)
        with scratch_context(root, config) as (context, _):
            try:
                self.seed(context)
                self.plan(context)
                return [*self.compare(context), *expected_results(self.project, self.tested.last + DAY)]
            finally:
                self.place.clean(context, self.environment)

    def prepare(self, project: Project, specs: tuple[ModelSpec, ...]) -> tuple[ModelSpec, ...]:
        """Choose the sample dates, and start each series where they need it to."""
        self.tested = local_range(self.words, project.calendar, self.execution_time)
        self.project = project = with_seeded_buckets(project, self.tested.last)
        variants = [spec.variant for spec in specs if spec.variant is not None]
        self.samples = {variant.name: samples_of(variant, self.tested, project.calendar) for variant in variants}
        bounds = spans(((variant, self.samples[variant.name]) for variant in variants), project.calendar)
        last = max([high for _, high in bounds], default=self.tested.last + DAY) - DAY
        self.days = seed_days(bounds, last - (self.tested.last - self.tested.start), last)
        self.specs = starting(specs, self.samples, self.days, project)
        bridges = (hop.table for hop in project.relationships)
        self.targets = {t: self.place.table(t) for t in (*project.sources, *project.references, *bridges)}
        return self.specs

    def keep(self, models: dict[str, Any]) -> None:
        """Leave only the generated models and those that they read: the rest is not tested here.

        References that are SQL models of the project are built; every other declared table is seeded, model or not.
        """
        for name in self.project.references:
            found = [model for fqn, model in models.items() if named(plain_name(fqn), {name})]
            if found and buildable(found[0], models):
                del self.targets[name]
        self.kept = frozenset(upstream(models, {spec.name.lower() for spec in self.specs}, set(self.targets)))
        for fqn in [fqn for fqn in models if fqn not in self.kept]:
            del models[fqn]
        generated = {spec.name.lower() for spec in self.specs}
        self.own = [models[fqn] for fqn in self.kept if models[fqn].name.lower() not in generated]
        models.update({fqn: moved_model(models[fqn], self.kept, self.place, self.targets) for fqn in self.kept})

    def seed(self, context: Any) -> None:
        """Write the tables that metrics and the project's own models read."""
        from gnomon.compile.sql import per_date

        adapter = context.engine_adapter
        variants = [spec.variant for spec in self.specs if spec.variant is not None]
        one_each = {(v.metric.key, v.entity): v for v in variants if self.samples[v.name]}
        texts = [per_date(self.project, v, self.samples[v.name][0], adapter.dialect) for v in one_each.values()]
        models = {model.name.lower(): bare_query(model, context.default_catalog) for model in self.own if model.is_sql}
        queries = [inlined(sqlglot.parse_one(text, dialect=adapter.dialect), models) for text in texts]
        built = {plain_name(fqn) for fqn in self.kept}
        built |= {name.partition(".")[2] for name in built if name.count(".") > 1}
        seeds = plan_seeds(self.project, [*queries, *models.values()], adapter.dialect, self.days, built)
        seeds = seeded_rates(seeds, self.project, queries, self.days)
        self.seeds = seeded_calendars(seeds, self.project, self.tested.last)
        self.targets |= {table.name: self.place.table(table.name) for table in self.seeds}
        self.place.attach(adapter, self.targets)
        write_seeds(adapter, self.seeds, self.targets)

    def plan(self, context: Any) -> None:
        """Build every table from the first date that is needed to the last that is tested."""
        starts = [spec.start for spec in self.specs if spec.start and spec.kind == "series" and self.wanted(spec)]
        context.plan(
            self.environment,
            start=min(starts, default=self.tested.start).isoformat(),
            end=self.tested.last.isoformat(),
            execution_time=self.tested.execution,
            skip_tests=True,
            skip_linter=True,
            no_prompts=True,
            auto_apply=True,
            include_unmodified=True,
        )

    def wanted(self, spec: ModelSpec) -> bool:
        return spec.variant is not None and bool(self.samples[spec.variant.name])

    def compare(self, context: Any) -> Iterator[VariantResult]:
        """Each variant's built rows against its expected ones."""
        for model in self.own:
            self.targets[model.name.lower()] = exp.to_table(self.view(context, model.name))
        for spec in self.specs:
            if spec.variant is None:
                continue
            if not self.samples[spec.variant.name]:
                yield VariantResult(spec.variant.name, (), skipped="no complete sample date since the metric's start")
                continue
            yield self.compared(spec, spec.variant, context.engine_adapter, self.view(context, spec.name))

    def view(self, context: Any, name: str) -> str:
        """The name of a model's view in the environment."""
        naming = context.state_reader.get_environment(self.environment).naming_info
        snapshot = context.get_snapshot(name, raise_if_missing=True)
        return str(snapshot.qualified_view_name.for_environment(naming, dialect=context.engine_adapter.dialect))

    def compared(self, spec: ModelSpec, variant: Variant, adapter: Any, view: str) -> VariantResult:
        """One variant: its rows between the first and the last sample date, both ways."""
        samples, dialect = self.samples[variant.name], adapter.dialect
        columns = [exp.column(column.name, quoted=True).sql(dialect) for column in spec.columns]
        built_query = exp.select(*columns, dialect=dialect).from_(exp.to_table(view, dialect=dialect))
        if not isinstance(variant.interval, AllTime):
            time_column = exp.column(spec.time_column or "metrics_sample_date", quoted=True)
            low, high = (exp.cast(exp.Literal.string(str(at)), time_type(at)) for at in (samples[0], samples[-1]))
            built_query = built_query.where(exp.Between(this=time_column, low=low, high=high))
        built = adapter.fetchall(built_query.sql(dialect))
        queries = (self.expected(variant, sample, dialect) for sample in samples)
        expected = [row for query in expected_queries(queries, columns) for row in adapter.fetchall(query)]
        problem = None if expected else self.emptiness(variant, dialect)
        found = tuple(differences(variant.name, spec.columns, built, expected))
        return VariantResult(variant.name, tuple(samples), len(built), found, problem)

    def expected(self, variant: Variant, sample: date, dialect: str) -> str:
        """The metric's own SQL over one bucket or window."""
        from gnomon.compile.sql import per_date

        query = per_date(self.project, variant, sample, dialect)
        elsewhere = {name: table for name, table in self.targets.items() if table_name(table) != name}
        return moved(sqlglot.parse_one(query, dialect=dialect), elsewhere).sql(dialect) if elsewhere else query

    def emptiness(self, variant: Variant, dialect: str) -> str:
        """Why a variant may be empty: the tables that it reads and the conditions that their rows were made for."""
        samples = self.samples[variant.name]
        tree = sqlglot.parse_one(self.expected(variant, samples[0], dialect), dialect=dialect)
        read = {table_name(table) for table in tree.find_all(exp.Table)}
        seeded = [table for table in self.seeds if table_name(self.targets[table.name]) in read]
        rows = "; ".join(
            f"{table.name} ({len(table.rows)} rows for: {', or '.join(table.predicates[:6]) or 'no conditions'})"
            for table in seeded
        )
        days = f"{samples[0]}" + (f" to {samples[-1]}" if len(samples) > 1 else "")
        return f"the metric's SQL gives no rows for {days}; seeded were {rows or 'no tables'}"


def bare_query(model: Any, catalog: str | None) -> exp.Query:
    """A model's query with its macros expanded, and its tables without the catalog that SQLMesh adds."""
    query: exp.Query = model.render_query_or_raise().copy()
    for table in query.find_all(exp.Table):
        if table.catalog == catalog:
            table.set("catalog", None)
    return query


def plain_name(fqn: str) -> str:
    """A fully qualified name without quotes, in lower case."""
    return table_name(exp.to_table(fqn))


def time_type(moment: date) -> str:
    return "DATE" if as_date(moment) is moment else "TIMESTAMP"


def starting(
    specs: Sequence[ModelSpec], samples: Mapping[str, list[date]], days: SeedDays, project: Project
) -> tuple[ModelSpec, ...]:
    """The specs, each series starting at the first sample date that is compared or that a user of it reads."""
    variants = {spec.name for spec in specs if spec.variant is not None}
    needed: dict[str, date] = {}
    for spec in reversed(list(in_order(specs))):
        if spec.variant is None:
            continue
        own = [as_date(sample) for sample in samples[spec.variant.name][:1]]
        first = min([*own, *([needed[spec.name]] if spec.name in needed else [])], default=None)
        if first is None:
            continue
        needed[spec.name] = first
        for name in variants.intersection(spec.depends_on):
            needed[name] = min(needed.get(name, first), earliest(spec.variant, first, days, project))
    return tuple(
        replace(spec, start=max(spec.start or needed[spec.name], needed[spec.name])) if spec.name in needed else spec
        for spec in specs
    )


def in_order(specs: Sequence[ModelSpec]) -> Iterator[ModelSpec]:
    """The specs, each after those that it reads."""
    by_name, done = {spec.name: spec for spec in specs}, set[str]()

    def visit(spec: ModelSpec) -> Iterator[ModelSpec]:
        if spec.name not in done:
            done.add(spec.name)
            for name in spec.depends_on:
                if name in by_name:
                    yield from visit(by_name[name])
            yield spec

    for spec in specs:
        yield from visit(spec)


def earliest(variant: Variant, first: date, days: SeedDays, project: Project) -> date:
    """The first sample date of a peer that a variant's row on the date `first` may read."""
    if isinstance(variant.interval, AllTime):
        return days.first
    if isinstance(variant.interval, ToDate):
        start = project.calendar.floor(first, variant.interval.grain)
        for _ in range(WINDOWS_BACK):
            start = project.calendar.floor(start - DAY, variant.interval.grain)
        return start
    low, high = (as_date(bound) for bound in variant.interval.bounds(first, project.calendar))
    return low - WINDOWS_BACK * (high - low)
