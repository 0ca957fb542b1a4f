-- No name has its table: from_artifact_id is the table's own inside the count, and the output's in GROUP BY.
select
    @metrics_sample_date(bucket_day) as metrics_sample_date,
    upper(event_source) as event_source,
    to_artifact_id,
    '' as from_artifact_id,
    @metric_name() as metric,
    count(distinct from_artifact_id) as amount
from oso.int_events_daily__code
where
    event_source = 'hub'
    and bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
group by 1, metric, from_artifact_id, to_artifact_id, event_source
