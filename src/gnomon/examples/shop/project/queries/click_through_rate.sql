SELECT
  @metrics_sample_date(visits.seen_at) AS metrics_sample_date,
  visits.product,
  @metric_name() AS metric,
  SUM(visits.clicks) / SUM(visits.impressions) AS amount
FROM raw.visits AS visits
WHERE @metrics_in_window(visits.seen_at)
GROUP BY 1, 2, metric
