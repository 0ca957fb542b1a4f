-- A period without cancellations has a rate of zero.
SELECT
  flights.metrics_sample_date,
  @metrics_entity_type_col('{entity_type}', table_alias := flights),
  @metric_name() AS metric,
  COALESCE(cancellations.amount, 0) / flights.amount AS amount
FROM @metrics_peer_ref(flights) AS flights
LEFT JOIN @metrics_peer_ref(cancellations) AS cancellations
  ON flights.metrics_sample_date = cancellations.metrics_sample_date
  AND @metrics_entity_type_col('{entity_type}', table_alias := flights)
    = @metrics_entity_type_col('{entity_type}', table_alias := cancellations)
