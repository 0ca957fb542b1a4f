"""Filters: what comes through, and that nothing else does."""

from __future__ import annotations

import pytest
from sqlglot import exp

from gnomon.errors import UsageError
from gnomon.query.where import parse_where

COLUMNS = {name: exp.column(name) for name in ("carrier", "amount", "day")}

ALLOWED = {
    "carrier = 'UA'": "carrier = 'UA'",
    "'UA' = carrier": "'UA' = carrier",
    "\"CARRIER\" <> 'it''s'": "carrier <> 'it''s'",
    "amount >= -1.5 and amount < 1e3": "amount >= -1.5 AND amount < 1e3",
    "carrier in ('UA', 'AA') or amount = 1": "carrier IN ('UA', 'AA') OR amount = 1",
    "carrier not in ('UA')": "NOT carrier IN ('UA')",
    "not (carrier = 'a' or carrier = 'b')": "NOT (carrier = 'a' OR carrier = 'b')",
    "carrier like 'U%'": "carrier LIKE 'U%'",
    "carrier not like 'U%'": "NOT carrier LIKE 'U%'",
    "carrier ilike 'u%'": "carrier ILIKE 'u%'",
    "amount between 1 and 2": "amount BETWEEN 1 AND 2",
    "amount not between 1 and 2": "NOT amount BETWEEN 1 AND 2",
    "carrier is null": "carrier IS NULL",
    "carrier is not null": "NOT carrier IS NULL",
    "day >= date '2024-01-31'": "day >= CAST('2024-01-31' AS DATE)",
    "amount = 1 -- a comment": "amount = 1",
}

REFUSED = (
    "",
    "1 = 1",
    "true",
    "carrier",
    "amount = amount",
    "amount = carrier",
    "amount = 1; DROP TABLE metrics.flights",
    "amount = 1) OR (1 = 1",
    "amount = 1 OR 1 = 1",
    "amount = 1 OR true",
    "amount = 1 UNION SELECT 2",
    "amount = 1 GROUP BY 1",
    "amount = 1 LIMIT 3",
    "amount = 1 QUALIFY 1 = 1",
    "amount = 1 FROM secrets",
    "amount IN (SELECT 1)",
    "amount = (SELECT 1)",
    "EXISTS (SELECT 1)",
    "lower(carrier) = 'ua'",
    "read_text('/etc/passwd') = carrier",
    "amount = random()",
    "amount + 1 = 2",
    "amount = 1 + 1",
    "amount::INTEGER = 1",
    "amount = CAST('1' AS INTEGER)",
    "day = DATE '2024-13-01'",
    "day = CAST('x' AS TIMESTAMP)",
    "carrier LIKE 'a' ESCAPE '!'",
    "carrier SIMILAR TO 'a'",
    "carrier ~ 'a'",
    "carrier GLOB 'a'",
    "carrier = ANY(['a'])",
    "carrier[1] = 'a'",
    "amount IS TRUE",
    "amount = NULL",
    "amount IS DISTINCT FROM 1",
    "day > current_date",
    "day > getenv('HOME')",
    "amount = ?",
    "amount = $1",
    "flights.amount = 1",
    "amount BETWEEN 1 AND carrier",
    "CASE WHEN amount = 1 THEN true END",
    "amount = " + "(" * 300 + "1" + ")" * 300,
    "NOT " * 900 + "amount = 1",
    " OR ".join(["amount = 1"] * 1000),
)


@pytest.mark.parametrize("text", ALLOWED)
def test_a_comparison_of_columns_with_literals_is_rebuilt(text: str) -> None:
    assert parse_where(text, COLUMNS).sql("duckdb") == ALLOWED[text]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_where(text, COLUMNS)
    assert refused.value.problems[0].code == "bad_filter"
    assert refused.value.problems[0].help


def test_an_unknown_column_is_named_with_its_place() -> None:
    with pytest.raises(UsageError) as refused:
        parse_where("amount > 1 and carier = 'UA'", COLUMNS)
    problem = refused.value.problems[0]
    assert (problem.code, problem.help) == ("unknown_column", "did you mean 'carrier'?")
    assert problem.span is not None
    assert problem.span.source.text[problem.span.start : problem.span.end] == "carier"


def test_a_long_chain_is_one_condition() -> None:
    text = " OR ".join(f"amount = {number}" for number in range(250))
    assert parse_where(text, COLUMNS).sql("duckdb") == text
