WITH first_days AS (
  SELECT from_artifact_id, MIN(bucket_day) AS first_day
  FROM oso.int_events_daily__github
  WHERE event_type = 'COMMIT_CODE'
  GROUP BY 1
)
SELECT
  @metrics_sample_date(e.bucket_day) AS metrics_sample_date,
  e.event_source,
  e.to_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT e.from_artifact_id) AS amount
FROM oso.int_events_daily__github AS e
JOIN first_days AS f ON f.from_artifact_id = e.from_artifact_id AND f.first_day = e.bucket_day
WHERE e.event_type = 'COMMIT_CODE'
  AND e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
