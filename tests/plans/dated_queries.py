"""Queries that depend on each date by itself in as many ways as there are, for the form by joins."""

from __future__ import annotations

from plans.test_hard_queries import BOUNDS, COUNTS, NAMES, OUTPUTS, ROWS, SAMPLE, SUMS, plain

OTHERS = BOUNDS.replace("e.", "o.")
EACH = "@metrics_sample_date(@metrics_end('DATE')) AS metrics_sample_date"


def among(condition: str) -> str:
    return plain("SUM(e.amount)", f"{BOUNDS} AND {condition}")


def others(what: str, rest: str = "") -> str:
    return f"(SELECT {what} FROM raw.others AS o WHERE {OTHERS} {rest})"


def first(rows: str, order: str, limit: str) -> str:
    return (
        f"WITH r AS ({rows} ORDER BY {order} LIMIT {limit}) SELECT {OUTPUTS}, SUM(amount) AS amount FROM r GROUP BY ALL"
    )


def by_name(ctes: str, name: str, amount: str, tables: str) -> str:
    """Amounts of names, at every date, also where there are no rows."""
    return f"""WITH {ctes}, n AS ({NAMES}) SELECT {EACH}, {name} AS to_artifact_id, @metric_name() AS metric,
        {amount} AS amount FROM {tables} GROUP BY ALL"""


SOME_SUMS, SOME_COUNTS = f"b AS ({SUMS} ORDER BY 2 LIMIT 3)", f"c AS ({COUNTS} ORDER BY 2 LIMIT 3)"
ORDER = "e.amount, e.to_artifact_id, e.happened, e.x"
QUERIES = {
    "exists": among(f"EXISTS {others('1', 'AND o.to_artifact_id = e.to_artifact_id')}"),
    "not_exists": among(f"NOT EXISTS {others('1', 'AND o.kind = e.kind')}"),
    "not_in": among(f"e.kind NOT IN {others('o.kind', 'AND o.kind IS NOT NULL')}"),
    "in_groups": among(f"e.kind IN {others('o.kind', 'GROUP BY 1 HAVING COUNT(*) > 2')}"),
    "in_the_first": among(f"e.kind IN {others('o.kind', 'ORDER BY o.amount, o.kind, o.happened LIMIT 3')}"),
    "in_a_cte": f"WITH k AS {others('o.kind')} {among('e.kind IN (SELECT kind FROM k)')}",
    "exists_in_a_cte": f"WITH k AS {others('o.kind', 'AND o.amount > 3')} {among('EXISTS (SELECT kind FROM k)')}",
    "in_a_union": among(f"e.kind IN ({others('o.kind', 'AND o.flag')} UNION ALL SELECT 'a')"),
    "less_a_total": plain(f"SUM(e.amount) - {others('COUNT(*)')}"),
    "having_alone": f"""WITH t AS {others("1 AS one", "HAVING COUNT(*) > 2")}
        SELECT {SAMPLE}, e.to_artifact_id, @metric_name() AS metric, SUM(e.amount) AS amount
        FROM raw.events AS e CROSS JOIN t WHERE {BOUNDS} GROUP BY ALL""",
    "totals_of_no_rows": by_name(
        f"""t AS {others("COALESCE(SUM(o.amount), -5) + COUNT(DISTINCT o.kind) + COUNT(*) FILTER (WHERE o.flag) AS s",
        "AND o.amount > 9")}""", "n.name", "MAX(t.s)", "t CROSS JOIN n",
    ),
    "a_window_over_a_total": by_name(f"t AS {others('SUM(COUNT(*)) OVER () AS s')}", "n.name", "MAX(t.s)", "t, n"),
    "offset": first(ROWS, f"{ORDER} DESC", "5 OFFSET 2"),
    "from_the_second": first(ROWS, ORDER, "99 OFFSET 1"),
    "limit_zero": by_name(f"r AS ({ROWS} LIMIT 0)", "n.name", "COUNT(r.kind)", "n LEFT JOIN r ON r.kind = n.name"),
    "by_an_alias": f"""WITH s AS ({SUMS} ORDER BY total DESC, e.to_artifact_id LIMIT 2)
        SELECT {OUTPUTS}, total AS amount FROM s""",
    "by_no_output": f"""WITH s AS (SELECT {SAMPLE}, e.to_artifact_id FROM raw.events AS e WHERE {BOUNDS} GROUP BY 1, 2
        ORDER BY SUM(e.amount) DESC, e.to_artifact_id LIMIT 2) SELECT {OUTPUTS}, 1 AS amount FROM s""",
    "distinct": f"""WITH s AS (SELECT DISTINCT {SAMPLE}, e.to_artifact_id FROM raw.events AS e WHERE {BOUNDS}
        ORDER BY e.to_artifact_id LIMIT 2) SELECT {OUTPUTS}, 1 AS amount FROM s""",
    "chosen_by_order": f"""WITH r AS (SELECT DISTINCT ON (e.to_artifact_id) {SAMPLE}, e.to_artifact_id, e.amount,
        e.happened FROM raw.events AS e WHERE {BOUNDS} ORDER BY e.to_artifact_id, e.amount DESC, e.happened LIMIT 2)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM r GROUP BY ALL""",
    "first_of_all": plain("SUM(e.amount)", rest="GROUP BY 1, 2, 3 ORDER BY e.to_artifact_id LIMIT 2"),
    "first_of_the_first": f"""WITH s AS (SELECT * FROM (SELECT * FROM ({ROWS}) AS a ORDER BY a.amount, a.happened,
        a.to_artifact_id LIMIT 8) AS b ORDER BY b.happened, b.to_artifact_id, b.amount LIMIT 3)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM s GROUP BY ALL""",
    "full_of_names": by_name(SOME_COUNTS, "COALESCE(n.name, c.to_artifact_id)", "SUM(c.rows)",
                             "n FULL JOIN c ON c.to_artifact_id = n.name"),
    "full_with_names": by_name(SOME_SUMS, "COALESCE(n.name, b.to_artifact_id)", "SUM(b.total)",
                               "b FULL JOIN n ON b.to_artifact_id = n.name"),
    "right_then_left": by_name(f"{SOME_SUMS}, {SOME_COUNTS}", "n.name", "SUM(b.total) + COALESCE(SUM(c.rows), -1)",
                               "b RIGHT JOIN n ON b.to_artifact_id = n.name LEFT JOIN c ON c.to_artifact_id = n.name"),
    "full_twice": by_name(f"{SOME_SUMS}, {SOME_COUNTS}", "COALESCE(b.to_artifact_id, c.to_artifact_id, n.name)",
                          "SUM(COALESCE(b.total, 0) - COALESCE(c.rows, 0))",
                          """b FULL JOIN c ON b.to_artifact_id = c.to_artifact_id
                          FULL JOIN n ON n.name = c.to_artifact_id"""),
    "a_comma": by_name(SOME_SUMS, "n.name", "SUM(b.total)", "b, n WHERE n.name = b.to_artifact_id"),
    "semi": by_name(SOME_SUMS, "n.name", "COUNT(*)", "n SEMI JOIN b ON b.to_artifact_id = n.name"),
    "anti": by_name(SOME_SUMS, "n.name", "COUNT(*)", "n ANTI JOIN b ON b.to_artifact_id = n.name"),
    "read_twice": f"""WITH {SOME_SUMS} SELECT b.metrics_sample_date, b.to_artifact_id, @metric_name() AS metric,
        SUM(b.total + c.total) AS amount FROM b JOIN b AS c ON b.to_artifact_id <> c.to_artifact_id GROUP BY ALL""",
    "dates_in_other_places": f"""WITH r AS ((SELECT e.to_artifact_id, {SAMPLE}, e.amount FROM raw.events AS e
        WHERE {BOUNDS} ORDER BY {ORDER} LIMIT 4) UNION ALL (SELECT e.to_artifact_id, DATE '2024-01-01' AS d, e.amount
        FROM raw.others AS e WHERE {BOUNDS} ORDER BY {ORDER} LIMIT 4)) SELECT {EACH}, to_artifact_id,
        @metric_name() AS metric, SUM(amount) AS amount FROM r GROUP BY ALL""",
    "a_union_at_the_top": f"""({plain("SUM(e.amount)", rest="GROUP BY 1, 2, 3 ORDER BY e.to_artifact_id LIMIT 2")})
        UNION ({plain("SUM(e.amount)")})""",
    "limits_in_parentheses": f"""WITH r AS (((SELECT {SAMPLE}, e.to_artifact_id, e.amount, e.happened
        FROM raw.events AS e WHERE {BOUNDS} ORDER BY 3, 4, 2 LIMIT 4) UNION ALL SELECT {SAMPLE}, e.to_artifact_id,
        e.amount, e.happened FROM raw.others AS e WHERE {BOUNDS})
        ORDER BY amount DESC, happened, to_artifact_id LIMIT 3)
        SELECT {OUTPUTS}, SUM(amount) AS amount FROM r GROUP BY ALL""",
    "a_window_of_the_first": f"""WITH r AS ({ROWS} ORDER BY {ORDER} LIMIT 6), w AS (SELECT metrics_sample_date,
        to_artifact_id, SUM(amount) OVER (ORDER BY amount, to_artifact_id, happened, x) AS run FROM r)
        SELECT {OUTPUTS}, SUM(run) AS amount FROM w GROUP BY ALL""",
    "a_bound_as_a_value": plain("SUM(e.amount * DATE_DIFF('day', e.happened, @metrics_end('DATE')))"),
    "a_bound_beside_aggregates": plain("SUM(e.amount) + EXTRACT(DAY FROM @metrics_end('DATE'))"),
    "a_bound_in_having": plain("SUM(e.amount)", rest="GROUP BY 1, 2, 3 HAVING MAX(e.happened) < @metrics_end('DATE')"),
}  # fmt: skip
REFUSED = {
    "grouping_sets": (plain("SUM(e.amount)", rest="GROUP BY ROLLUP (1, 2, 3)"), "GROUPING SETS"),
    "of_the_row_too": (
        among(f"e.amount >= {others('AVG(o.amount)', 'AND o.kind = e.kind')}"), "on 'e.kind' of the row around it"
    ),
    "several_values": (
        f"WITH t AS {others('o.amount AS s')} {plain('SUM(e.amount) + (SELECT s FROM t)')}",
        "several rows for one value",
    ),
    "a_share": (first(ROWS, "e.amount", "5 PERCENT"), "counts the rows of one date"),
}  # fmt: skip
"""Those that joins do not say, with a part of the message."""
