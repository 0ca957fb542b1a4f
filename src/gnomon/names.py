"""The grammar of names: metrics, entities and the tables of variants.

A variant's table is `<metric>_to_<entity>_<suffix>`, as in the original factory. Names are made here and taken
apart nowhere: what a table holds is looked up in the project.
"""

from __future__ import annotations

import re
from hashlib import blake2b

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""A metric's or an entity's name, as in `active_developers`."""


def is_name(text: str) -> bool:
    """Whether a text may name a metric or an entity.

    >>> is_name("stars"), is_name("Stars"), is_name("1st")
    (True, False, False)
    """
    return NAME.fullmatch(text) is not None


def variant_table(metric: str, entity: str, suffix: str, max_length: int | None = None) -> str:
    """The table of a variant; past `max_length` a digest of the whole name replaces its tail.

    >>> variant_table("stars", "project", "over_30_day_window")
    'stars_to_project_over_30_day_window'
    >>> len(variant_table("s" * 60, "project", "daily", max_length=63))
    63
    """
    name = f"{metric}_to_{entity}_{suffix}"
    if max_length is None or len(name) <= max_length:
        return name
    digest = blake2b(name.encode(), digest_size=5).hexdigest()
    return f"{name[: max_length - len(digest) - 1]}_{digest}"
