-- Arrivals less than 15 minutes late; cancelled and diverted flights have no arrival delay and do not count.
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.carrier,
  @metric_name() AS metric,
  COUNT_IF(flights.arr_delay < 15) / NULLIF(COUNT(flights.arr_delay), 0) AS amount
FROM raw.flights AS flights
WHERE @metrics_in_window(flights.scheduled_at)
GROUP BY 1, 2, metric
