"""Who may read and write."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from gnomon.catalog import connect
from gnomon.catalog.accounts import Account, Accounts
from gnomon.errors import UsageError
from gnomon.serve import Settings, create_app
from gnomon.serve.settings import is_local
from serve.conftest import PASSWORD, Served, new_catalog, serving
from serve.project import spec


def code(reply: httpx.Response) -> str:
    """The code of what a call was refused for."""
    found = reply.json()
    return str(found["code"] if "code" in found else found["errors"][0]["context"])


def test_without_accounts_everybody_on_this_machine_reads(shown: Served) -> None:
    assert shown.http.get("/nodes/").json() == []
    assert shown.http.get("/v1/nodes").json() == {"nodes": [], "next": None}
    assert shown.http.get("/whoami").json()["username"] is None
    assert shown.http.get("/health").json()["writable"] is False


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/deployments", {"namespace": "shop", "nodes": []}),
        ("POST", "/nodes/source", {"name": "shop.a"}),
        ("PATCH", "/nodes/shop.a", {}),
        ("DELETE", "/nodes/shop.a", None),
        ("POST", "/namespaces/shop", None),
        ("POST", "/tags", {"name": "a"}),
        ("POST", "/v1/push", {"namespace": "shop", "nodes": []}),
        ("GET", "/token", None),
    ],
)
def test_without_accounts_nobody_writes(shown: Served, method: str, path: str, body: object) -> None:
    reply = shown.http.request(method, path, json=body)
    assert (reply.status_code, code(reply)) == (403, "no_accounts")
    assert "gnomon account add" in reply.text


def test_without_accounts_a_login_is_answered_and_gives_nothing(shown: Served) -> None:
    """`dj` logs in before whatever it does, also before it reads."""
    reply = shown.http.post("/basic/login/", data={"username": "a", "password": "b"})
    assert (reply.status_code, dict(reply.cookies)) == (200, {})


@pytest.mark.parametrize("host", ["example.org", "example.org:80", "169.254.169.254", "localhost.example.org"])
def test_a_page_of_another_site_does_not_read_what_this_machine_does(shown: Served, host: str) -> None:
    """A name that was pointed at this machine (DNS rebinding) stands in the header Host."""
    reply = shown.stranger(host=host).get("/nodes")
    assert (reply.status_code, code(reply)) == (403, "not_local")


def test_without_accounts_other_machines_are_not_served(tmp_path: Path) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"), account=False)
    with pytest.raises(UsageError, match="gnomon account add"):
        create_app(Settings(database, host="0.0.0.0"))
    engine = connect(database)
    Accounts(engine).put(Account("ada"), "x")
    create_app(Settings(database, host="0.0.0.0")).state.gnomon.engine.dispose()
    engine.dispose()


def test_a_catalog_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="catalog_behind"):
        create_app(Settings(str(tmp_path / "none.db")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["/nodes", "/nodes/shop.a", "/v1/nodes", "/whoami", "/sql/metrics/v3", "/deployments/x"]
)
def test_with_accounts_strangers_read_nothing(served: Served, path: str) -> None:
    reply = served.stranger().get(path)
    assert (reply.status_code, code(reply)) == (403, "not_authenticated")


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json"])
def test_what_everybody_sees(served: Served, path: str) -> None:
    assert served.stranger().get(path).status_code == 200


def test_the_last_account_taken_away_opens_nothing(served: Served) -> None:
    engine = connect(served.database)
    Accounts(engine).deactivate("ada")
    engine.dispose()
    assert code(served.stranger().get("/nodes")) == "not_authenticated"
    assert code(served.http.get("/nodes")) == "wrong_token"


def test_a_login_is_a_cookie_that_scripts_and_other_sites_do_not_have(served: Served) -> None:
    http = served.stranger()
    reply = http.post("/basic/login/", data={"username": "ada", "password": PASSWORD})
    assert (reply.json(), http.cookies["__djlif"]) == ({"message": "Logged in successfully"}, "true")
    session = next(each for each in reply.headers.get_list("set-cookie") if each.startswith("__dj="))
    assert "HttpOnly" in session and "SameSite=lax" in session
    assert http.get("/whoami").json()["username"] == "ada"


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("eve", PASSWORD), ("", ""), ("ada", "")])
def test_a_wrong_login(served: Served, name: str, password: str) -> None:
    reply = served.stranger().post("/basic/login", data={"username": name, "password": password})
    assert reply.status_code in (401, 422)
    assert "set-cookie" not in reply.headers or "Max-Age=0" in reply.headers["set-cookie"]


def test_a_token_in_the_header(served: Served) -> None:
    token = served.http.get("/token").json()["token"]
    bearer = served.stranger(authorization=f"Bearer {token}")
    assert bearer.get("/whoami").json() == {
        "username": "ada",
        "name": "ada",
        "email": None,
        "oauth_provider": "basic",
        "is_admin": True,
    }


@pytest.mark.parametrize("header", ["Bearer gnm_nonsense", "Bearer", "Basic YTpi", "nonsense", "Bearer a b"])
def test_a_wrong_token(served: Served, header: str) -> None:
    reply = served.stranger(authorization=header).get("/nodes")
    assert (reply.status_code, code(reply)) in [(401, "wrong_token"), (403, "not_authenticated")]
    assert reply.headers["content-type"] == "application/json"


def test_logging_out_ends_the_token(served: Served) -> None:
    token = served.http.cookies["__dj"]
    assert served.http.post("/logout/").status_code == 200
    assert code(served.stranger(authorization=f"Bearer {token}").get("/nodes")) == "wrong_token"


def test_a_login_ends_by_itself(tmp_path: Path) -> None:
    database = new_catalog(str(tmp_path / "catalog.db"))
    with serving(Settings(database, session=timedelta(seconds=-1))) as url, httpx.Client(base_url=url) as http:
        http.post("/basic/login", data={"username": "ada", "password": PASSWORD})
        assert http.get("/nodes").status_code in (401, 403)


def test_an_administrator_makes_accounts_and_others_do_not(served: Served) -> None:
    said = {"username": "bob", "password": "b", "email": "bob@example.org"}
    assert served.http.post("/basic/user", data=said).status_code == 201
    assert code(served.http.post("/basic/user", json=said)) == "account_exists"
    assert code(served.http.post("/basic/user", json={"username": "eve"})) == "missing_field"
    bob = served.stranger()
    bob.post("/basic/login", data=said)
    assert code(bob.post("/basic/user", json={"username": "eve", "password": "e"})) == "not_allowed"
    assert bob.post("/deployments", json=spec()).status_code == 200
    assert served.http.get("/nodes/shop.revenue").json()["created_by"] == {"username": "bob"}


def test_no_password_and_no_token_stands_in_the_database(served: Served) -> None:
    token = served.http.cookies["__dj"]
    held = b"".join(path.read_bytes() for path in Path(served.database).parent.iterdir())
    assert token.encode() not in held and PASSWORD.encode() not in held


@pytest.mark.parametrize(
    ("host", "local"), [("LOCALHOST", True), ("127.1.2.3", True), ("[::1]", True), ("::", False), ("10.0.0.1", False)]
)
def test_addresses_of_this_machine(host: str, local: bool) -> None:
    assert is_local(host) is local
