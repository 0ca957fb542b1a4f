-- dep_time is null where a flight was cancelled.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.origin,
  @metric_name() AS metric,
  COUNT(flights.dep_time) AS amount
FROM raw.flights AS flights
WHERE
  flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
