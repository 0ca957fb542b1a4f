-- air_time is null where a flight was cancelled or diverted.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.tailnum,
  @metric_name() AS metric,
  SUM(flights.air_time) AS amount
FROM raw.flights AS flights
WHERE
  flights.dep_time IS NOT NULL
  AND flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
