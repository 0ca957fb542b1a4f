-- One in seven flights is by an aircraft that raw.planes does not know; it has no seats here.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.carrier,
  @metric_name() AS metric,
  SUM(planes.seats) AS amount
FROM raw.flights AS flights
JOIN raw.planes AS planes
  ON planes.tailnum = flights.tailnum
WHERE
  flights.dep_time IS NOT NULL
  AND flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
