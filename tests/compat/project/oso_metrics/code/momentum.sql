with history as (
    select
        pushes.metrics_sample_date,
        @metrics_entity_type_col('to_{entity_type}_id', table_alias := pushes),
        pushes.event_source,
        sum(pushes.amount) as total
    from @metrics_peer_ref(pushes, time_aggregation := @time_aggregation) as pushes
    group by
        pushes.metrics_sample_date,
        @metrics_entity_type_col('to_{entity_type}_id', table_alias := pushes),
        pushes.event_source
)
select
    history.metrics_sample_date,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := history),
    history.event_source,
    '' as from_artifact_id,
    @metrics_name('momentum') as metric,
    history.total - lag(history.total) over (
        partition by @metrics_entity_type_col('to_{entity_type}_id', table_alias := history), event_source
        order by history.metrics_sample_date
    ) as amount
from history as history
