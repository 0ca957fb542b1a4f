-- The mean of ones and zeros is a proportion, and 100 times that a percentage.
SELECT
  @metrics_sample_date(visits.seen_at) AS metrics_sample_date,
  visits.product,
  @metric_name() AS metric,
  100 * AVG(CASE WHEN visits.has_bought THEN 1 ELSE 0 END) AS amount
FROM raw.visits AS visits
WHERE @metrics_in_window(visits.seen_at)
GROUP BY 1, 2, metric
