select
    @metrics_sample_date(events.bucket_day) as metrics_sample_date,
    events.event_source,
    events.to_artifact_id,
    events.from_artifact_id,
    @metric_name() as metric,
    sum(events.amount) as amount,
    sum(events.fee) as fees,
    'USD' as unit
from oso.int_events_daily__grants as events
where
    events.kind = 'GRANTED'
    and events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
group by 1, metric, from_artifact_id, to_artifact_id, event_source
