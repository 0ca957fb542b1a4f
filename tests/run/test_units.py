"""A number of another unit is another number: what a plan makes of a changed unit."""

from __future__ import annotations

from gnomon.run.context import opened
from gnomon.run.plan import _built, plan

from .world import World

TABLE = "metrics.stars_to_artifact_daily"
STARS, USD = ({"kind": "count", "code": "stars"}, {"kind": "currency", "code": "USD"})


def test_a_changed_unit_is_a_breaking_change_that_the_plan_shows(world: World) -> None:
    world.settings(grains=["day"], unit=STARS)
    world.daily("2024-01-01", "2024-01-31")
    plan(world.root, execution_time="2024-02-01")
    world.settings(grains=["day"], unit=USD)
    shown = plan(world.root, execution_time="2024-02-01", dry_run=True)
    assert (shown.modified, list(shown.days)) == ((TABLE,), [TABLE])
    assert shown.units == {TABLE: ("amount in stars", "amount in USD")}
    with opened(world.root, "a test", execution_time="2024-02-01") as session:
        built = _built(session, "prod", None, None, "2024-02-01")
        (new, _), *others = built.context_diff.modified_snapshots.values()
        assert (new.change_category.name, others) == ("BREAKING", [])
    plan(world.root, execution_time="2024-02-01")
    assert plan(world.root, execution_time="2024-02-01").is_empty
