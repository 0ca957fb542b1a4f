SELECT
  @metrics_sample_date(e.bucket_day) AS metrics_sample_date,
  e.event_source,
  e.to_artifact_id,
  @metric_name() AS metric,
  COUNT(*) FILTER (WHERE e.priority >= 3) AS amount
FROM oso.int_events_daily__github AS e
JOIN oso.bots AS b ON b.artifact_id = e.from_artifact_id
WHERE e.event_type IN @kinds AND b.is_bot = FALSE
  AND e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
