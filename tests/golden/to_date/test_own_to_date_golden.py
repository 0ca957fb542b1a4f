"""The fiscal year to date of a distinct count, as a run computes it, by dialect; GNOMON_WRITE_GOLDEN=1 writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import gnomon
from calendars.to_date import write_to_date
from gnomon.compile.sql import incremental

HERE = Path(__file__).parent


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_sql(dialect: str, tmp_path: Path) -> None:
    root = write_to_date(tmp_path / "shop", ["customers"], ["year"])
    with (root / "gnomon.yaml").open("a") as settings:
        settings.write(f"default_dialect: {dialect}\n")
    (root / "metrics.yaml").write_text((root / "metrics.yaml").read_text().replace("ref:", "dialect: duckdb, ref:"))
    project = gnomon.load(root)
    (variant,) = gnomon.expand(project)
    text = incremental(project, variant, "metrics.calendar").query.sql(dialect, pretty=True) + "\n"
    path = HERE / f"{dialect}.sql"
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        path.write_text(text)
    assert path.read_text() == text, f"{path.name} differs; write it again with GNOMON_WRITE_GOLDEN=1 and read the diff"
