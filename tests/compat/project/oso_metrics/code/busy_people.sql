select
    active.metrics_sample_date,
    active.event_source,
    @metrics_entity_type_alias(active.to_artifact_id, 'to_{entity_type}_id'),
    '' as from_artifact_id,
    @metric_name() as metric,
    count(distinct active.from_artifact_id) as amount
from @metrics_peer_ref(active_days, window := @rolling_window, unit := @rolling_unit) as active
where active.amount / @rolling_window >= @often
group by 1, 2, 3, 4, 5
