"""The page on windows shows what the stages of the generated SQL hold: each table is computed again.

GNOMON_WRITE_GOLDEN=1 writes the tables of the page again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
from sqlglot import exp, parse_one

import gnomon
from doc_blocks import blocks
from doc_stages import write_project

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "windows.md"
TABLE = re.compile(r"^```text (?P<words>(stage|result)[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
QUERY = """SELECT
  @metrics_sample_date(day) AS metrics_sample_date, artifact, @metric_name() AS metric, {amount} AS amount
FROM raw.events
WHERE day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2
"""
FILES = {
    "gnomon.yaml": "{name: page, schema: metrics, start: 2023-01-01, default_dialect: duckdb}",
    "sources.yaml": """
sources:
  raw.events:
    time: day
    keys: {artifact: artifact}
    columns: {day: {type: date}, artifact: {type: text}, actor: {type: text}, amount: {type: integer}}
entities: {artifact: {}}
""",
    "queries/active.sql": QUERY.format(amount="COUNT(DISTINCT actor)"),
    "queries/amount.sql": QUERY.format(amount="SUM(amount)"),
    "queries/spread.sql": QUERY.format(amount="VARIANCE(amount)"),
    "metrics.yaml": """
active: {ref: active.sql, entity_key: artifact, rolling: {windows: [3], unit: day, cron: "@daily"}}
active_in_a_month: {ref: active.sql, entity_key: artifact, rolling: {windows: [1], unit: month, cron: "@daily"}}
amount: {ref: amount.sql, entity_key: artifact, rolling: {windows: [3], unit: day, cron: "@daily"}}
spread: {ref: spread.sql, entity_key: artifact, rolling: {windows: [3], unit: day, cron: "@daily"}}
filled: {ref: amount.sql, entity_key: artifact, fill: zero, time_aggregations: [daily]}
""",
}
RANGES = {
    "active_in_a_month": (date(2023, 3, 30), date(2023, 4, 1)),
    "active": (date(2024, 1, 1), date(2024, 1, 10)),
    "amount": (date(2024, 1, 1), date(2024, 1, 10)),
    "spread": (date(2024, 1, 1), date(2024, 1, 10)),
    "filled": (date(2024, 1, 3), date(2024, 1, 10)),
}


def test_the_tables_are_what_the_stages_hold(tmp_path: Path) -> None:
    text = PAGE.read_text()
    project = gnomon.load(write_project(tmp_path, FILES).root)
    events = next(block for block in blocks(text) if block.words.get("title") == "events.csv")
    connection = duckdb.connect()
    (tmp_path / "events.csv").write_text(events.text)
    connection.execute(f"CREATE SCHEMA raw; CREATE TABLE raw.events AS FROM '{tmp_path / 'events.csv'}'")

    def shown(match: re.Match[str]) -> str:
        words = dict(word.partition("=")[::2] for word in match["words"].split())
        table = computed(project, words, connection)
        return f"```text {match['words']}\n{table}\n```"

    made = TABLE.sub(shown, text)
    assert len(TABLE.findall(text)) > 8
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        PAGE.write_text(made)
    assert made == text


def computed(project: gnomon.Project, words: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> str:
    """A stage of a metric's query, or its result, as a table."""
    start, end = RANGES[words["of"]]
    [rendered] = gnomon.render(project, words["of"], start=start, end=end)
    query = parse_one(rendered.sql, dialect="duckdb")
    assert isinstance(query, exp.Select)
    if "stage" in words:
        stage = exp.select("*").from_(words["stage"])
        stage.set("with_", query.args["with_"].copy())
        query = stage
    limit = f" LIMIT {words['first']}" if "first" in words else ""
    relation = connection.sql(f"SELECT * FROM ({query.sql('duckdb')}) ORDER BY ALL{limit}")
    rows = [relation.columns, *relation.fetchall()]
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(relation.columns))]
    return "\n".join("  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def cell(value: object) -> str:
    """A value as the page shows it."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
