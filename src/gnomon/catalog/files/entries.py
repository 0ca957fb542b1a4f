"""The YAML files of a project, from a folder or from a ZIP that nobody vouches for."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gnomon.errors import Problem, UsageError
from gnomon.limits import limit
from gnomon.load.findings import Findings
from gnomon.source import Source

SKIPPED = frozenset({"venv", "node_modules", "site-packages", "__pycache__", "build", "dist"})
"""Folders that hold others' files; so do those whose names begin with a dot."""
PROJECT = "dj.yaml"
ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: its path from the project's folder, and its text."""

    path: PurePosixPath
    source: Source


def file_name(node: str) -> str:
    """The name of a node's file; that of a node named `dj` may not be the project's.

    >>> file_name("shop.eu.orders"), file_name("shop.dj")
    ('orders.yaml', 'dj_.yaml')
    """
    found = f"{node.rpartition('.')[2]}.yaml"
    return "dj_.yaml" if found == PROJECT else found


def folder_entries(root: Path, findings: Findings) -> list[Entry]:
    """The YAML files of a folder, by path. Raises UsageError `no_folder` where there is none."""
    if not root.is_dir():
        raise UsageError(Problem("no_folder", f"there is no folder {root}"))
    found = []
    for path in sorted(walked(root)):
        source = findings.read_text(root / path) if is_read(path, findings) else None
        if source is not None:
            found.append(Entry(path, source))
    return found


def walked(root: Path) -> Iterator[PurePosixPath]:
    """The files below a folder, but for those in folders of others'."""
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not is_skipped(name)]
        yield from (PurePosixPath(Path(folder, file).relative_to(root).as_posix()) for file in files)


def is_skipped(folder: str) -> bool:
    return folder in SKIPPED or folder.startswith(".")


def is_read(path: PurePosixPath, findings: Findings) -> bool:
    """Whether a file is one of the project's; `.yml` is not, and that is said."""
    if path.suffix == ".yml":
        help = f"name it {path.with_suffix('.yaml').name}"
        findings.warn("yml_not_read", f"{path} is not read, as DataJunction does not", None, help)
    return path.suffix == ".yaml"


def zip_entries(content: bytes, findings: Findings) -> list[Entry]:
    """The YAML files of a ZIP, by path from the folder that holds dj.yaml.

    Raises UsageError: `not_a_zip`, `zip_too_large` before anything is unpacked, and `zip_path` for a file that a
    careless reader would put elsewhere, be it YAML or not.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UsageError(Problem("not_a_zip", f"this is no ZIP: {str(error).lower()}")) from None
    with archive:
        members = checked(archive)
        root = root_of([path for path, _ in members])
        found = []
        for path, info in sorted(members, key=lambda member: member[0]):
            inside = path.relative_to(root) if path.is_relative_to(root) else path
            if any(is_skipped(folder) for folder in inside.parent.parts) or not is_read(inside, findings):
                continue
            if (text := unpacked(archive, info, findings)) is not None:
                found.append(Entry(inside, Source(str(inside), text)))
    return found


def checked(archive: zipfile.ZipFile) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files of a ZIP, all of whose names and sizes are harmless."""
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if len(infos) > limit("zip_files") or size > limit("zip_bytes"):
        message = f"the ZIP holds {len(infos):,} files of {size:,} bytes"
        help = f"at most {limit('zip_files'):,} files of {limit('zip_bytes'):,} bytes together (zip_files, zip_bytes)"
        raise UsageError(Problem("zip_too_large", message, help=help))
    problems = [
        Problem("zip_path", f"the ZIP holds {info.filename[:200]!r}, which {why}")
        for info in infos
        if (why := wrong(info))
    ]
    paths = [PurePosixPath(info.filename) for info in infos if not info.is_dir()]
    doubled = sorted({str(path) for path in paths if paths.count(path) > 1}) if len(set(paths)) < len(paths) else []
    problems += [Problem("zip_path", f"the ZIP holds {path!r} twice") for path in doubled]
    if problems:
        raise UsageError(*problems)
    return [(PurePosixPath(info.filename), info) for info in infos if not info.is_dir()]


def wrong(info: zipfile.ZipInfo) -> str | None:
    """What is wrong with a file of a ZIP, None for nothing."""
    name = info.orig_filename
    if "\\" in name or "\0" in name or ":" in name:
        return "is spelled as no path of a ZIP is"
    if name.startswith("/") or ".." in PurePosixPath(name).parts:
        return "leads out of it"
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no file"
    return "is encrypted" if info.flag_bits & ENCRYPTED_FLAG else None


def root_of(paths: list[PurePosixPath]) -> PurePosixPath:
    """The folder that is the project: the one that holds dj.yaml where that is not the top."""
    homes = sorted({path.parent for path in paths if path.name == PROJECT}, key=lambda path: len(path.parts))
    return homes[0] if homes and len(homes[0].parts) == 1 and len(homes) == 1 else PurePosixPath()


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, findings: Findings) -> str | None:
    """The text of a file; None, with a problem, where it is none. No more is unpacked than a file may hold."""
    try:
        with archive.open(info) as file:
            return file.read(limit("yaml_bytes") + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = Source(info.filename, "").span(0)
        if info.file_size <= limit("yaml_bytes"):
            findings.error("not_utf8", f"the file is not UTF-8 text at byte {error.start}", at)
        else:
            findings.error("yaml_too_large", "the file is too large", at)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, RuntimeError, zlib.error) as error:
        findings.error("not_a_zip", f"the file cannot be unpacked: {error}", Source(info.filename, "").span(0))
    return None
