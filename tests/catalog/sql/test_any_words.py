"""Whatever words come, there is SQL that reads back or one clear error, and never another exception."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import parse

from catalog.sql.shop import columns, metric, shop, source, with_nodes
from gnomon.catalog.sql import common_dimensions, measures_sql, metrics_sql
from gnomon.catalog.values import Definition, Link
from gnomon.errors import UsageError

NAMES = "shop.revenue shop.before shop.customer.name shop.date.wk[placed] shop.f x $ @v :a ?"
SIGNS = "[ ] -> ( ) ' ` \" = > , ; -- /* */ * {{ %"
KEYWORDS = (
    "AND OR NOT IN BETWEEN IS NULL CASE WHEN THEN END CAST( AS INT 1 'a' SELECT FROM INTERVAL DAY lower( SUM( LAG( OVER"
)
WORDS = st.sampled_from(f"{NAMES} {SIGNS} {KEYWORDS}".split())
TEXTS = st.lists(WORDS, max_size=7).map(" ".join) | st.text(max_size=12)


@settings(max_examples=2000, deadline=None)
@example([], [], "?A", "duckdb")
@given(
    st.lists(TEXTS, max_size=2), st.lists(TEXTS, max_size=2), TEXTS, st.sampled_from(["duckdb", "spark", "bigquery"])
)
def test_any_words_are_answered_or_refused(filters: list[str], dimensions: list[str], order: str, dialect: str) -> None:
    names = ["shop.customer.name", "shop.date.wk[placed]", *dimensions]
    try:
        made = metrics_sql(shop, ["shop.revenue"], names, filters, order_by=[order] if order else [], dialect=dialect)
    except UsageError as error:
        assert all(problem.code and problem.message for problem in error.problems)
    else:
        assert len(parse(made.sql, dialect=dialect)) == 1


@settings(max_examples=200, deadline=None)
@example("", "*/ 'a'")
@given(st.lists(WORDS, max_size=7).map(" ".join), st.lists(WORDS, max_size=5).map(" ".join))
def test_any_node_is_read_or_refused(expression: str, condition: str) -> None:
    nodes = with_nodes(
        m=metric(f"SELECT {expression} FROM shop.f"),
        d=metric(f"SELECT {expression}"),
        f=source("orders", columns("id int"), Link("shop.customer", join_on=condition or "x")),
        t=Definition("transform", query=f"SELECT {condition}"),
        n=metric("SELECT COUNT(*) FROM shop.t"),
    )
    for name in ("shop.m", "shop.d", "shop.n"):
        with suppress(UsageError):
            assert metrics_sql(nodes, [name], ["shop.customer.name"], dialect="duckdb").sql
        with suppress(UsageError):
            common_dimensions(nodes, [name])
        with suppress(UsageError):
            measures_sql(nodes, [name], dialect="duckdb")
