-- Each purchase is converted from its own currency, at the rate of its day, and then summed.
SELECT
  @metrics_sample_date(purchases.bought_at) AS metrics_sample_date,
  purchases.customer,
  @metric_name() AS metric,
  SUM(@convert(purchases.paid, 'USD', on := purchases.bought_at)) AS amount
FROM raw.purchases AS purchases
WHERE @metrics_in_window(purchases.bought_at)
GROUP BY 1, 2, metric
