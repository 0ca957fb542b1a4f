SELECT
  @metrics_sample_date(d.metrics_sample_date) AS metrics_sample_date,
  d.event_source,
  d.to_artifact_id,
  @metric_name() AS metric,
  MAX(d.amount) AS amount
FROM @metrics_peer_ref(stars, time_aggregation := 'daily') AS d
WHERE d.metrics_sample_date BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4
