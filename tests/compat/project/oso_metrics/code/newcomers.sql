with first_push as (
    select
        from_artifact_id,
        min(bucket_day) as first_day
    from oso.int_events_daily__code
    where kind = 'PUSHED'
    group by 1
)
select
    @metrics_sample_date(events.bucket_day) as metrics_sample_date,
    events.event_source,
    events.to_artifact_id as to_artifact_id,
    '' as from_artifact_id,
    @metric_name() as metric,
    count(distinct events.from_artifact_id) as amount
from oso.int_events_daily__code as events
inner join first_push
    on events.from_artifact_id = first_push.from_artifact_id and events.bucket_day = first_push.first_day
where
    events.kind = 'PUSHED'
    and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
group by 1, metric, from_artifact_id, to_artifact_id, event_source
