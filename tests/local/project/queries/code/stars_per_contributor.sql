SELECT
  s.metrics_sample_date,
  s.event_source,
  s.to_artifact_id,
  @metric_name() AS metric,
  s.amount / c.amount AS amount
FROM @metrics_peer_ref(stars) AS s
JOIN @metrics_peer_ref(contributors) AS c
  ON s.metrics_sample_date = c.metrics_sample_date
  AND s.event_source = c.event_source
  AND s.to_artifact_id = c.to_artifact_id
WHERE c.amount > 0
