"""Accounts: what is kept opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from gnomon.catalog import tables
from gnomon.catalog.accounts import Account, Accounts, token_digest
from gnomon.catalog.migrate import migrate
from gnomon.errors import UsageError

ANN = Account("ann", is_admin=True)


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    migrate(engine)
    return Accounts(engine)


def test_a_password_opens_its_own_account_only(accounts: Accounts) -> None:
    accounts.put(ANN, "open sesame")
    accounts.put(Account("bob"), "open sesame")
    accounts.put(Account("cem"))
    assert accounts.by_password("ann", "open sesame") == ANN
    assert accounts.by_password("ann", "open") is None
    assert accounts.by_password("cem", "") is None
    assert accounts.by_password("nobody", "") is None
    with accounts.engine.connect() as connection:
        kept = connection.execute(select(tables.accounts.c.password)).scalars().all()
    assert len(set(kept)) == 3 and not any("sesame" in str(digest) for digest in kept)


def test_a_changed_password_closes_the_old_one(accounts: Accounts) -> None:
    accounts.put(ANN, "one")
    accounts.put(ANN, "two")
    assert accounts.by_password("ann", "one") is None
    assert accounts.by_password("ann", "two") == ANN


def test_a_token_is_an_account_until_it_expires_or_is_revoked(engine: Engine) -> None:
    migrate(engine)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    accounts = Accounts(engine, clock=lambda: now)
    accounts.put(ANN)
    day, ever = accounts.issue("ann", "ci", timedelta(days=1)), accounts.issue("ann")
    assert accounts.by_token(day) == accounts.by_token(ever) == ANN
    now += timedelta(days=1)
    assert accounts.by_token(day) is None
    assert accounts.by_token(ever) == ANN
    accounts.revoke(ever)
    assert accounts.by_token(ever) is None
    assert accounts.by_token("") is None
    with engine.connect() as connection:
        assert day not in connection.execute(select(tables.tokens.c.digest)).scalars().all()


def test_an_account_that_left_can_do_nothing(accounts: Accounts) -> None:
    accounts.put(ANN, "one")
    token = accounts.issue("ann")
    accounts.deactivate("ann")
    assert accounts.by_password("ann", "one") is None
    assert accounts.by_token(token) is None
    for call in (accounts.deactivate, accounts.issue):
        with pytest.raises(UsageError, match="unknown_account"):
            call("nobody")
    with pytest.raises(UsageError, match="unknown_account"):
        accounts.issue("ann")


def test_tokens_that_have_expired_are_forgotten_when_one_is_issued(engine: Engine) -> None:
    """A login an hour for years leaves as many tokens as are of use, of whichever account they were."""
    migrate(engine)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    accounts = Accounts(engine, clock=lambda: now)
    accounts.put(ANN)
    accounts.put(Account("bob"))
    ever, long = accounts.issue("ann"), accounts.issue("bob", "ci", timedelta(days=9))
    for _ in range(20):
        last = accounts.issue("ann", "login", timedelta(hours=2))
        now += timedelta(hours=1)
    fresh = accounts.issue("bob")
    with engine.connect() as connection:
        kept = set(connection.execute(select(tables.tokens.c.digest)).scalars())
    assert kept == {token_digest(token) for token in (ever, long, last, fresh)}
    assert [accounts.by_token(token) for token in (ever, long, last)] == [ANN, Account("bob"), ANN]
