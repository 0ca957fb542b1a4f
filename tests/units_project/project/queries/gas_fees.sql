SELECT @metrics_sample_date(txs.bucket_day) AS metrics_sample_date, txs.event_source, txs.to_artifact_id,
  '' AS from_artifact_id, @metric_name() AS metric, SUM(txs.gas_fee) / 1e18 AS amount
FROM oso.int_events_daily__blockchain AS txs
WHERE txs.bucket_day BETWEEN @metrics_start('DATE') AND @metrics_end('DATE')
GROUP BY 1, metric, from_artifact_id, to_artifact_id, event_source
