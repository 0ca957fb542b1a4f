-- Null where every flight of the period was cancelled.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.carrier,
  @metric_name() AS metric,
  AVG(flights.dep_delay) AS amount
FROM raw.flights AS flights
WHERE
  flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
