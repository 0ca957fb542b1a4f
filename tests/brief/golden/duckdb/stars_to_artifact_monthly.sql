-- metrics.stars_to_artifact_monthly in duckdb; to write it again: make golden
SELECT
  CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE) AS metrics_sample_date,
  events.event_source AS event_source,
  events.to_artifact_id AS to_artifact_id,
  '' AS from_artifact_id,
  'stars_monthly' AS metric,
  CAST(SUM(events.amount) AS DOUBLE) AS amount
FROM oso.int_events_daily__github AS events
WHERE
  events.event_type IN ('STARRED')
  AND events.bucket_day >= CAST('2023-01-01' AS DATE)
  AND events.bucket_day < CAST('2024-04-01' AS DATE)
GROUP BY
  CAST(DATE_TRUNC('MONTH', CAST(events.bucket_day AS DATE)) AS DATE),
  events.to_artifact_id,
  events.event_source
