"""The files of a new project."""

from __future__ import annotations

import json
import re
from datetime import date

from gnomon.cli.guess import Guess

DATABASE = "warehouse.duckdb"
PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
WORDS_OF_YAML = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

EXAMPLE = Guess(
    table="raw.events",
    time="occurred_at",
    keys={"customer_id": "customer"},
    measures=("amount",),
    columns={"occurred_at": "TIMESTAMP", "customer_id": "VARCHAR", "amount": "DOUBLE"},
    start=date(2023, 1, 1),
)
"""What a project says before anything is known about its data."""

CONFIG = """\
from gnomon.loader import project_config

config = project_config(__file__)
"""

GNOMON = """\
name: {name}
schema: metrics # where the series are built
start: {start} # the first sample date
time_zone: UTC
week_start: monday
default_dialect: duckdb
gateways:
  local: {{connection: {{type: duckdb, database: warehouse.duckdb}}}}
"""

SOURCES = """\
# Tables of events or facts. Each has a time column, and keys that name what its rows are about.
sources:
  {table}:
    time: {time}
    keys: {{{keys}}}
    lateness: 3 days # how late a row may arrive and still be counted by the next run
    rows: {rows} # what COUNT(*) counts
    columns:
{columns}

# What metrics are measured of. A display name may come from any table:
#   customer: {{display: {{table: raw.customers, key: id, column: name}}}}
entities:
{entities}

# Bridges between entities, such as customers in regions:
# relationships:
#   - {{table: raw.customer_regions, from: {{customer: customer_id}}, to: {{region: region_id}}}}
"""

METRIC = """\
{name}:
  ref: {ref}
  time_aggregations: [daily, weekly, monthly]
  rolling: {{windows: [7, 30], unit: day, cron: "@daily"}}
  entity_types: [{entity}]
  entity_key: {key}
  metadata:
    display_name: {title}
    description: {description}
{unit}"""

QUERY = """\
-- One aggregate; each macro knows the entity, the grain or the window of the series that it is built for.
SELECT
  @metrics_sample_date({alias}.{time}) AS metrics_sample_date,
  {alias}.{key},
  @metric_name() AS metric,
  {amount} AS amount
FROM {table} AS {alias}
WHERE @metrics_in_window({alias}.{time})
GROUP BY 1, 2, metric
"""


def files_of(name: str, guess: Guess) -> dict[str, str]:
    """The project's files by name: two metrics where there is something to sum, else one."""
    alias = guess.table.split(".")[-1]
    key, entity = next(iter(guess.keys.items()))
    common = {"key": word(key), "entity": entity}
    query = {"alias": alias, "time": column(guess.time), "key": column(key), "table": guess.table}
    title = alias.replace("_", " ").capitalize()
    metrics = METRIC.format(
        name="events" if alias == entity else alias,
        ref="example.sql",
        title=title,
        description=f"Rows of {guess.table}.",
        unit=f"    unit: {{kind: count, code: {alias}}}\n",
        **common,
    )
    files = {"queries/example.sql": QUERY.format(amount="COUNT(*)", **query)}
    for measure in guess.measures[:1]:
        total = f"total_{measure_name(measure)}"
        text = METRIC.format(
            name=total,
            ref=f"{total}.sql",
            title=total.replace("_", " ").capitalize(),
            description=json.dumps(f"The sum of {measure}."),
            unit="",
            **common,
        )
        metrics += f"\n{text}"
        files[f"queries/{total}.sql"] = QUERY.format(amount=f"SUM({alias}.{column(measure)})", **query)
    return {
        "gnomon.yaml": GNOMON.format(name=name, start=guess.start),
        "sources.yaml": sources(guess, alias),
        "metrics.yaml": f"# One entry is a whole family of series: entities x intervals.\n{metrics}",
        **files,
        "config.py": CONFIG,
    }


def sources(guess: Guess, rows: str) -> str:
    """sources.yaml, with every column of the table."""
    keys = ", ".join(f"{word(name)}: {entity}" for name, entity in guess.keys.items())
    columns = "\n".join(f"      {word(name)}: {{type: {type_word(kind)}}}" for name, kind in guess.columns.items())
    entities = "\n".join(f"  {entity}: {{}}" for entity in dict.fromkeys(guess.keys.values()))
    return SOURCES.format(
        table=guess.table, time=word(guess.time), keys=keys, rows=rows, columns=columns, entities=entities
    )


def word(text: str) -> str:
    """A column's name in YAML: lower case, quoted where YAML would read it as something else.

    >>> word("carrier"), word("Net amount"), word("on")
    ('carrier', '"net amount"', '"on"')
    """
    lower = text.lower()
    return lower if PLAIN.fullmatch(lower) and lower not in WORDS_OF_YAML else json.dumps(lower)


def column(text: str) -> str:
    """A column's name in SQL.

    >>> column("carrier"), column("Net amount")
    ('carrier', '"net amount"')
    """
    lower = text.lower()
    return lower if PLAIN.fullmatch(lower) else '"' + lower.replace('"', '""') + '"'


def type_word(kind: str) -> str:
    """A SQL type in YAML.

    >>> type_word("DECIMAL(18,3)"), type_word("VARCHAR")
    ('"decimal(18,3)"', 'varchar')
    """
    lower = kind.lower()
    return lower if re.fullmatch(r"[a-z ]+", lower) else json.dumps(lower)


def measure_name(text: str) -> str:
    """A measure's name as part of a metric's."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
