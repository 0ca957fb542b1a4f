"""Choose how a bound query is computed for many sample dates at once, exactly."""

from gnomon.plan.choose import Planned, plan_query
from gnomon.plan.frame import Frame, incremental_frame, standalone_frame

__all__ = ["Frame", "Planned", "incremental_frame", "plan_query", "standalone_frame"]
