"""Where the catalog is that is served, and to whom."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from gnomon.errors import Problem, UsageError

LOCAL = "localhost"
OWN_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with.

    `database` is a SQLite file or a postgresql:// URL. `warehouse` is a DuckDB file with the tables of sources, None
    where no rows are served. `session` is how long a login lasts, `largest_body` how many bytes a call may send.
    """

    database: str
    host: str = OWN_ADDRESS
    port: int = 8000
    session: timedelta = timedelta(hours=24)
    largest_body: int = 32 * 2**20
    warehouse: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from GNOMON_DATABASE, GNOMON_HOST, GNOMON_PORT, GNOMON_SESSION_HOURS and GNOMON_WAREHOUSE.

        >>> Settings.from_environment({"GNOMON_DATABASE": "catalog.db", "GNOMON_PORT": "9000"}).port
        9000

        Raises UsageError `no_database_named` and `not_a_number`.
        """
        if not environment.get("GNOMON_DATABASE"):
            raise UsageError(Problem("no_database_named", "no catalog is named", help="set GNOMON_DATABASE"))
        return cls(
            environment["GNOMON_DATABASE"],
            environment.get("GNOMON_HOST", OWN_ADDRESS),
            number(environment, "GNOMON_PORT", 8000),
            timedelta(hours=number(environment, "GNOMON_SESSION_HOURS", 24)),
            warehouse=environment.get("GNOMON_WAREHOUSE"),
        )


def number(environment: Mapping[str, str], name: str, default: int) -> int:
    """A whole number above 0 from the environment."""
    written = environment.get(name, str(default))
    if not written.isdecimal() or int(written) == 0:
        raise UsageError(Problem("not_a_number", f"{name} is '{written}'", help="write a whole number above 0"))
    return int(written)


def is_local(host: str) -> bool:
    """Whether an address is this machine's own, which nobody else can reach.

    >>> is_local("localhost"), is_local("127.0.0.1"), is_local("::1"), is_local("0.0.0.0"), is_local("example.org")
    (True, True, True, False, False)
    """
    if host.lower() == LOCAL:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
