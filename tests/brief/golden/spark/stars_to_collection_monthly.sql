-- metrics.stars_to_collection_monthly in spark; to write it again: make golden
WITH artifact_to_collection AS (
  SELECT DISTINCT
    hop_1.artifact_id,
    hop_2.collection_id
  FROM oso.artifacts_by_project_v1 AS hop_1
  JOIN oso.projects_by_collection_v1 AS hop_2
    ON hop_1.project_id = hop_2.project_id
  WHERE
    NOT hop_2.collection_id IS NULL
)
SELECT
  TRUNC(CAST(events.bucket_day AS DATE), 'MONTH') AS metrics_sample_date,
  events.event_source AS event_source,
  events_collection.collection_id AS to_collection_id,
  '' AS from_artifact_id,
  'stars_monthly' AS metric,
  CAST(SUM(events.amount) AS DOUBLE) AS amount
FROM oso.int_events_daily__github AS events
JOIN artifact_to_collection AS events_collection
  ON events.to_artifact_id = events_collection.artifact_id
WHERE
  events.event_type IN ('STARRED')
  AND events.bucket_day >= CAST('2023-01-01' AS DATE)
  AND events.bucket_day < CAST('2024-04-01' AS DATE)
GROUP BY
  TRUNC(CAST(events.bucket_day AS DATE), 'MONTH'),
  events_collection.collection_id,
  events.event_source
