"""Servers of catalogs, in this process and as the command, and DataJunction's published client."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from dates.conftest import postgres
from gnomon.catalog import connect, migrate
from gnomon.catalog.accounts import Account, Accounts
from gnomon.cli.serve import listening
from gnomon.serve import Settings, create_app

__all__ = ["postgres"]

collect_ignore = ["client_flow.py"]
"""It is run by another Python, which has what it imports."""

CLIENT = "datajunction==0.0.272"
PASSWORD = "correct horse"


@dataclass(frozen=True, slots=True)
class Served:
    """A catalog that is served, and a client that is logged in."""

    database: str
    url: str
    http: httpx.Client
    closed: ExitStack

    def stranger(self, **headers: str) -> httpx.Client:
        """A client that nobody knows."""
        made = httpx.Client(timeout=60, base_url=self.url, headers=headers)
        self.closed.callback(made.close)
        return made


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve a catalog from a thread; the URL."""
    with listened(create_app(settings)) as url:
        yield url


@contextmanager
def listened(app: FastAPI) -> Iterator[str]:
    """Let an application listen in a thread; the URL."""
    with listening("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)


def new_catalog(database: str, *, account: bool = True) -> str:
    """A catalog at the newest schema, with an administrator. A file is a copy of one that was migrated before."""
    if "://" in database:
        return migrated(database, account)
    Path(database).write_bytes(file_of(account))
    return database


@cache
def file_of(account: bool) -> bytes:
    """What SQLite's file of a new catalog holds."""
    with TemporaryDirectory() as folder:
        return Path(migrated(str(Path(folder) / "catalog.db"), account)).read_bytes()


def migrated(database: str, account: bool) -> str:
    """Make a catalog of an empty database."""
    engine = connect(database)
    migrate(engine)
    if account:
        Accounts(engine).put(Account("ada", True), PASSWORD)
    engine.dispose()
    return database


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """An empty catalog that is served."""
    database = new_catalog(str(tmp_path / "catalog.db"))
    with serving(Settings(database)) as url, httpx.Client(timeout=60, base_url=url) as http, ExitStack() as closed:
        login(http)
        yield Served(database, url, http, closed)


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Served]:
    """An empty catalog without accounts that is served."""
    database = new_catalog(str(tmp_path / "catalog.db"), account=False)
    with serving(Settings(database)) as url, httpx.Client(timeout=60, base_url=url) as http, ExitStack() as closed:
        yield Served(database, url, http, closed)


def login(http: httpx.Client) -> None:
    """Log in as the administrator."""
    reply = http.post("/basic/login/", data={"username": "ada", "password": PASSWORD})
    assert reply.status_code == 200, reply.text


@pytest.fixture(scope="session")
def published() -> str:
    """The Python of an environment of its own, with DataJunction's published client in it."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gnomon-tests"
    folder = home / f"{CLIENT.replace('==', '-')}-py{sys.version_info.major}.{sys.version_info.minor}"
    python, done = folder / "bin" / "python", folder / "complete"
    home.mkdir(parents=True, exist_ok=True)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            venv.create(folder, with_pip=True, clear=True)
            asked = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT]
            tried = subprocess.run(asked, capture_output=True, text=True, timeout=600)
            if tried.returncode:
                pytest.skip(f"{CLIENT} cannot be installed: {tried.stderr.strip()[-300:]}")
            done.touch()
    return str(python)
