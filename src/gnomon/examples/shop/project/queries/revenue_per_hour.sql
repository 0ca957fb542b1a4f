-- The period's true length: 28 to 31 days for months. What it is in is said, and converted to hours.
SELECT
  @metrics_sample_date(purchases.bought_at) AS metrics_sample_date,
  purchases.country,
  @metric_name() AS metric,
  SUM(@convert(purchases.paid, 'USD', on := purchases.bought_at))
    / @to_unit(@as_unit(@metrics_sample_interval_length(purchases.bought_at, 'day'), 'd'), 'h') AS amount
FROM raw.purchases AS purchases
WHERE @metrics_in_window(purchases.bought_at)
GROUP BY 1, 2, metric
