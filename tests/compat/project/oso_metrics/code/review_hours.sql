SELECT
  @metrics_sample_date("time") AS metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  AVG(hours)::DOUBLE AS amount
FROM oso.int_review_times
WHERE
  "time" BETWEEN @metrics_start('TIMESTAMP') AND @metrics_end('TIMESTAMP')
  AND hours IS NOT NULL
GROUP BY
  @metrics_sample_date("time"),
  event_source,
  to_artifact_id,
  from_artifact_id
