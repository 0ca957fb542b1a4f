"""The page on conversions does what it shows."""

from __future__ import annotations

from pathlib import Path

from doc_blocks import Reader, blocks

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "convert-units.md"


def test_the_page_does_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, PAGE)
    reader.follow(blocks(PAGE.read_text()))
    assert reader.outputs
