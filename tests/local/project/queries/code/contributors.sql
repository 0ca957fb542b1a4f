SELECT
  @metrics_sample_date(e.bucket_day) AS metrics_sample_date,
  e.event_source,
  e.to_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT e.from_artifact_id) AS amount
FROM oso.int_events_daily__github AS e
WHERE e.event_type IN ('COMMIT_CODE', 'ISSUE_OPENED') AND e.from_artifact_name NOT LIKE '%[bot]'
  AND e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
