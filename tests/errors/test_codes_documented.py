"""Every error code has a heading in docs/reference/errors.md, and every heading is a code."""

from __future__ import annotations

import re
from pathlib import Path

from tests.errors.codes import codes

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
HEADING = re.compile(r"^### `?([a-z0-9_]+)`?$", re.MULTILINE)


def test_the_source_is_read() -> None:
    assert {"yaml_alias", "unknown_field", "unknown_aggregation", "duplicate_source", "no_project"} <= set(codes())


def test_every_code_has_a_heading() -> None:
    headings = HEADING.findall(DOCS.read_text())
    missing = {code: file for code, file in codes().items() if code not in headings}
    assert not missing, f"add a heading '### <code>' to docs/reference/errors.md for: {missing}"


def test_every_heading_is_a_code() -> None:
    headings = HEADING.findall(DOCS.read_text())
    assert len(headings) == len(set(headings))
    assert not set(headings) - set(codes()), "remove the headings of codes that are not raised any more"
