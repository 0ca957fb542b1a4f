"""Who asks, and what is allowed: accounts where there are any, and otherwise readers on this machine alone.

A login gives a token in a cookie, as DataJunction's server does; the same token may stand in `Authorization: Bearer`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy import Engine, select
from starlette.responses import Response

from gnomon.catalog import tables
from gnomon.catalog.accounts import Account
from gnomon.catalog.database import reading
from gnomon.serve.refusals import refused
from gnomon.serve.settings import is_local
from gnomon.serve.state import State, StateOf

COOKIE, FLAG = "__dj", "__djlif"
"""The cookies that DataJunction's clients keep: the token, which no script may read, and that there is one."""

BEARER = HTTPBearer(auto_error=False, description="A token: `gnomon account token NAME`, or GET /token")
SESSION = APIKeyCookie(name=COOKIE, auto_error=False, description="The cookie of POST /basic/login")


def has_accounts(engine: Engine) -> bool:
    """Whether there is any account, also one that is deactivated: taking the last one away opens nothing."""
    with reading(engine) as connection:
        return connection.scalar(select(tables.accounts.c.id).limit(1)) is not None


def token_of(request: Request) -> str | None:
    """The token that a call carries, in its cookie or in its header."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if given:
        if scheme.lower() != "bearer":
            raise refused(
                "wrong_token", f"'{scheme[:20]}' is no way to authenticate", "write Authorization: Bearer ..."
            )
        return given.strip()
    return request.cookies.get(COOKIE)


def caller(
    request: Request, state: StateOf, _bearer: object = Depends(BEARER), _cookie: object = Depends(SESSION)
) -> Account | None:
    """The account that calls; None for a reader on this machine where there are no accounts.

    Refuses `wrong_token`, `not_authenticated` and `not_local`.
    """
    token = token_of(request)
    if token is not None:
        account = state.accounts.by_token(token)
        if account is None:
            raise refused("wrong_token", "the token is unknown or has expired", "log in again")
        return account
    if has_accounts(state.engine):
        raise refused("not_authenticated", "Not authenticated")
    require_local(request)
    return None


def require_local(request: Request) -> None:
    """Refuse what does not come from this machine, or was sent to it under another's name by a page in a browser."""
    client = request.client.host if request.client is not None else ""
    named = request.url.hostname or ""
    if not (is_local(client) and is_local(named)):
        message = "a catalog without accounts is read on its own machine only"
        raise refused("not_local", message, "make one with gnomon account add NAME")


Reader = Annotated[Account | None, Depends(caller)]


def writer(account: Reader) -> Account:
    """The account that writes. Refuses `no_accounts` where nobody may."""
    if account is None:
        message = "a catalog without accounts is only read"
        raise refused("no_accounts", message, "make one with gnomon account add NAME")
    return account


Writer = Annotated[Account, Depends(writer)]


def administrator(account: Writer) -> Account:
    """The account that manages others. Refuses `not_allowed`."""
    if not account.is_admin:
        raise refused("not_allowed", f"'{account.name}' does not manage accounts", "ask an administrator")
    return account


Administrator = Annotated[Account, Depends(administrator)]


def set_cookies(reply: Response, state: State, token: str, is_secure: bool) -> None:
    """Keep a login's token where clients keep it: in cookies that other sites' pages do not send along."""
    seconds = int(state.settings.session.total_seconds())
    reply.set_cookie(COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=is_secure)
    reply.set_cookie(FLAG, "true", max_age=seconds, samesite="lax", secure=is_secure)
