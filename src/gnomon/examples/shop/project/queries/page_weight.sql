-- Bytes are summed exactly, and then said in GiB, of 1024 * 1024 * 1024 bytes each.
SELECT
  @metrics_sample_date(visits.seen_at) AS metrics_sample_date,
  visits.product,
  @metric_name() AS metric,
  @to_unit(SUM(visits.page_bytes), 'GiB') AS amount
FROM raw.visits AS visits
WHERE @metrics_in_window(visits.seen_at)
GROUP BY 1, 2, metric
