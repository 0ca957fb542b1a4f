"""Audits that generated models may name, as plain SQL: they work in every SQLMesh project, and on every grain.

`this_model`, `start_ds` and `end_ds` are filled in by SQLMesh. None of them stops a run: a quiet week is no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DATE_PARTS = {"hour": 1, "day": 1, "week": 7, "month": 31, "quarter": 92, "half_year": 184, "year": 366}
"""What `no_gap_date_part` may say, and the days by which a bucket may begin before the days of a run."""

NO_GAPS = f"""
WITH dates AS (
  SELECT DISTINCT CAST(@time_column AS TIMESTAMP) AS sample_date
  FROM @this_model
  WHERE CAST(@time_column AS TIMESTAMP) >= CAST(@ignore_before AS TIMESTAMP)
    AND CAST(@time_column AS TIMESTAMP) < CAST(@ignore_after AS TIMESTAMP)
), steps AS (
  SELECT LAG(sample_date) OVER (ORDER BY sample_date) AS gap_after, sample_date AS gap_before
  FROM dates
), gaps AS (
  SELECT
    gap_after,
    gap_before,
    CASE @no_gap_date_part
      WHEN 'hour' THEN DATE_DIFF('hour', gap_after, gap_before)
      WHEN 'day' THEN DATE_DIFF('day', gap_after, gap_before)
      WHEN 'week' THEN CAST(DATE_DIFF('day', gap_after, gap_before) / 7 AS BIGINT)
      WHEN 'month' THEN DATE_DIFF('month', gap_after, gap_before)
      WHEN 'quarter' THEN CAST(DATE_DIFF('month', gap_after, gap_before) / 3 AS BIGINT)
      WHEN 'half_year' THEN CAST(DATE_DIFF('month', gap_after, gap_before) / 6 AS BIGINT)
      WHEN 'year' THEN CAST(DATE_DIFF('month', gap_after, gap_before) / 12 AS BIGINT)
    END - 1 AS missing_dates
  FROM steps
  WHERE gap_after IS NOT NULL
    AND gap_before >= CAST(CAST(@start_ds AS DATE) - CAST(CASE @no_gap_date_part
      {" ".join(f"WHEN '{part}' THEN {days}" for part, days in DATE_PARTS.items())}
    END AS INT) AS TIMESTAMP)
    AND gap_before < CAST(CAST(@end_ds AS DATE) + 1 AS TIMESTAMP)
), rated AS (
  SELECT
    gap_after,
    gap_before,
    missing_dates,
    1 - CAST(SUM(missing_dates) OVER () AS DOUBLE) / SUM(missing_dates + 1) OVER () AS present_rate
  FROM gaps
)
SELECT gap_after, gap_before, missing_dates
FROM rated
WHERE missing_dates > 0 AND present_rate < @missing_rate_min_threshold
"""

AT_LEAST_N_ROWS = """
SELECT row_count
FROM (SELECT COUNT(*) AS row_count FROM @this_model) AS counted
WHERE row_count < @threshold
"""


@dataclass(frozen=True, slots=True)
class AuditText:
    """An audit in the duckdb dialect. `defaults` are SQL texts; an argument without one must be given."""

    name: str
    query: str
    defaults: Mapping[str, str] = field(default_factory=dict)


GAP_DEFAULTS = {
    "time_column": "metrics_sample_date",
    "no_gap_date_part": "'day'",
    "ignore_before": "'0001-01-01'",
    "ignore_after": "'9999-12-31'",
    "missing_rate_min_threshold": "1.0",
}

AUDITS = (
    AuditText("gnomon_no_gaps", NO_GAPS, GAP_DEFAULTS),
    AuditText("no_gaps", NO_GAPS, GAP_DEFAULTS),
    AuditText("has_at_least_n_rows", AT_LEAST_N_ROWS, {"threshold": "1"}),
)
"""`no_gaps` and `has_at_least_n_rows` are the original factory's spellings.

`no_gaps` finds sample dates of the grain `no_gap_date_part` that have no row, between two that have one, among the
days of the run. It fails if the share of expected dates that are there is below `missing_rate_min_threshold`.
"""
