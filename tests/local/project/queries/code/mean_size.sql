SELECT
  @metrics_sample_date(e.bucket_day) AS metrics_sample_date,
  e.event_source,
  e.to_artifact_id,
  @metric_name() AS metric,
  AVG(CASE WHEN e.is_large AND e.lines > 500 THEN e.lines / 2 ELSE e.lines END) AS amount
FROM oso.int_events_daily__github AS e
WHERE (e.event_type = 'PULL_REQUEST_MERGED' OR e.label LIKE 'release-%') AND e.closed_reason IS NULL
  AND e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
