with days as (
    select
        bucket_day,
        to_artifact_id::VARCHAR as to_artifact_id,
        event_source::VARCHAR,
        sum(amount::DOUBLE)::DOUBLE as amount
    from oso.int_events_daily__code as events
    where events.bucket_day between @metrics_start('DATE') and @metrics_end('DATE')
    group by bucket_day, to_artifact_id, event_source
),
running as (
    select
        @metrics_sample_date(days.bucket_day) as metrics_sample_date,
        days.event_source,
        days.to_artifact_id,
        date_diff('day', date(ages.first_day), days.bucket_day) + 1 as age,
        sum(days.amount) over w as so_far
    from days
    left join oso.int_repo_ages as ages
        on days.to_artifact_id = ages.artifact_id
    window w as (
        partition by days.event_source, days.to_artifact_id
        order by days.bucket_day
        rows between unbounded preceding and current row
    )
)
select
    running.metrics_sample_date,
    running.event_source,
    running.to_artifact_id,
    '' as from_artifact_id,
    @metric_name() as metric,
    max(so_far / age) as amount
from running
group by 1, 2, 3, 4, 5
