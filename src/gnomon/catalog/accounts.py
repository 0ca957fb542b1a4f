"""Who may write: accounts with passwords and tokens, of which only digests are kept.

A password is stretched by scrypt with a salt of its own. A token is 32 random bytes, which need no stretching.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, and_, delete, insert, or_, select, update

from gnomon.catalog import tables
from gnomon.catalog.database import reading, writing
from gnomon.catalog.store import utc_now
from gnomon.errors import Problem, UsageError

COST, BLOCK, LANES = 2**14, 8, 1
"""scrypt's parameters: 16 MB and some tens of milliseconds a try. They are kept with each digest."""
PREFIX = "gnm_"
"""What tokens begin with, so that scanners for leaked secrets find them."""


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may use the catalog."""

    name: str
    is_admin: bool = False


def digest_of(password: str, salt: bytes, cost: int = COST, block: int = BLOCK, lanes: int = LANES) -> str:
    """A password's digest, with all that it takes to make it again."""
    stretched = hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=2**27)
    return f"scrypt${cost}${block}${lanes}${salt.hex()}${stretched.hex()}"


def fits(password: str, digest: str) -> bool:
    """Whether a digest is that of a password, in a time that does not depend on the answer.

    >>> fits("open", digest_of("open", b"salt")), fits("shut", digest_of("open", b"salt"))
    (True, False)
    """
    _, cost, block, lanes, salt, _ = digest.split("$")
    again = digest_of(password, bytes.fromhex(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(again, digest)


NOBODY = digest_of("", b"nobody")
"""What an unknown name's password is compared with, so that it takes as long as a known one's."""


class Accounts:
    """The accounts of a catalog at the newest schema."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.clock = clock

    def put(self, account: Account, password: str | None = None) -> None:
        """Make an account, or change it; without a password it can only use tokens."""
        self.write(account, password, over=True)

    def make(self, account: Account, password: str | None = None) -> bool:
        """Make an account; False, and nothing is written, where there is or was one of its name."""
        return self.write(account, password, over=False)

    def write(self, account: Account, password: str | None, *, over: bool) -> bool:
        """Make an account, or write `over` one that is there; whether anything was written."""
        digest = None if password is None else digest_of(password, secrets.token_bytes(16))
        row = {"password": digest, "is_admin": account.is_admin, "deactivated_at": None}
        named = tables.accounts.c.name == account.name
        with writing(self.engine, "accounts") as connection:
            if connection.scalar(select(tables.accounts.c.id).where(named)) is None:
                connection.execute(insert(tables.accounts), {"name": account.name, "created_at": self.clock(), **row})
                return True
            if over:
                connection.execute(update(tables.accounts).where(named).values(row))
            return over

    def deactivate(self, name: str) -> None:
        """Let an account do nothing more: its password and its tokens are of no use, and the tokens are forgotten."""
        with writing(self.engine, "accounts") as connection:
            mine = select(tables.accounts.c.id).where(tables.accounts.c.name == name)
            connection.execute(delete(tables.tokens).where(tables.tokens.c.account_id.in_(mine)))
            gone = update(tables.accounts).where(tables.accounts.c.name == name).values(deactivated_at=self.clock())
            if connection.execute(gone).rowcount == 0:
                raise UsageError(Problem("unknown_account", f"there is no account named '{name}'"))

    def by_password(self, name: str, password: str) -> Account | None:
        """The account of a name and its password, None where they do not fit."""
        active = and_(tables.accounts.c.name == name, tables.accounts.c.deactivated_at.is_(None))
        with reading(self.engine) as connection:
            row = connection.execute(select(tables.accounts).where(active)).first()
        known = row.password if row is not None and row.password is not None else None
        is_right = fits(password, known or NOBODY)
        return Account(row.name, row.is_admin) if row is not None and known is not None and is_right else None

    def issue(self, name: str, label: str = "", lifetime: timedelta | None = None) -> str:
        """A new token of an account: it is given once and cannot be read again. None: it does not expire.

        Tokens that have expired, of any account, are forgotten then, so that no more are kept than can be used.
        """
        token = PREFIX + secrets.token_urlsafe(32)
        now = self.clock()
        with writing(self.engine, "accounts") as connection:
            wanted = select(tables.accounts.c.id).where(
                tables.accounts.c.name == name, tables.accounts.c.deactivated_at.is_(None)
            )
            number = connection.scalar(wanted)
            if number is None:
                raise UsageError(Problem("unknown_account", f"there is no account named '{name}'"))
            connection.execute(delete(tables.tokens).where(tables.tokens.c.expires_at <= now))
            row = {"digest": token_digest(token), "account_id": number, "label": label, "created_at": now}
            connection.execute(insert(tables.tokens), {**row, "expires_at": now + lifetime if lifetime else None})
        return token

    def by_token(self, token: str) -> Account | None:
        """The account of a token, None where it is unknown or has expired."""
        accounts, tokens = tables.accounts, tables.tokens
        wanted = select(accounts).join(tokens, tokens.c.account_id == accounts.c.id)
        valid = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > self.clock())
        wanted = wanted.where(tokens.c.digest == token_digest(token), valid, accounts.c.deactivated_at.is_(None))
        with reading(self.engine) as connection:
            row = connection.execute(wanted).first()
        return None if row is None else Account(row.name, row.is_admin)

    def revoke(self, token: str) -> None:
        """Forget a token."""
        with writing(self.engine, "accounts") as connection:
            connection.execute(delete(tables.tokens).where(tables.tokens.c.digest == token_digest(token)))


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
