"""The tables of exchange rates that a project declares. Each is a reference too, which queries may join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gnomon.load.columns import merged_columns
from gnomon.load.declared import Declared, Entry
from gnomon.load.external import ExternalTables
from gnomon.load.files import RatesDef
from gnomon.load.findings import Findings
from gnomon.model import RateTable, Reference
from gnomon.source import Span

DAY = timedelta(days=1)


def build_rates(declared: Declared, findings: Findings) -> dict[str, RateTable]:
    """The declared tables of rates, by name."""
    return {name: build_rate(name, entry, findings) for name, entry in declared.entries["rates"].items()}


def build_rate(name: str, entry: Entry, findings: Findings) -> RateTable:
    rule: RatesDef = entry.value
    if rule.max_age % DAY or rule.max_age < timedelta(0):
        help = "write whole days, as in 7 days"
        findings.error("wrong_duration", "rates are of days, and their age is too", entry.span("max_age"), help)
    return RateTable(
        name=name,
        date=rule.date,
        from_code=rule.from_,
        to_code=rule.to,
        rate=rule.rate,
        via=rule.via,
        max_age=rule.max_age,
        missing=rule.missing or "null",
        span=entry.key(),
    )


def rate_references(
    declared: Declared, references: Mapping[str, Reference], external: ExternalTables, findings: Findings
) -> dict[str, Reference]:
    """The tables of rates as references, but for those that are declared as such."""
    made = {}
    for name, entry in declared.entries["rates"].items():
        if (span := declared.names["sources"].get(name)) is not None:
            help = "remove one of them: a source is bound to entities and to time, and rates are not"
            findings.error("duplicate_table", f"'{name}' is a source too", entry.key(), help, f"as a source at {span}")
        columns, known = merged_columns(name, entry.value.columns, entry, external, needed_columns(entry), findings)
        if name not in references:
            made[name] = Reference(name, columns, known, entry.key())
    return made


def needed_columns(entry: Entry) -> dict[str, Span | None]:
    """The columns that a table of rates has to have, with their places."""
    rule: RatesDef = entry.value
    named = {"date": rule.date, "from": rule.from_, "to": rule.to, "rate": rule.rate}
    return {column: entry.span(field) for field, column in named.items()}
