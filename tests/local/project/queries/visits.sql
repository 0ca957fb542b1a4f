SELECT
  @metrics_sample_date(v.seen_at) AS metrics_sample_date,
  v.device AS event_source,
  v.page_id,
  @metric_name() AS metric,
  SUM(v.seconds) AS amount
FROM shop.visits AS v
WHERE v.country = 'NZ' AND @metrics_in_window(v.seen_at)
GROUP BY 1, 2, 3, 4
