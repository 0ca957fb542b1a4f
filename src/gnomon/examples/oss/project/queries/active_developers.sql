-- Bots are left out by a list of authors, which has no time and belongs to no entity.
SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT events.from_artifact_id) AS amount
FROM oso.int_events_daily__github AS events
JOIN oso.int_github_users_bot_filtered AS users
  ON users.artifact_id = events.from_artifact_id
WHERE
  events.event_type = 'COMMIT_CODE'
  AND NOT users.is_bot
  AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
