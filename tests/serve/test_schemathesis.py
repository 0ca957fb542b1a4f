"""Every field of every call, as schemathesis makes it from the OpenAPI document, on catalogs in every state.

GNOMON_EXAMPLES=300 tries that many cases of each call, with other seeds in each run.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from serve.refusing import misformed
from serve.schemas import Fuzzed, fuzzed, tried_all


def test_an_administrator_of_a_shop(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with fuzzed(tmp_path) as catalog:
        for name, tries in tried_all(catalog, few=3, wrong=True):
            with subtests.test(name):
                tries()


def test_an_administrator_of_nothing_yet(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with fuzzed(tmp_path, nodes=False) as catalog:
        for name, tries in tried_all(catalog, few=1):
            with subtests.test(name):
                tries()


def test_somebody_whom_nobody_knows(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Whatever is sent, nothing is told and nothing is changed."""
    with fuzzed(tmp_path, known=False) as catalog:
        before = listed(catalog)
        for name, tries in tried_all(catalog, few=1):
            with subtests.test(name):
                tries()
        assert listed(catalog) == before


def test_a_reader_where_there_are_no_accounts(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """Nothing is written, whatever is sent."""
    with fuzzed(tmp_path, account=False) as catalog:
        before = requests.get(f"{catalog.url}/nodes/details", timeout=60).json()
        for name, tries in tried_all(catalog, few=1):
            with subtests.test(name):
                tries()
        assert before and requests.get(f"{catalog.url}/nodes/details", timeout=60).json() == before


def listed(catalog: Fuzzed) -> list[tuple[str, int]]:
    """What somebody without an account gets from each call that takes nothing."""
    found = []
    for operation in catalog.operations():
        if operation.method == "get" and "{" not in operation.path:
            found.append((operation.path, catalog.session.get(catalog.url + operation.path, timeout=60).status_code))
    return found


def test_a_method_that_is_not_taken(tmp_path: Path) -> None:
    """It is refused with 405 and the methods that are, of every route that the path fits."""
    with fuzzed(tmp_path) as catalog:
        paths = catalog.session.get(f"{catalog.url}/openapi.json", timeout=60).json()["paths"]
        for template in paths:
            path = template.format(
                name="a", namespace="a", column="b", kind="metric", number="1", entity_type="node", entity_name="a"
            )
            fitting = [each for each in paths if re.fullmatch(re.sub(r"{\w+}", "[^/]+", each), path)]
            taken = {method.upper() for each in fitting for method in paths[each]}
            for method in {"GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"} - taken:
                reply = catalog.session.request(method, catalog.url + path, timeout=60)
                assert (reply.status_code, set(reply.headers["allow"].split(", "))) == (405, taken), f"{method} {path}"
                assert misformed(path, 405, reply.headers["content-type"], reply.json()) is None
