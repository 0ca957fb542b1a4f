with parts as (
    select
        @metrics_entity_type_col('to_{entity_type}_id') as entity_id,
        @metrics_sample_date(metrics_sample_date) as metrics_sample_date,
        'pushes' as part,
        amount
    from @metrics_peer_ref(pushes, time_aggregation := @time_aggregation)
    union all
    select
        @metrics_entity_type_col('to_{entity_type}_id') as entity_id,
        @metrics_sample_date(metrics_sample_date) as metrics_sample_date,
        'people' as part,
        amount
    from @metrics_peer_ref(people, time_aggregation := @time_aggregation)
)
select
    metrics_sample_date,
    '' as event_source,
    entity_id as @metrics_entity_type_col('to_{entity_type}_id'),
    '' as from_artifact_id,
    @metric_name() as metric,
    cast(
        (sum(case when part = 'pushes' then amount else 0 end) * @weight_pushes)
        + (sum(case when part = 'people' then amount else 0 end) * @weight_people)
    as double) as amount
from parts
group by 1, 2, 3, 4, 5
