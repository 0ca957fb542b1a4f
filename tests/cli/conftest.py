"""A shop's orders: made by `gnomon init`, built by `gnomon plan`, read by every test beside."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gnomon.cli.main import cli

from .shop_orders import EXECUTION, write_orders

Gnomon = Callable[..., Result]


@pytest.fixture(scope="session")
def gnomon() -> Gnomon:
    """Runs a command in this process, from a folder; stdout and stderr apart."""

    def run(*args: str, cwd: Path | None = None) -> Result:
        before = Path.cwd()
        os.chdir(cwd or before)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # SQLMesh's, when it is imported
                return CliRunner().invoke(cli, list(args))
        finally:
            os.chdir(before)

    return run


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, gnomon: Gnomon) -> Iterator[Path]:
    """A planned project, which tests only read."""
    folder = tmp_path_factory.mktemp("cli")
    write_orders(folder / "orders.csv")
    made = gnomon("init", "shop", "--from", "orders.csv", cwd=folder)
    assert made.exit_code == 0, made.stderr
    root = folder / "shop"
    planned = gnomon("plan", "--yes", "--execution-time", EXECUTION, cwd=root)
    assert planned.exit_code == 0, planned.stderr
    yield root
