-- metrics.stars_to_project_over_30_day_window in spark; to write it again: make golden
WITH digits AS (
  SELECT
    0 AS digit
  UNION ALL
  SELECT
    1 AS digit
  UNION ALL
  SELECT
    2 AS digit
  UNION ALL
  SELECT
    3 AS digit
  UNION ALL
  SELECT
    4 AS digit
  UNION ALL
  SELECT
    5 AS digit
  UNION ALL
  SELECT
    6 AS digit
  UNION ALL
  SELECT
    7 AS digit
  UNION ALL
  SELECT
    8 AS digit
  UNION ALL
  SELECT
    9 AS digit
), numbers AS (
  SELECT
    ones.digit + 10 * tens.digit + 100 * hundreds.digit AS day_number
  FROM digits AS ones
  CROSS JOIN digits AS tens
  CROSS JOIN digits AS hundreds
), days AS (
  SELECT
    DATE_ADD(CAST('2023-01-01' AS DATE), CAST(day_number AS INT)) AS day
  FROM numbers
), calendar AS (
  SELECT
    day
  FROM days
  WHERE
    day <= CAST('2024-03-31' AS DATE)
), dates AS (
  SELECT
    day AS sample_date,
    DATE_ADD(DATE_ADD(day, 1), -30) AS window_start,
    DATE_ADD(day, 1) AS window_end
  FROM calendar
  WHERE
    day >= CAST('2023-01-01' AS DATE) AND day < CAST('2024-04-01' AS DATE)
), artifact_to_project AS (
  SELECT DISTINCT
    hop_1.artifact_id,
    hop_1.project_id
  FROM oso.artifacts_by_project_v1 AS hop_1
  WHERE
    NOT hop_1.project_id IS NULL
)
SELECT
  dates.sample_date AS metrics_sample_date,
  events.event_source AS event_source,
  events_project.project_id AS to_project_id,
  '' AS from_artifact_id,
  'stars_over_30_day_window' AS metric,
  CAST(SUM(events.amount) AS DOUBLE) AS amount
FROM oso.int_events_daily__github AS events
JOIN dates
  ON events.bucket_day >= dates.window_start AND events.bucket_day < dates.window_end
JOIN artifact_to_project AS events_project
  ON events.to_artifact_id = events_project.artifact_id
WHERE
  events.event_type IN ('STARRED')
  AND events.bucket_day >= CAST('2022-12-03' AS DATE)
  AND events.bucket_day < CAST('2024-04-01' AS DATE)
GROUP BY
  dates.sample_date,
  events_project.project_id,
  events.event_source
