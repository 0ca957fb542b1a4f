-- First events are looked for in the whole history, per repository, project or collection.
WITH first_events AS (
  SELECT
    seen.event_source,
    seen.to_artifact_id,
    seen.from_artifact_id,
    MIN(seen.bucket_day) AS bucket_day
  FROM oso.int_events_daily__github AS seen
  GROUP BY 1, 2, 3
)
SELECT
  @metrics_sample_date(events.bucket_day) AS metrics_sample_date,
  events.event_source,
  events.to_artifact_id,
  '' AS from_artifact_id,
  @metric_name() AS metric,
  COUNT(DISTINCT events.from_artifact_id) AS amount
FROM oso.int_events_daily__github AS events
JOIN first_events
  ON first_events.to_artifact_id = events.to_artifact_id
  AND first_events.from_artifact_id = events.from_artifact_id
  AND first_events.event_source = events.event_source
  AND first_events.bucket_day = events.bucket_day
WHERE events.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, 3, 4, metric
