"""Relationship tables: what changed in them since the variants above them were built, and which keys they lack.

A bridge without validity is current membership, so that any change of it changes every row above. One with validity
is a history: a change concerns the dates from the earliest entry that moved. Both are found by digests of the distinct
rows, kept in `<schema>.gnomon_bridges`: one for the whole of an undated bridge, one for each date of a dated one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from sqlglot import exp

from gnomon.model import Relationship, SourceTable
from gnomon.run.context import Session
from gnomon.run.history import read_rows, replace_rows

BRIDGES = "gnomon_bridges"
BRIDGE_COLUMNS = {"environment": "TEXT", "bridge": "TEXT", "entry_date": "TEXT", "digest": "TEXT"}
ALWAYS = ""
"""The entry date of what has always been so: undated rows, and rows that are valid from the beginning."""

Digests = Mapping[str, Mapping[str, str]]
"""Bridge table -> entry date (ISO, or ALWAYS) -> digest."""


@dataclass(frozen=True, slots=True)
class BridgeChange:
    """A bridge that is not what it was; `since` is the earliest date that moved, None where all dates did."""

    table: str
    since: date | None

    def __str__(self) -> str:
        when = f"from {self.since} on" if self.since else "in full"
        return f"{self.table} changed: the variants above it are rebuilt {when}"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """How many distinct keys of a source have no entity in a bridge: their rows are left out above it."""

    source: str
    column: str
    bridge: str
    entity: str
    keys: int


def used_bridges(session: Session) -> set[str]:
    """The relationship tables that some built variant reads."""
    return {table for spec in session.specs.values() for table in spec.properties.get("bridges", ())}


def current_digests(session: Session) -> dict[str, dict[str, str]]:
    """What the used bridges hold now; one that does not exist yet is left out."""
    wanted = used_bridges(session)
    digests: dict[str, dict[str, str]] = {}
    for relation in session.project.relationships:
        if relation.table in wanted and session.context.engine_adapter.table_exists(_table(relation.table)):
            merged = digests.setdefault(relation.table, {})
            for day, digest in _digest(session, relation).items():
                merged[day] = merged.get(day, "") + digest
    return digests


def recorded_digests(session: Session, environment: str) -> dict[str, dict[str, str]]:
    """What the used bridges held when the environment's variants were last made to agree with them."""
    rows = read_rows(session, BRIDGES, ("bridge", "entry_date", "digest"), {"environment": environment}) or []
    digests: dict[str, dict[str, str]] = {}
    for table, day, digest in rows:
        digests.setdefault(table, {})[day] = digest
    return digests


def record_digests(session: Session, environment: str, digests: Digests) -> None:
    """Remembers the state that the environment's variants now agree with."""
    rows = [(environment, table, day, digest) for table, days in digests.items() for day, digest in days.items()]
    replace_rows(session, BRIDGES, BRIDGE_COLUMNS, {"environment": environment}, rows)


def changes(before: Digests, after: Digests) -> list[BridgeChange]:
    """The bridges known before that differ now.

    >>> before = {"undated": {"": "a"}, "dated": {"2024-01-01": "a", "2024-03-01": "b"}}
    >>> after = {"undated": {"": "b"}, "dated": {"2024-01-01": "a", "2024-03-01": "c"}, "new": {"": "d"}}
    >>> [str(change.since) for change in changes(before, after)]
    ['None', '2024-03-01']
    """
    found = []
    for table, days in before.items():
        now = after.get(table, {})
        moved = sorted(day for day in {*days, *now} if days.get(day) != now.get(day))
        if moved:
            found.append(BridgeChange(table, date.fromisoformat(moved[0]) if moved[0] else None))
    return found


def _digest(session: Session, relation: Relationship) -> dict[str, str]:
    """A digest per entry date, over the distinct rows that begin or end on it, in any order."""
    columns = [*relation.from_columns, *relation.to_columns]
    validity = [column for column in (relation.valid_from, relation.valid_to) if column]
    query = exp.select(*(exp.cast(exp.column(column), "TEXT") for column in [*columns, *validity]))
    rows = session.context.engine_adapter.fetchall(query.from_(_table(relation.table)).distinct())
    sums: dict[str, int] = {}
    for row in rows:
        members = row[: len(columns)]
        for edge, moment in _entries(relation, dict(zip(validity, row[len(columns) :], strict=True))):
            text = repr((members, edge, moment))
            number = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big")
            sums[moment[:10]] = (sums.get(moment[:10], 0) + number) % 2**128
    return {day: f"{total:032x}" for day, total in sums.items()} or {ALWAYS: "empty"}


def _entries(relation: Relationship, values: Mapping[str, str | None]) -> Iterable[tuple[str, str]]:
    """The moments at which a row's membership begins and ends; none for a row that never holds.

    Membership at any moment follows from the entries up to it, which is why a changed end leaves the beginning as is.
    """
    begins = (values[relation.valid_from] if relation.valid_from else None) or ALWAYS
    ends = values[relation.valid_to] if relation.valid_to else None
    if ends is None or begins < ends:
        yield "begins", begins
        if ends is not None:
            yield "ends", ends


def unmatched_keys(session: Session) -> list[Unmatched]:
    """The keys of every source that its bridges lack, where there are any. Reads the sources whole."""
    found = []
    for source in session.project.sources.values():
        for relation in session.project.relationships:
            for key in source.keys:
                if key.entity == relation.from_entity and relation.table in used_bridges(session):
                    count = _unmatched(session, source, key.columns, relation)
                    if count:
                        entity = relation.to_entity
                        found.append(Unmatched(source.name, ", ".join(key.columns), relation.table, entity, count))
    return found


def _unmatched(session: Session, source: SourceTable, columns: tuple[str, ...], relation: Relationship) -> int:
    adapter = session.context.engine_adapter
    if not adapter.table_exists(_table(source.name)) or not adapter.table_exists(_table(relation.table)):
        return 0
    pairs = list(zip(columns, relation.from_columns, strict=True))
    present = exp.and_(*(exp.column(column).is_(exp.null()).not_() for column in columns))
    keys = exp.select(*columns).distinct().from_(_table(source.name)).where(present).subquery("source_keys")
    matches = exp.and_(*(exp.column(theirs, "bridge").eq(exp.column(ours, "source_keys")) for ours, theirs in pairs))
    bridged = exp.select("1").from_(exp.alias_(_table(relation.table), "bridge", table=True)).where(matches)
    query = exp.select(exp.Count(this=exp.Star())).from_(keys).where(exp.not_(exp.Exists(this=bridged)))
    return int(adapter.fetchone(query)[0])


def _table(name: str) -> exp.Table:
    return exp.to_table(name)
