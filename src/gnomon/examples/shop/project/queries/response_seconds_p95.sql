SELECT
  @metrics_sample_date(visits.seen_at) AS metrics_sample_date,
  visits.country,
  @metric_name() AS metric,
  @to_unit(QUANTILE_CONT(visits.response_ms, 0.95), 's') AS amount
FROM raw.visits AS visits
WHERE @metrics_in_window(visits.seen_at)
GROUP BY 1, 2, metric
