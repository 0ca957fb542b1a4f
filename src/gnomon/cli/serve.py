"""`gnomon serve`: the catalog over HTTP."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from gnomon.cli.catalog import address_of, database_option
from gnomon.cli.options import debug_option, say
from gnomon.errors import Problem, UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI

LARGEST_PORT = 65_535
WAITING = 128
"""Connections that wait to be taken."""


@click.command(short_help="Serve the catalog over HTTP.")
@database_option
@click.option("--host", default="127.0.0.1", metavar="HOST", envvar="GNOMON_HOST", help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, LARGEST_PORT),
    default=8000,
    envvar="GNOMON_PORT",
    metavar="PORT",
    help="The port to listen on; 0 for a free one.",
)
@click.option(
    "--session-hours", type=click.IntRange(1), default=24, metavar="N", help="How long a login lasts; by default a day."
)
@click.option(
    "--warehouse", metavar="FILE", envvar="GNOMON_WAREHOUSE", help="A DuckDB file with the sources' tables, for /data."
)
@debug_option
def serve(database: str | None, host: str, port: int, session_hours: int, warehouse: str | None) -> None:
    """Serve the catalog over HTTP, also to DataJunction's clients.

    Without accounts it is read, and on this machine alone: `gnomon account add` makes one. What can be called is shown
    at /docs.
    """
    app = application(address_of(database), host, port, timedelta(hours=session_hours), warehouse)
    import uvicorn

    with listening(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        click.echo(f"http://{address}:{listener.getsockname()[1]}")
        say("the catalog is served until Ctrl-C; what can be called is at /docs")
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listener])


def application(database: str, host: str, port: int, session: timedelta, warehouse: str | None) -> FastAPI:
    """The application that serves a catalog. Raises UsageError `missing_package` where its packages are not there."""
    try:
        from gnomon.serve import Settings, create_app
    except ModuleNotFoundError as error:
        if error.name not in ("fastapi", "starlette", "uvicorn", "multipart"):
            raise
        help = "pip install 'gnomon[serve]'"
        raise UsageError(Problem("missing_package", f"serving needs the package {error.name}", help=help)) from None
    return create_app(Settings(database, host, port, session, warehouse=warehouse))


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError `wrong_address`."""
    listener = None
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(WAITING)
    except (OSError, UnicodeError) as error:
        if listener is not None:
            listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        message = f"nothing can listen on {host}:{port}: {reason}"
        help = "name another address, or --port 0 for a free port"
        raise UsageError(Problem("wrong_address", message, help=help)) from None
    return listener
