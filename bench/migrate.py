"""How long a database of DataJunction's server takes to migrate: `python -m bench.migrate`.

Databases of ten thousand and of a hundred thousand columns, on SQLite and on a Postgres server of our own. The aim: a
hundred thousand columns within a minute on Postgres. That no unit is lost is a test's: tests/catalog.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from catalog.conftest import empty_database
from catalog.old_database import OldDatabase, Shape, fill
from dates.engines import postgres_server
from gnomon.catalog.database import connect
from gnomon.catalog.migrate import migrate

SOURCES, AIM = (200, 2_000), 60
"""How many sources, each with 38 columns and ten metrics beside it; and the seconds that the most may take."""


def seconds(address: str, sources: int) -> tuple[int, float]:
    """How many columns are migrated in an empty database that is filled first, and in how many seconds."""
    engine = connect(address)
    old = OldDatabase(engine, Shape(unit=True))
    fill(old, sources, width=38, metrics=10 * sources)
    old.write()
    began = perf_counter()
    result = migrate(engine)
    took = perf_counter() - began
    engine.dispose()
    return result.here.columns if result.here else 0, took


@contextmanager
def servers() -> Iterator[tuple[Path, str]]:
    """A folder for SQLite's files, and the connection string of a Postgres server; both are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(tempfile.mkdtemp(prefix="gnomon-postgres-"))
        try:
            with postgres_server(home) as dsn:
                yield Path(folder), dsn
        finally:
            shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Prints a table; 1 where the aim is missed."""
    took = 0.0
    print("| database | columns | seconds |\n| --- | ---: | ---: |")
    with servers() as (folder, dsn):
        for sources in SOURCES:
            for name, address in (("SQLite", str(folder / f"{sources}.db")), ("Postgres", empty_database(dsn))):
                columns, took = seconds(address, sources)
                print(f"| {name} | {columns:,} | {took:.1f} |", flush=True)
    print(f"\nThe last within {AIM} s: {'yes' if took < AIM else 'no'}")
    return int(took >= AIM)


if __name__ == "__main__":
    sys.exit(main())
