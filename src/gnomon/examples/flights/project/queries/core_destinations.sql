-- Destinations from the busiest down, until half of the period's flights are covered.
WITH destinations AS (
  SELECT
    @metrics_sample_date(flights.scheduled_at) AS metrics_sample_date,
    flights.carrier,
    flights.dest,
    COUNT(*) AS flights
  FROM raw.flights AS flights
  WHERE flights.scheduled_at BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
  GROUP BY 1, 2, 3
), ranked AS (
  SELECT
    metrics_sample_date,
    carrier,
    ROW_NUMBER() OVER (PARTITION BY metrics_sample_date, carrier ORDER BY flights DESC, dest) AS place,
    SUM(flights) OVER (PARTITION BY metrics_sample_date, carrier ORDER BY flights DESC, dest) AS covered,
    SUM(flights) OVER (PARTITION BY metrics_sample_date, carrier) AS total
  FROM destinations
)
SELECT
  metrics_sample_date,
  carrier,
  @metric_name() AS metric,
  MIN(place) AS amount
FROM ranked
WHERE 2 * covered >= total
GROUP BY 1, 2, metric
