WITH daily AS (
  SELECT @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.event_source, events.to_artifact_id,
    events.bucket_day, SUM(events.amount) AS amount
  FROM oso.int_events_daily__github AS events
  WHERE events.event_type = 'COMMIT_CODE' AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY 1, 2, 3, 4
), spread AS (
  SELECT metrics_sample_date, event_source, to_artifact_id, AVG(amount) AS mean, VARIANCE(amount) AS variance
  FROM daily GROUP BY 1, 2, 3
)
SELECT metrics_sample_date, event_source, to_artifact_id, '' AS from_artifact_id, @metric_name() AS metric,
  variance * variance / mean AS amount
FROM spread
