"""The JSON Schemas for editors, and the documents, say what the models say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from gnomon.load.definitions import MetricMetadata, MetricQueryDef, MetricTest, RollingConfig
from gnomon.load.files import (
    EntityDef,
    GnomonFile,
    RelationshipDef,
    SourceDef,
    SourcesFile,
    TimeseriesMetricsOptions,
)
from gnomon.load.schema import FOLDER, schemas, text_of

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "definitions.md"
SECTIONS: dict[str, list[type[BaseModel]]] = {
    "## A metric": [MetricQueryDef, RollingConfig, MetricMetadata, MetricTest],
    "## gnomon.yaml": [GnomonFile],
    "## sources.yaml": [SourcesFile, SourceDef, EntityDef, RelationshipDef],
    "## timeseries_metrics": [TimeseriesMetricsOptions],
}


@pytest.mark.parametrize("name", schemas())
def test_the_stored_schema_is_fresh(name: str) -> None:
    stored = (FOLDER / name).read_text()
    assert stored == text_of(schemas()[name]), "run: python -m gnomon.load.schema"


def test_schemas_name_every_field_and_refuse_others() -> None:
    metric = schemas()["metrics.schema.json"]["$defs"]["MetricQueryDef"]
    assert set(metric["properties"]) == set(MetricQueryDef.model_fields)
    assert metric["additionalProperties"] is False
    assert metric["required"] == ["ref"]
    assert json.loads(text_of(schemas()["gnomon.schema.json"]))["properties"]["schema"]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_is_documented(section: str) -> None:
    text = DOCS.read_text().split(f"{section}\n")[1].split("\n## ")[0]
    rows = "\n".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))
    documented = set(re.findall(r"`(\w+)`", rows))
    for model in SECTIONS[section]:
        fields = {info.alias or name for name, info in model.model_fields.items()}
        assert fields <= documented, f"{model.__name__}: {fields - documented}"
