"""Logging in and out, and who one is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from gnomon.catalog.accounts import Account
from gnomon.serve.access import COOKIE, FLAG, Administrator, Reader, Writer, has_accounts, set_cookies
from gnomon.serve.dj.account_shapes import Token, WhoAmI
from gnomon.serve.dj.shapes import Message
from gnomon.serve.refusals import refused
from gnomon.serve.replies import json_reply
from gnomon.serve.state import State, StateOf
from gnomon.serve.strict import StrictRoute, check_kept

router = APIRouter(tags=["login"], route_class=StrictRoute)


EXAMPLE = {"example": {"username": "ada", "password": "correct horse"}}
LOGGED_IN = {"example": {"message": "Logged in successfully"}}


@router.post(
    "/basic/login",
    response_model=Message,
    summary="Log in",
    openapi_extra={"requestBody": {"content": {"application/x-www-form-urlencoded": EXAMPLE}}},
    responses={200: {"content": {"application/json": LOGGED_IN}}},
)
def log_in(
    request: Request, state: StateOf, username: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Response:
    """Check a password, and keep a token in a cookie. Where there are no accounts, there is nothing to log in to."""
    if not has_accounts(state.engine):
        return json_reply({"message": "There are no accounts: reading needs no login, and nobody may write"})
    check_kept({"username": username, "password": password})
    account = state.accounts.by_password(username, password)
    if account is None:
        raise refused("wrong_login", "Invalid username or password")
    reply = json_reply({"message": "Logged in successfully"})
    set_cookies(reply, state, issued(state, account), request.url.scheme == "https")
    return reply


@router.post("/logout", response_model=Message, summary="Log out")
def log_out(request: Request, state: StateOf) -> Response:
    """Forget the token of the cookie, here and in the client."""
    if token := request.cookies.get(COOKIE):
        state.accounts.revoke(token)
    reply = json_reply({"message": "Logged out"})
    for cookie in (COOKIE, FLAG):
        reply.delete_cookie(cookie)
    return reply


@router.get("/token", response_model=Token, summary="A token for a day")
def get_token(state: StateOf, account: Writer) -> Response:
    """A new token of the account that asks, for `Authorization: Bearer`; it lasts as long as a login."""
    return json_reply({"token": issued(state, account)}, headers={"Cache-Control": "no-store"})


@router.get("/whoami", response_model=WhoAmI, summary="The account that asks")
def who_am_i(account: Reader) -> Response:
    """The account that asks. Where there are none, it has no name."""
    said = {"username": account.name, "name": account.name} if account else {"username": None, "name": None}
    return json_reply(
        {**said, "email": None, "oauth_provider": "basic", "is_admin": bool(account and account.is_admin)}
    )


async def said_in(request: Request) -> dict[str, Any]:
    """The fields of a form or of a JSON object: the published client sends the one, its server reads the other."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            found = await request.json()
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {}
    return dict(await request.form())


FIELDS = {"username": {"type": "string"}, "password": {"type": "string"}, "email": {"description": "Not looked at"}}
FORM = {"schema": {"type": "object", "required": ["username", "password"], "properties": FIELDS}}
BODY = {"required": True, "content": {"application/x-www-form-urlencoded": FORM, "application/json": FORM}}


@router.post(
    "/basic/user",
    status_code=201,
    response_model=Message,
    summary="Make an account",
    openapi_extra={"requestBody": BODY},
)
def make_account(state: StateOf, by: Administrator, given: Annotated[dict[str, Any], Depends(said_in)]) -> Response:
    """Make an account that may write. Only an administrator does."""
    name, password = given.get("username"), given.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not name.strip() or not password:
        raise refused("missing_field", "an account has a username and a password", "send both")
    check_kept({"username": name, "password": password})
    if not state.accounts.make(Account(name), password):
        raise refused("account_exists", f"User {name} already exists.")
    return json_reply({"message": "User successfully created"}, 201)


def issued(state: State, account: Account) -> str:
    """A token that lasts as long as a login."""
    return state.accounts.issue(account.name, "login", state.settings.session)
