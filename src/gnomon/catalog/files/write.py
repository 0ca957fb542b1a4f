"""Deployments as files: one a node, and dj.yaml. The same nodes give the same bytes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from gnomon.catalog.files.entries import PROJECT, file_name, is_skipped
from gnomon.catalog.files.prefix import PREFIX
from gnomon.catalog.files.spec import to_spec
from gnomon.catalog.files.yaml_text import yaml_text
from gnomon.catalog.values import Definition, Json, Tag
from gnomon.errors import Problem, UsageError

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can say."""


def files_of(
    definitions: Mapping[str, Definition], namespace: str, tags: Iterable[Tag] = (), rest: Json | None = None
) -> dict[str, str]:
    """The texts of files by path: `eu/orders.yaml` of the node `eu.orders`, and dj.yaml."""
    spec = to_spec(definitions, namespace, tags, rest)
    nodes, others = spec.pop("nodes"), spec.pop("preaggregations", ())
    project = {key: value for key, value in spec.items() if key in ("namespace", *(rest or {})) or value}
    files = {PROJECT: yaml_text(project)}
    for node in nodes:
        files[free_path(str(node["name"]), files)] = yaml_text(node)
    for other in others:
        files[free_path(f"preaggregations.{other.get('name', 'unnamed')}", files)] = yaml_text(
            {"kind": "preagg", **other}
        )
    return files


def free_path(name: str, taken: Iterable[str]) -> str:
    """The path of a node's file, which ends in the node's own name.

    Folders that readers skip get a `_`, and so does a path that another file has where case does not count.

    >>> free_path("${prefix}eu.build.orders", []), free_path("${prefix}DJ", ["dj.yaml"])
    ('eu/build_/orders.yaml', '_/DJ.yaml')
    """
    *folders, _ = name.removeprefix(PREFIX).split(".")
    parts = [f"{folder}_" if is_skipped(folder) else folder for folder in folders]
    used = {path.lower() for path in taken}
    while (path := str(PurePosixPath(*parts, file_name(name.removeprefix(PREFIX))))).lower() in used:
        parts.append("_")
    return path


def write_folder(path: Path, files: Mapping[str, str], force: bool = False) -> list[Path]:
    """Write files into a folder, and return the YAML files there that are none of them, which are left as they are.

    Raises UsageError `folder_not_empty` where there is a YAML file already, unless forced, and `unwritable_file`.
    """
    there = sorted(each.relative_to(path) for each in path.rglob("*.yaml")) if path.is_dir() else []
    if there and not force:
        help = "name another folder, or add --force to write over what is there"
        raise UsageError(Problem("folder_not_empty", f"{path} holds YAML files already, such as {there[0]}", help=help))
    for name, text in files.items():
        put(path / name, text.encode())
    return [each for each in there if each.as_posix() not in files]


def zip_of(files: Mapping[str, str]) -> bytes:
    """A ZIP of files, byte for byte the same for the same ones."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, files[name])
    return content.getvalue()


def put(path: Path, content: bytes) -> None:
    """Put content into a file as a whole. Raises UsageError `unwritable_file`."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise UsageError(Problem("unwritable_file", f"{path} cannot be written: {error.strerror}")) from None
