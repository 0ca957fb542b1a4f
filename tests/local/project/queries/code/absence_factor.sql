WITH per_developer AS (
  SELECT
    @metrics_sample_date(e.bucket_day) AS metrics_sample_date,
    e.event_source,
    e.to_artifact_id,
    e.from_artifact_id,
    SUM(e.amount) AS commits
  FROM oso.int_events_daily__github AS e
  WHERE e.event_type = 'COMMIT_CODE' AND e.amount > 0
    AND e.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY 1, 2, 3, 4
), ranked AS (
  SELECT
    metrics_sample_date,
    event_source,
    to_artifact_id,
    ROW_NUMBER() OVER (
      PARTITION BY metrics_sample_date, event_source, to_artifact_id ORDER BY commits DESC, from_artifact_id
    ) AS place,
    SUM(commits) OVER (
      PARTITION BY metrics_sample_date, event_source, to_artifact_id ORDER BY commits DESC, from_artifact_id
    ) AS running,
    SUM(commits) OVER (PARTITION BY metrics_sample_date, event_source, to_artifact_id) AS total
  FROM per_developer
)
SELECT metrics_sample_date, event_source, to_artifact_id, @metric_name() AS metric, MIN(place) AS amount
FROM ranked
WHERE running >= total * 0.5
GROUP BY 1, 2, 3, 4
