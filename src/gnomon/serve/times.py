"""Instants as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

from gnomon.serve.refusals import refused

LARGEST_SECONDS = 253_402_300_799
"""The last second of the year 9999."""


def instant_of(number: int) -> datetime:
    """The instant of a number of seconds since 1970, or of milliseconds where it is too large for that.

    >>> instant_of(86_400), instant_of(1_700_000_000_000)
    (datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2023, 11, 14, 22, 13, 20, \
tzinfo=datetime.timezone.utc))
    """
    seconds = number if abs(number) <= LARGEST_SECONDS else number / 1000
    if not 0 <= seconds <= LARGEST_SECONDS:
        raise refused(
            "not_a_time", f"{number} is no number of seconds since 1970", "send one of the years 1970 to 9999"
        )
    return datetime.fromtimestamp(seconds, UTC)
