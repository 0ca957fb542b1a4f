"""`gnomon serve` and `gnomon account` as they are typed."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import httpx
import pytest

from gnomon.cli.main import cli
from serve.conftest import new_catalog
from serve.test_published_client import gnomon_serve
from source_tree import importers


def gnomon(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """A command's exit code, and what it says."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words), prog_name="gnomon")
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_it_prints_its_url_and_serves(tmp_path: Path) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"), account=False)
    with gnomon_serve(database) as url:
        assert httpx.get(f"{url}/health/").json()["status"] == "ok"
        assert httpx.get(f"{url}/nodes").json() == []


def test_accounts_are_made_used_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"), account=False)
    where = ("--database", database)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert gnomon(capsys, "account", "add", "ada", "--password-stdin", *where)[0] == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    code, out, err = gnomon(capsys, "account", "add", "ada", "--admin", "--password-stdin", *where)
    assert (code, out, err) == (0, "", "'ada' may write, and make accounts\n")
    code, token, _ = gnomon(capsys, "account", "token", "ada", "--days", "1", "--label", "test", *where)
    assert (code, token[:4]) == (0, "gnm_")
    with gnomon_serve(database) as url:
        bearer = {"Authorization": f"Bearer {token.strip()}"}
        assert httpx.get(f"{url}/whoami", headers=bearer).json()["is_admin"] is True
        assert httpx.post(f"{url}/basic/login", data={"username": "ada", "password": "secret"}).status_code == 200
        assert gnomon(capsys, "account", "remove", "ada", *where)[0] == 0
        assert httpx.get(f"{url}/whoami", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["account", "token", "nobody"], "unknown_account"),
        (["account", "remove", "nobody"], "unknown_account"),
        (["account", "add", " ", "--password-stdin"], "wrong_account_name"),
        (["serve", "--host", "0.0.0.0"], "no_accounts"),
        (["serve", "--host", "no such host"], "no_accounts"),
    ],
)
def test_mistakes(words: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"), account=False)
    ended, out, err = gnomon(capsys, *words, "--database", database)
    assert (ended, out) == (2, "") and f"error[{code}]" in err, err


def test_a_port_that_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended, out, err = gnomon(capsys, "serve", "--port", port, "--database", database)
    assert (ended, out) == (2, "") and "error[wrong_address]" in err and "--port 0" in err


def test_a_catalog_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended, _, err = gnomon(capsys, "serve", "--database", str(tmp_path / "none.db"))
    assert ended == 2 and "gnomon catalog migrate" in err
    assert list(tmp_path.iterdir()) == []


def test_only_the_server_imports_its_framework() -> None:
    for package in ("fastapi", "starlette", "uvicorn"):
        assert {name for name in importers(package) if not name.startswith("serve/")} <= {"cli/serve.py"}
