"""A hundred thousand columns migrate within a minute on Postgres, and no unit is lost."""

from __future__ import annotations

import time

import pytest

from catalog.old_database import OldDatabase, Shape, fill
from gnomon.catalog.database import connect
from gnomon.catalog.migrate import migrate


@pytest.mark.slow
def test_a_hundred_thousand_columns_on_postgres(postgres_address: str) -> None:
    engine = connect(postgres_address)
    old = OldDatabase(engine, Shape(unit=True))
    fill(old, sources=2_000, width=38, metrics=20_000)
    old.write()
    began = time.perf_counter()
    result = migrate(engine)
    took = time.perf_counter() - began
    assert result.there is not None and result.here is not None
    assert result.there.columns == result.here.columns == 100_000
    assert result.here.units == result.there.units + result.here.moves["moved"]
    assert sum(result.there.legacy.values()) == sum(result.here.moves.values()) + result.here.unknown
    print(f"100 000 columns in {took:.1f} s")
    assert took < 60
    engine.dispose()
