-- Everyone who committed is new, full time or part time.
WITH classified AS (
  SELECT
    active.metrics_sample_date,
    active.event_source,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := TRUE),
    CASE
      WHEN newcomers.amount > 0 THEN 'new'
      WHEN active.amount >= @full_time_ratio * @metrics_sample_interval_length(active.metrics_sample_date, 'day')
        THEN 'full time'
      ELSE 'part time'
    END AS class
  FROM @metrics_peer_ref(active_days) AS active
  LEFT JOIN @metrics_peer_ref(newcomers) AS newcomers
    ON newcomers.metrics_sample_date = active.metrics_sample_date
    AND newcomers.event_source = active.event_source
    AND newcomers.from_artifact_id = active.from_artifact_id
    AND @metrics_entity_type_col('to_{entity_type}_id', table_alias := newcomers)
      = @metrics_entity_type_col('to_{entity_type}_id', table_alias := active)
)
SELECT
  metrics_sample_date,
  event_source,
  @metrics_entity_type_col('to_{entity_type}_id'),
  '' AS from_artifact_id,
  @metric_name('new_contributors') AS metric,
  COUNT(*) AS amount
FROM classified
WHERE class = 'new'
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
  metrics_sample_date,
  event_source,
  @metrics_entity_type_col('to_{entity_type}_id'),
  '' AS from_artifact_id,
  @metric_name('full_time_contributors') AS metric,
  COUNT(*) AS amount
FROM classified
WHERE class = 'full time'
GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT
  metrics_sample_date,
  event_source,
  @metrics_entity_type_col('to_{entity_type}_id'),
  '' AS from_artifact_id,
  @metric_name('part_time_contributors') AS metric,
  COUNT(*) AS amount
FROM classified
WHERE class = 'part time'
GROUP BY 1, 2, 3, 4, 5
