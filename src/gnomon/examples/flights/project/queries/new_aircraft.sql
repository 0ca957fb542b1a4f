-- An aircraft is new once, on its first flight for anyone; it counts for the carrier and the airport of that flight.
WITH first_flights AS (
  SELECT
    flown.tailnum,
    MIN(flown.scheduled_at) AS scheduled_at
  FROM raw.flights AS flown
  WHERE flown.dep_time IS NOT NULL
  GROUP BY 1
)
SELECT
  @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
  flights.carrier,
  @metric_name() AS metric,
  COUNT(DISTINCT flights.tailnum) AS amount
FROM raw.flights AS flights
JOIN first_flights
  ON first_flights.tailnum = flights.tailnum
  AND first_flights.scheduled_at = flights.scheduled_at
WHERE
  flights.dep_time IS NOT NULL
  AND flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, 2, metric
