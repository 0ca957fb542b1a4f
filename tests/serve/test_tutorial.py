"""The tutorial from DataJunction to Gnomon does what it shows, with the published client and its command line."""

from __future__ import annotations

from pathlib import Path

from catalog.conftest import address, postgres_address
from doc_blocks import blocks, sections
from serve.before import write_older_database
from serve.reader import ServedReader

__all__ = ["address", "postgres_address"]

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "from-datajunction.md"
DATABASE = "The database of a server"
COPY = "postgresql://me@localhost/dj_copy"
"""The older database, as the page names it."""


def reader_in(tmp_path: Path, client: str = "", **addresses: str) -> ServedReader:
    """A reader in an empty folder, beside whom the client's command `dj` is found."""
    folder, programs = tmp_path / "reader", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    if client:
        (programs / "dj").symlink_to(Path(client).parent / "dj")
    return ServedReader(folder, PAGE, client, addresses)


def titles() -> list[str]:
    """The headings of the page, in its order."""
    return [line.removeprefix("## ") for line in PAGE.read_text().splitlines() if line.startswith("## ")]


def test_the_files_and_the_client(published: str, tmp_path: Path) -> None:
    reader = reader_in(tmp_path, published)
    with reader.closed:
        reader.follow(blocks(sections(PAGE.read_text(), *(title for title in titles() if title != DATABASE))))
    assert len(reader.outputs) > 12


def test_the_database_of_a_server(address: str, tmp_path: Path) -> None:
    write_older_database(address)
    reader = reader_in(tmp_path, **{COPY: address})
    reader.follow(blocks(sections(PAGE.read_text(), DATABASE)))
    assert len(reader.outputs) == 3
