with first_seen as (
    select
        "time",
        event_source,
        from_artifact_id,
        @metrics_entity_type_col('to_{entity_type}_id', table_alias := seen, include_column_alias := true)
    from @metrics_entity_type_table('oso.int_first_seen_in_{entity_type}') as seen
),
new_people as (
    select
        @metrics_sample_date(first_seen.time) as metrics_sample_date,
        event_source,
        @metrics_entity_type_col('to_{entity_type}_id', table_alias := first_seen, include_column_alias := true),
        @metric_name('new_people') as metric,
        count(distinct first_seen.from_artifact_id) as amount
    from first_seen
    where "first_seen"."time" between @metrics_start('DATE') and @metrics_end('DATE')
    group by 1, 2, 3, 4
)
select
    active.metrics_sample_date,
    active.event_source,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := active, include_column_alias := true,),
    '' as from_artifact_id,
    @metric_name('often') as metric,
    count(distinct active.from_artifact_id) as amount
from @metrics_peer_ref(active_days, time_aggregation := @time_aggregation,) as active
where active.amount / @metrics_sample_interval_length(active.metrics_sample_date, 'day') >= @often
group by
    metric,
    from_artifact_id,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := active),
    event_source,
    metrics_sample_date
union all
select
    fresh.metrics_sample_date,
    fresh.event_source,
    @metrics_entity_type_col('to_{entity_type}_id', table_alias := fresh, include_column_alias := true),
    '' as from_artifact_id,
    fresh.metric,
    fresh.amount as amount
from new_people as fresh
