SELECT commits.metrics_sample_date, commits.event_source, commits.to_artifact_id, '' AS from_artifact_id,
  @metric_name() AS metric, 0.5 * issues.amount + commits.amount AS amount
FROM @metrics_peer_ref(commits) AS commits
JOIN @metrics_peer_ref(closed_issues) AS issues ON issues.metrics_sample_date = commits.metrics_sample_date
  AND issues.to_artifact_id = commits.to_artifact_id AND issues.event_source = commits.event_source
