-- Hourly observations; an hour without one adds nothing.
SELECT
  @metrics_sample_date(weather.time_hour) AS metrics_sample_date,
  weather.origin,
  @metric_name() AS metric,
  SUM(weather.precip) AS amount
FROM raw.weather AS weather
WHERE @metrics_in_window(weather.time_hour)
GROUP BY 1, 2, metric
