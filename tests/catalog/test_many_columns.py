"""An old database of many columns loses no unit. `python -m bench.migrate` says how long a hundred thousand take."""

from __future__ import annotations

from sqlalchemy import Engine

from catalog.old_database import OldDatabase, Shape, fill
from gnomon.catalog.migrate import migrate


def test_no_unit_of_five_thousand_columns_is_lost(engine: Engine) -> None:
    old = OldDatabase(engine, Shape(unit=True))
    fill(old, sources=100, width=38, metrics=1_000)
    old.write()
    result = migrate(engine)
    assert result.there is not None and result.here is not None
    assert result.there.columns == result.here.columns == 5_000
    assert result.here.units == result.there.units + result.here.moves["moved"]
    assert sum(result.there.legacy.values()) == sum(result.here.moves.values()) + result.here.unknown
