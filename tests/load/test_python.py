"""Definitions in Python, as the original's files write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gnomon import MetricMetadata, MetricQueryDef, RollingConfig, timeseries_metrics
from gnomon.errors import DefinitionError, UsageError
from gnomon.load.construct import collecting, ignoring
from gnomon.load.modifiers import MetricQueryConfig
from gnomon.load.project import load
from gnomon.model import Key
from gnomon.time import Grain, Rolling

FACTORIES = """
import os
import typing as t
from dataclasses import dataclass

from gnomon import MetricMetadata, MetricQueryDef, timeseries_metrics
from gnomon.load import MetricQueryConfig
from shared_words import TAGS

@dataclass
class Own:
    x: "t.Optional[int]" = None

GRAINS = {"daily": "day", "monthly": "month"}

def no_gaps(config: MetricQueryConfig) -> tuple[str, dict] | None:
    return ("no_gaps", {"part": GRAINS[config["ref"]["time_aggregation"]]})

def tags(config):
    return {"tags": [config["table_name"]], "kind_options": {"batch_size": 3}}

timeseries_metrics(
    default_dialect="trino",
    start=os.environ.get("GNOMON_TEST_NO_SUCH_VARIABLE", "2015-01-01"),
    schema="oso",
    model_prefix="timeseries",
    timeseries_sources=["int_events_daily__github", "other.events", "int_known"],
    audits=[("has_at_least_n_rows", {"threshold": 0})],
    incremental_audits=[("fresh", {})],
    audit_factories=[no_gaps],
    metadata_modifiers=[tags],
    metric_queries={
        **{
            name: MetricQueryDef(
                ref="code/stars.sql",
                vars={"full_time_ratio": 10 / 30, "types": ["A", "B"]},
                time_aggregations=["daily", "monthly"],
                over_all_time=True,
                rolling=None,
                metadata=MetricMetadata(display_name="Stars", description="d"),
                additional_tags=TAGS,
            )
            for name in ("stars", "forks")
        },
        "off": MetricQueryDef(ref="none.sql", over_all_time=True, enabled=False),
    },
)
"""


@pytest.fixture
def original(tmp_path: Path) -> Path:
    files = {
        "config.py": "",
        "shared_words.py": 'TAGS = ["data_category=code"]\n',
        "models/metrics_factories.py": FACTORIES,
        "models/plain.py": "raise RuntimeError('not a file of definitions')\n",
        "oso_metrics/code/stars.sql": "SELECT 1",
        "external_models.yaml": "- {name: oso.int_known, columns: {time: DATE, to_project_id: TEXT, amount: INT}}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_file_in_the_originals_shape_loads(original: Path) -> None:
    project = load(original)
    assert list(project.metrics) == ["stars", "forks"]
    stars = project.metrics["stars"]
    assert stars.sql.path == "oso_metrics/code/stars.sql"
    assert (stars.schema, stars.dialect, stars.start) == ("oso", "trino", date(2015, 1, 1))
    assert stars.vars == {"full_time_ratio": 10 / 30, "types": ["A", "B"]}
    assert stars.tags == ("data_category=code",)
    assert stars.audits == (("has_at_least_n_rows", {"threshold": 0}),)
    assert stars.incremental_audits == (("fresh", {}),)
    assert (project.schema, project.dialect, project.start) == ("oso", "trino", date(2015, 1, 1))
    assert str(stars.span("ref")).startswith("models/metrics_factories.py:")


def test_named_sources_have_the_usual_keys_or_those_they_are_known_to_have(original: Path) -> None:
    sources = load(original).sources
    assert list(sources) == ["oso.int_events_daily__github", "other.events", "oso.int_known"]
    github, known = sources["oso.int_events_daily__github"], sources["oso.int_known"]
    assert github.keys == (Key(("to_artifact_id",), "artifact"), Key(("from_artifact_id",), "artifact"))
    assert (github.time, github.columns_known) == (None, False)
    assert (known.keys, known.columns_known) == ((Key(("to_project_id",), "project"),), True)


def test_functions_are_kept_and_audits_are_not_asked_of_all_time(original: Path) -> None:
    audit, metadata = load(original).metrics["stars"].modifiers
    config: Any = {"table_name": "t", "ref": {"time_aggregation": "daily"}}
    assert (audit[0], audit[1](config)) == ("audit", ("no_gaps", {"part": "day"}))
    assert audit[1].__name__ == "no_gaps"
    assert audit[1]({**config, "ref": {"time_aggregation": "over_all_time"}}) is None
    assert (metadata[0], metadata[1](config)) == ("metadata", {"tags": ["t"], "kind_options": {"batch_size": 3}})
    assert set(MetricQueryConfig.__annotations__) >= set(config)


def test_a_script_given_by_path_is_loaded_too(original: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = tmp_path_factory.mktemp("elsewhere") / "more.py"
    script.write_text(
        "from gnomon import *\n"
        "timeseries_metrics(start='2016-01-01', metric_queries={\n"
        "    'more': MetricQueryDef('code/stars.sql', over_all_time=True)})\n"
    )
    project = load(original, factory_path=script)
    assert project.metrics["more"].start == date(2016, 1, 1)
    assert list(project.metrics) == ["stars", "forks", "more"]
    with pytest.raises(UsageError, match="there is no file"):
        load(original, factory_path=script.with_name("nope.py"))


def test_loading_twice_gives_the_same(original: Path) -> None:
    first, second = load(original), load(original)
    assert [m.vars for m in first.metrics.values()] == [m.vars for m in second.metrics.values()]
    assert first.sources == second.sources


def test_what_the_files_import_is_read_anew(original: Path) -> None:
    load(original)
    (original / "shared_words.py").write_text('TAGS = ["changed"]\n')
    assert load(original).metrics["stars"].tags == ("changed",)


def test_outside_a_load_the_call_says_what_to_do() -> None:
    with pytest.raises(DefinitionError, match="loader_missing") as refused:
        timeseries_metrics(metric_queries={})
    assert "from gnomon.loader import GnomonLoader" in (refused.value.problems[0].help or "")
    assert str(refused.value.problems[0].span).partition(":")[0].endswith("test_python.py")


def test_ignoring_and_collecting(tmp_path: Path) -> None:
    with ignoring():
        timeseries_metrics(anything="goes")
    with collecting(tmp_path) as collector:
        timeseries_metrics(start="2020-01-01", schema=None)
        with ignoring():
            timeseries_metrics(start="2021-01-01")
    assert [call.options for call in collector.calls] == [{"start": "2020-01-01"}]
    with pytest.raises(DefinitionError):
        timeseries_metrics()


def test_the_briefs_definition() -> None:
    stars = MetricQueryDef(
        ref="code/stars.sql",
        rolling=RollingConfig(windows=[30], unit="day", cron="@daily"),
        metadata=MetricMetadata(display_name="GitHub Stars", description="...", unit="dollar"),
        start=date(2020, 1, 1),
        end=None,
    )
    assert stars.rolling is not None and stars.metadata is not None
    assert Rolling(*stars.rolling.windows, Grain(stars.rolling.unit)) == Rolling(30)
    assert stars.metadata.unit == {"kind": "currency", "code": "USD"}
    assert (stars.start, stars.end) == (date(2020, 1, 1), None)


def test_a_wrong_definition_outside_a_load_raises_all_its_problems_with_places() -> None:
    with pytest.raises(DefinitionError) as refused:
        MetricQueryDef(
            ref=3,  # type: ignore[arg-type]
            time_aggregations=["é", "dayly"],  # type: ignore[arg-type]
        )
    lines = [str(problem).splitlines() for problem in refused.value.problems]
    assert [line[0].partition(":")[0] for line in lines] == [
        "error[wrong_type]",
        "error[unknown_aggregation]",
        "error[unknown_aggregation]",
    ]
    assert lines[2][3].endswith('time_aggregations=["é", "dayly"],  # type: ignore[arg-type]')
    assert lines[2][4].index("^") == lines[2][3].index('"dayly"')


def test_a_mutable_definition_does_not_share_its_defaults() -> None:
    first, second = (MetricQueryDef(ref="a.sql", over_all_time=True) for _ in range(2))
    first.vars["x"] = 1
    assert second.vars == {}
