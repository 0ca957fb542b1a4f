-- The latest departure.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.carrier,
  @metric_name() AS metric,
  MAX(flights.dep_delay) AS amount
FROM raw.flights AS flights
WHERE
  flights.dep_time IS NOT NULL
  AND flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
