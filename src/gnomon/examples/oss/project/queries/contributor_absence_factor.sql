-- Authors from the busiest down, until half of the period's commits are covered.
WITH authors AS (
  SELECT
    @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    SUM(events.amount) AS commits
  FROM oso.int_events_daily__github AS events
  WHERE
    events.event_type = 'COMMIT_CODE'
    AND events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY 1, 2, 3, 4
), ranked AS (
  SELECT
    metrics_sample_date,
    event_source,
    to_artifact_id,
    ROW_NUMBER() OVER (
      PARTITION BY metrics_sample_date, event_source, to_artifact_id
      ORDER BY commits DESC, from_artifact_id
    ) AS place,
    SUM(commits) OVER (
      PARTITION BY metrics_sample_date, event_source, to_artifact_id
      ORDER BY commits DESC, from_artifact_id
    ) AS covered,
    SUM(commits) OVER (PARTITION BY metrics_sample_date, event_source, to_artifact_id) AS total
  FROM authors
)
SELECT
  metrics_sample_date,
  event_source,
  to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  MIN(place) AS amount
FROM ranked
WHERE 2 * covered >= total
GROUP BY 1, 2, 3, 4, metric
