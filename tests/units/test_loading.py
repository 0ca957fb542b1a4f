"""units.yaml and declared units, from files to the project."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gnomon import MetricMetadata, MetricQueryDef, load
from gnomon.errors import DefinitionError
from gnomon.load.findings import Findings
from gnomon.load.metric_units import warn_of_units
from gnomon.load.metrics import Written
from gnomon.load.yaml import read_yaml
from gnomon.model import Project, UnitBy
from gnomon.source import Source
from gnomon.units import VOCABULARY

EUR, USD = {"kind": "currency", "code": "EUR"}, {"kind": "currency", "code": "USD"}
UNITS = """\
units:
  wei: {kind: currency, of: gwei, factor: 1e-9}
  gwei: {kind: currency, of: ETH, factor: 1/10^9}
  tick: {kind: count, of: points, factor: 0.30000000000000000001}
  "k impressions": {kind: count, of: impressions, factor: 1000}
labels:
  people: {one: person, other: people}
"""
SOURCES = """\
sources:
  raw.events:
    time: day
    keys: {artifact_id: artifact}
    columns:
      day: date
      Currency_Code: text
      metric: text
      fee: {type: double, unit: {kind: currency, code: wei}}
      price: {type: double, unit: {kind: currency, by: Currency_Code}}
      amount:
        type: double
        unit_by:
          column: Metric
          map:
            stars: {kind: count, code: stars}
            on: {kind: count, code: on}
            revenue: {numerator: {kind: currency, code: wei}, denominator: {kind: time, code: d}}
entities: {artifact: {}}
"""
QUERY = "SELECT 1\n"


def project(root: Path, **files: str) -> Project:
    """The small project with some files instead of its own."""
    (root / "queries").mkdir(exist_ok=True)
    texts = {"units": UNITS, "sources": SOURCES, "metrics": "a: {ref: a.sql, over_all_time: true}\n", **files}
    (root / "gnomon.yaml").write_text("start: 2024-01-01\n")
    (root / "queries" / "a.sql").write_text(QUERY)
    for name, text in texts.items():
        (root / f"{name}.yaml").write_text(text)
    return load(root)


def test_the_vocabulary_of_a_project(tmp_path: Path) -> None:
    vocabulary = project(tmp_path).vocabulary
    assert vocabulary.symbol("currency", "wei").factor == Fraction(1, 10**18)
    assert vocabulary.own == {"gwei": "currency", "wei": "currency", "tick": "count", "k impressions": "count"}
    assert vocabulary.label("people", 1) == "person"
    assert vocabulary.symbol("time", "h") == VOCABULARY.symbol("time", "h")


def test_a_factor_is_read_as_it_is_written(tmp_path: Path) -> None:
    tick = project(tmp_path).vocabulary.symbol("count", "tick")
    assert tick.factor == Fraction("0.30000000000000000001") != Fraction("0.3")


def test_a_project_without_units_has_the_built_in_ones(tmp_path: Path) -> None:
    made = project(tmp_path, units="", sources=SOURCES.replace("wei", "ETH"))
    assert made.vocabulary == VOCABULARY


def test_columns_have_units_of_their_own_by_code_and_by_key(tmp_path: Path) -> None:
    columns = project(tmp_path).sources["raw.events"].columns
    assert columns["fee"].unit == {"kind": "currency", "code": "wei"} and columns["fee"].unit_by is None
    assert (columns["price"].unit, columns["price"].unit_by) == ({"kind": "currency"}, UnitBy("currency_code"))
    amount = columns["amount"]
    assert amount.unit is None and amount.unit_by is not None and amount.unit_by.column == "metric"
    assert amount.unit_by.map == {
        "stars": {"kind": "count", "code": "stars"},
        "on": {"kind": "count", "code": "on"},
        "revenue": {"numerator": {"kind": "currency", "code": "wei"}, "denominator": {"kind": "time", "code": "d"}},
    }


def test_own_codes_are_known_in_python_definitions_too(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.py").write_text(
        "from gnomon import MetricMetadata, MetricQueryDef, timeseries_metrics\n"
        "timeseries_metrics(metric_queries={'b': MetricQueryDef(ref='a.sql', over_all_time=True,\n"
        "    metadata=MetricMetadata(unit={'kind': 'currency', 'code': 'wei'}))})\n"
    )
    assert project(tmp_path).metrics["b"].metadata.unit == {"kind": "currency", "code": "wei"}


def test_own_codes_are_known_while_their_project_is_read_and_no_longer(tmp_path: Path) -> None:
    project(tmp_path)
    with pytest.raises(DefinitionError, match="define wei in units"):
        MetricMetadata(unit={"kind": "currency", "code": "wei"})


@pytest.mark.parametrize(
    ("definition", "unit"),
    [
        ("metadata: {unit: dollar}", USD),
        ("unit: dollar", USD),
        ("unit: {kind: currency, code: EUR}", EUR),
        ("metric_metadata: {unit: ' Dollar '}", USD),
        ("metric_metadata: {unit: unknown}", None),
        ("unit: bit", None),
        ("columns: {amount: {unit: {kind: currency, code: EUR}}}", EUR),
        ("metadata: {unit: dollar}, columns: {amount: {unit: {kind: currency, code: EUR}}}", EUR),
        (
            "metadata: {unit: {kind: currency, code: USD}}, columns: {amount: {unit: {kind: count}}}",
            USD,
        ),
        ("metadata: {unit: dollar}, unit: {kind: currency, code: EUR}", EUR),
        ("metadata: {display_name: X}, metric_metadata: {unit: dollar}", USD),
    ],
)
def test_where_a_metric_says_its_unit(definition: str, unit: Any, tmp_path: Path) -> None:
    made = project(tmp_path, metrics=f"a: {{ref: a.sql, over_all_time: true, {definition}}}\n").metrics["a"]
    assert made.metadata.unit == unit and type(made.metadata.unit) in (dict, type(None))
    assert made.metadata.display_name == ("X" if "display_name" in definition else "")


def test_where_python_says_a_unit() -> None:
    metadata = MetricMetadata(display_name="Revenue", unit="dollar")
    made = MetricQueryDef(ref="a.sql", over_all_time=True, metadata=metadata, columns={"amount": {"unit": EUR}})
    assert made.metadata is not None and made.metadata.unit == EUR and made.metadata.display_name == "Revenue"
    assert metadata.unit == USD, "what the author holds is not changed"


def written(text: str) -> Written:
    document = read_yaml(Source("metrics.yaml", text))
    definition = MetricQueryDef.model_validate(document.data["a"])
    return Written("a", definition, document, ("a",), document.key("a"))


def test_units_that_differ_are_shown_to_the_author(tmp_path: Path) -> None:
    findings = Findings(tmp_path)
    text = "a:\n  ref: a.sql\n  over_all_time: true\n  unit: dollar\n  columns: {amount: {unit: {kind: count}}}\n"
    warn_of_units(written(text), findings)
    (warning,) = findings.warnings
    assert (warning.code, str(warning.span), warning.severity) == ("units_differ", "metrics.yaml:4:9", "warning")
    assert warning.message == "unit says currency USD, and columns.amount.unit says count, which holds"


@pytest.mark.parametrize(
    "fields", ["unit: dollar\n  metadata: {unit: {kind: currency, code: USD}}", "unit: dollar", "unit: bit", "name: b"]
)
def test_units_that_agree_are_not(fields: str, tmp_path: Path) -> None:
    findings = Findings(tmp_path)
    warn_of_units(written(f"a:\n  ref: a.sql\n  over_all_time: true\n  {fields}\n"), findings)
    assert findings.warnings == []


def test_a_wrong_unit_in_python_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.py").write_text(
        "from gnomon import MetricMetadata, MetricQueryDef, timeseries_metrics\n"
        "timeseries_metrics(metric_queries={'b': MetricQueryDef(ref='a.sql', over_all_time=True,\n"
        "    metadata=MetricMetadata(unit='dollars'))})\n"
    )
    with pytest.raises(DefinitionError) as refused:
        project(tmp_path)
    (problem,) = refused.value.problems
    assert (problem.code, str(problem.span)) == ("wrong_unit", "models/m.py:3:34")
