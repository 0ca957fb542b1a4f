SELECT
  @metrics_sample_date(purchases.bought_at) AS metrics_sample_date,
  purchases.product,
  @metric_name() AS metric,
  SUM(purchases.quantity) AS amount
FROM raw.purchases AS purchases
WHERE @metrics_in_window(purchases.bought_at)
GROUP BY 1, 2, metric
