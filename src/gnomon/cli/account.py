"""`gnomon account`: who may write to a catalog over HTTP."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from gnomon.cli.catalog import address_of, database_option
from gnomon.cli.options import debug_option, say
from gnomon.errors import Problem, UsageError


@click.group()
def account() -> None:
    """Accounts that may write to a catalog that is served."""


@account.command("add", short_help="Make an account, or give it another password.")
@click.argument("name")
@database_option
@click.option("--admin", is_flag=True, help="Let the account make others.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; otherwise it is asked for."
)
@debug_option
def add(name: str, database: str | None, admin: bool, password_stdin: bool) -> None:
    """Make an account, or give it another password. From the first account on, every call has to be logged in."""
    from gnomon.catalog.accounts import Account, Accounts
    from gnomon.catalog.database import opened
    from gnomon.catalog.migrate import require_newest

    if not name.strip() or len(name) > 200:
        raise UsageError(Problem("wrong_account_name", "an account's name has 1 to 200 characters"))
    with opened(address_of(database)) as engine:
        require_newest(engine)
        Accounts(engine).put(Account(name, admin), read_password(password_stdin))
    say(f"'{name}' may write" + (", and make accounts" if admin else ""))


def read_password(from_stdin: bool) -> str:
    """A password, the first line of standard input or asked for twice. Raises UsageError `no_password`."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not password:
        raise UsageError(Problem("no_password", "the password is empty", help="write it on standard input"))
    return password


@account.command("token", short_help="Print a new token of an account.")
@click.argument("name")
@database_option
@click.option("--days", type=click.IntRange(1, 36_500), metavar="N", help="How long it lasts; by default for ever.")
@click.option("--label", default="", metavar="TEXT", help="What it is for.")
@debug_option
def token(name: str, database: str | None, days: int | None, label: str) -> None:
    """Print a new token of an account, for `Authorization: Bearer`. It is shown this once."""
    from gnomon.catalog.accounts import Accounts
    from gnomon.catalog.database import opened
    from gnomon.catalog.migrate import require_newest

    with opened(address_of(database)) as engine:
        require_newest(engine)
        click.echo(Accounts(engine).issue(name, label, timedelta(days=days) if days else None))


@account.command("remove", short_help="Let an account do nothing more.")
@click.argument("name")
@database_option
@debug_option
def remove(name: str, database: str | None) -> None:
    """Let an account do nothing more; its tokens are forgotten, and what it wrote stays."""
    from gnomon.catalog.accounts import Accounts
    from gnomon.catalog.database import opened
    from gnomon.catalog.migrate import require_newest

    with opened(address_of(database)) as engine:
        require_newest(engine)
        Accounts(engine).deactivate(name)
    say(f"'{name}' may do nothing more")
