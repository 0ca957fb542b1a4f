select
    steady.metrics_sample_date,
    steady.event_source,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := steady, include_column_alias := true),
    '' as from_artifact_id,
    @metric_name() as metric,
    sum(steady.amount * pushes.amount) as amount
from @metrics_peer_ref(regularity, time_aggregation := @time_aggregation) as steady
inner join @metrics_peer_ref(pushes, time_aggregation := @time_aggregation) as pushes
    on @metrics_entity_type_col('to_{entity_type}_id', table_alias := steady)
    = @metrics_entity_type_col('to_{entity_type}_id', table_alias := pushes)
    and steady.event_source = pushes.event_source
group by 1, 2, 3, 4, 5
