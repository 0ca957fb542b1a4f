"""The rows that the window benchmarks read: generated ones of a stated shape, and a real table where it is present.

Each data set is a DuckDB file of its own, made once and then only read:

    raw.events(bucket_day DATE, to_artifact_id, from_artifact_id, everyone_id VARCHAR, amount DOUBLE, units BIGINT)
    raw.artifacts_by_project(artifact_id, project_id)
    raw.projects_by_collection(project_id, collection_id)

Ids are text of 16 characters (a digest, as in the public data sets of this kind), or BIGINT with `ids="bigint"`. Days
are uniform, and rows are stored by day, as events arrive, or in no order. Entities and actors are skewed: of either,
the busiest hundredth has a tenth of the rows. `amount` has cents, `units` is 1 to 20, nothing is null. Each tenth
project of a collection, and each tenth artifact of a project, is in another one too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

VERSION = 1
"""Part of the files' names: raise it when the generated rows change."""

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many rows of how many entities and actors are spread over the days from `start` to `end`, both included.

    `by_day` says that rows are stored in the order of their days.
    """

    name: str
    entities: int
    actors: int
    start: date
    end: date
    rows: int
    by_day: bool = True

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def size(self) -> str:
        return f"{self.rows / 1e6:.3g} M"

    @property
    def title(self) -> str:
        return f"{self.name}, {self.size}"


DENSE = Shape("dense", 2_000, 50_000, date(2023, 1, 1), date(2024, 12, 31), 0)
UNORDERED = replace(DENSE, name="unordered", by_day=False)
SPARSE = Shape("sparse", 200_000, 50_000, date(2015, 1, 1), date(2024, 12, 31), 0)


def home() -> Path:
    """The folder of data files and peers' environments, outside of the repository."""
    return Path(os.environ.get("GNOMON_BENCH_HOME") or Path.home() / ".cache" / "gnomon-bench")


def generated(shape: Shape, ids: str = "text") -> Path:
    """The file of a generated data set; it is made if it is not there."""
    path = home() / "data" / f"{shape.name}-{shape.rows}-{ids}-v{VERSION}.duckdb"
    return path if path.exists() else written(path, events(shape, ids), bridges(shape, ids))


def real() -> tuple[Shape, Path] | str:
    """The public events, or the reason why they are left out: commits and merges by their author's day."""
    folder = Path(os.environ.get("GNOMON_DATA") or REPOSITORY.parent / "shared" / "data")
    source = folder / "oss_events.parquet"
    if not source.exists():
        return "oss_events.parquet is not there; GNOMON_DATA names its folder"
    path = home() / "data" / f"oss-{source.stat().st_size}-v{VERSION}.duckdb"
    if not path.exists():
        written(path, real_events(source), bridges(DENSE, "text"))
    with duckdb.connect(str(path), read_only=True) as connection:
        counted = connection.execute(
            """SELECT COUNT(DISTINCT to_artifact_id), COUNT(DISTINCT from_artifact_id),
                MIN(bucket_day), MAX(bucket_day), COUNT(*) FROM raw.events"""
        ).fetchone()
    assert counted is not None
    return Shape("real", *counted), path


def written(path: Path, *statements: str) -> Path:
    """A new file with what some statements create; half a file never has the final name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with duckdb.connect(str(part)) as connection:
        connection.execute("SET threads = 2; CREATE SCHEMA raw")
        for statement in statements:
            connection.execute(statement)
        connection.execute("CHECKPOINT")
    return part.rename(path)


def identifier(prefix: str, number: str, ids: str) -> str:
    """An id as SQL.

    >>> identifier("a", "n", "bigint"), identifier("a", "n", "text")
    ('CAST(n AS BIGINT)', "substr(md5('a' || CAST(n AS BIGINT)), 1, 16)")
    """
    whole = f"CAST({number} AS BIGINT)"
    return whole if ids == "bigint" else f"substr(md5('{prefix}' || {whole}), 1, 16)"


def share(salt: int) -> str:
    """A number in [0, 1) that depends on the row `i` alone, so that threads cannot change the rows."""
    return f"(hash(i * 8 + {salt}) / 18446744073709551616.0)"


def events(shape: Shape, ids: str) -> str:
    entity, actor = (f"floor({count} * {share(salt)} ^ 2)" for salt, count in ((1, shape.entities), (2, shape.actors)))
    return f"""CREATE TABLE raw.events AS
        SELECT DATE '{shape.start}' + CAST(floor({shape.days} * {share(3)}) AS INTEGER) AS bucket_day,
            {identifier("artifact", entity, ids)} AS to_artifact_id,
            {identifier("actor", actor, ids)} AS from_artifact_id,
            'all' AS everyone_id, round({share(4)} * 1000, 2) AS amount,
            CAST(1 + floor({share(5)} * 20) AS BIGINT) AS units
        FROM range({shape.rows}) AS rows(i) ORDER BY {"bucket_day" if shape.by_day else share(6)}"""


def real_events(source: Path) -> str:
    return f"""CREATE TABLE raw.events AS
        SELECT CAST(authored_at AS DATE) AS bucket_day, CAST(repo AS VARCHAR) AS to_artifact_id,
            CAST(dev AS VARCHAR) AS from_artifact_id, 'all' AS everyone_id, CAST(1 AS DOUBLE) AS amount,
            CAST(1 AS BIGINT) AS units
        FROM read_parquet('{source}') ORDER BY bucket_day"""


def bridges(shape: Shape, ids: str) -> str:
    made = []
    for lower, upper, count in (
        ("artifact", "project", shape.entities),
        ("project", "collection", shape.entities // 10),
    ):
        pairs = " UNION ALL ".join(
            f"""SELECT {identifier(lower, "i", ids)} AS {lower}_id, {identifier(upper, above, ids)} AS {upper}_id
                FROM range({count}) AS rows(i) WHERE {which}"""
            for above, which in (
                ("floor(i / 10)", "true"),
                (f"(floor(i / 10) + 1) % {max(count // 10, 1)}", "i % 10 = 0"),
            )
        )
        made.append(f"CREATE TABLE raw.{lower}s_by_{upper} AS {pairs}")
    return ";".join(made)
