SELECT @metrics_sample_date(events.bucket_day) AS metrics_sample_date, events.event_source, events.to_artifact_id,
  '' AS from_artifact_id, @metric_name() AS metric, SUM(events.amount) AS amount
FROM oso.int_events_daily__github AS events
WHERE events.event_type = 'COMMIT_CODE' AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
