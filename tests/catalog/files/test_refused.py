"""Bad input: one clear error each, at its place."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gnomon import limits
from gnomon.catalog.files import files_of, read_folder, read_spec, read_zip, write_folder, zip_of
from gnomon.errors import DefinitionError, GnomonError, Problem, UsageError

from .projects import CURRENT, LIST_LINKS, MAP_LINKS, metric, read, source, written

NODE = "name: t\nnode_type: transform\nquery: SELECT 1 AS a\n"
PROJECT = {"dj.yaml": "namespace: shop\n"}
BOMB = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else 'x'] * 9)}]" for i in range(9))
DEEP = "\n".join(f"a{i}: &a{i} [{f'*a{i - 1}' if i else 'x'}]" for i in range(40))

WRONG: Mapping[str, tuple[dict[str, str], str, str | None]] = {
    "a bomb": ({"t.yaml": BOMB}, "yaml_alias", "t.yaml:6:10"),
    "a deep bomb": ({"t.yaml": DEEP}, "yaml_too_deep", "t.yaml:30:12"),
    "an alias inside what it names": ({"t.yaml": "a: &a [*a]\n"}, "yaml_alias", "t.yaml:1:8"),
    "an alias of nothing": ({"t.yaml": "a: *b\n"}, "yaml_alias", "t.yaml:1:4"),
    "an alias as a key": ({"t.yaml": "a: &a x\n*a : 1\n"}, "yaml_key", "t.yaml:2:1"),
    "a merged list": ({"t.yaml": "a: &a [x]\nb: {<<: *a}\n"}, "yaml_merge", "t.yaml:2:5"),
    "too deep": ({"t.yaml": "a: " + "[" * 40 + "]" * 40}, "yaml_too_deep", "t.yaml:1:33"),
    "a tag": ({"t.yaml": "name: !!python/object x\n"}, "yaml_tag", "t.yaml:1:7"),
    "two documents": ({"t.yaml": NODE + "---\n" + NODE}, "yaml_documents", "t.yaml:4:1"),
    "no mapping": ({"t.yaml": "- a\n"}, "wrong_type", "t.yaml:1:1"),
    "an empty file": ({"t.yaml": ""}, "wrong_type", "t.yaml:1:1"),
    "a name that leads out": ({"t.yaml": NODE.replace("t\n", "../../etc/x\n", 1)}, "wrong_node_name", "t.yaml:1:7"),
    "a name with quotes": ({"t.yaml": NODE.replace("t\n", "'a\"b'\n", 1)}, "wrong_node_name", "t.yaml:1:7"),
    "a long name": ({"t.yaml": NODE.replace("t\n", "a" * 600 + "\n", 1)}, "wrong_node_name", "t.yaml:1:7"),
    "no name": ({"t.yaml": NODE.replace("name: t\n", "")}, "missing_field", "t.yaml:1:1"),
    "no type": ({"t.yaml": NODE.replace("node_type: transform\n", "")}, "missing_field", "t.yaml:1:1"),
    "a wrong type": ({"t.yaml": NODE.replace("transform", "transfrom")}, "wrong_kind", "t.yaml:2:12"),
    "no query": ({"t.yaml": NODE.replace("query: SELECT 1 AS a\n", "")}, "missing_field", "t.yaml:1:1"),
    "an empty query": ({"t.yaml": NODE.replace("SELECT 1 AS a", '"  "')}, "missing_field", "t.yaml:3:8"),
    "a list for a query": ({"t.yaml": NODE.replace("SELECT 1 AS a", "[a]")}, "wrong_type", "t.yaml:3:8"),
    "a source without catalog": ({"t.yaml": "name: t\nnode_type: source\ntable: x\n"}, "missing_field", "t.yaml:1:1"),
    "a wrong mode": ({"t.yaml": NODE + "mode: drafty\n"}, "wrong_value", "t.yaml:4:7"),
    "a wrong direction": (metric("direction: up"), "wrong_value", "m.yaml:4:12"),
    "a fraction of digits": (metric("significant_digits: 1.5"), "wrong_type", "m.yaml:4:21"),
    "a number for a tag": ({"t.yaml": NODE + "tags: [2024]\n"}, "wrong_type", "t.yaml:4:8"),
    "a column twice": (source("  - {name: a}\n  - {name: a}"), "repeated_column", "s.yaml:8:12"),
    "a column without name": (source("  - {type: int}"), "missing_field", "s.yaml:7:5"),
    "an unquoted yes": ({"t.yaml": NODE + "display_name: Yes\n"}, "ambiguous_word", "t.yaml:4:15"),
    "an unquoted key": ({"t.yaml": NODE + "custom_metadata: {off: 1}\n"}, "ambiguous_word", "t.yaml:4:19"),
    "a null character": ({"t.yaml": NODE + 'description: "a\\0b"\n'}, "value_not_kept", "t.yaml:4:14"),
    "a link without join": (
        {"t.yaml": NODE + "dimension_links: [{type: join, dimension_node: d}]\n"},
        "missing_field",
        "t.yaml:4:19",
    ),
    "a wrong join": (
        {"t.yaml": NODE + "dimension_links: [{type: join, dimension_node: d, join_on: x, join_type: outer}]\n"},
        "wrong_value",
        "t.yaml:4:74",
    ),
    "two links": (
        {"t.yaml": NODE + "dimension_links: [{dimension_node: d, join_on: x}, {dimension_node: d, join_on: y}]\n"},
        "repeated_link",
        None,
    ),
    "two tags": ({"dj.yaml": "namespace: shop\ntags: [{name: a}, {name: a}]\n"}, "duplicate_tag", "dj.yaml:2:26"),
    "a node twice": ({"a/t.yaml": NODE, "b/t.yaml": NODE}, "duplicate_node", "b/t.yaml:1:7"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_one_error_at_its_place(case: str, tmp_path: Path) -> None:
    files, code, place = WRONG[case]
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, {**PROJECT, **files})
    (problem,) = error.value.problems
    assert (problem.code, problem.severity) == (code, "error")
    if place is not None:
        assert str(problem.span) == place


def test_all_mistakes_are_shown_at_once(tmp_path: Path) -> None:
    files = {**PROJECT, "a.yaml": NODE.replace("transform", "x"), "b.yaml": "name: [", "c.yaml": NODE + "mode: x\n"}
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, files)
    assert [problem.code for problem in error.value.problems] == ["wrong_kind", "yaml_syntax", "wrong_value"]


def test_a_circle_is_shown(tmp_path: Path) -> None:
    files = {
        f"{a}.yaml": f"name: {a}\nnode_type: transform\nquery: SELECT * FROM shop.{b}\n" for a, b in ("ab", "bc", "ca")
    }
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, {**PROJECT, **files})
    (problem,) = error.value.problems
    assert problem.code == "node_cycle"
    circle = problem.message.partition(": ")[2].split(" reads ")
    assert circle[0] == circle[-1]
    assert set(pairwise(circle)) == {("shop.a", "shop.b"), ("shop.b", "shop.c"), ("shop.c", "shop.a")}


def test_a_node_that_reads_itself(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        read(tmp_path, {**PROJECT, "t.yaml": NODE.replace("SELECT 1 AS a", "SELECT a FROM ${prefix}t")})
    assert error.value.problems[0].message == "nodes read each other in a circle: shop.t reads shop.t"


def test_a_name_that_no_node_has_is_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, {**PROJECT, "t.yaml": NODE.replace("SELECT 1 AS a", "SELECT a FROM ${prefix}gone")})
    (problem,) = found.findings
    assert (problem.code, str(problem.span)) == ("missing_node", "t.yaml:3:8")


def test_a_foreign_key_needs_the_dimensions_key(tmp_path: Path) -> None:
    store = MAP_LINKS["dims/store.dimension.yaml"]
    for text, code in ((store.replace("primary_key: [id]\n", ""), "wrong_link"), (None, "unknown_node")):
        files = {**MAP_LINKS, "dims/store.dimension.yaml": text or ""}
        files = {name: each for name, each in files.items() if each}
        with pytest.raises(DefinitionError) as error:
            read(tmp_path / code, files)
        assert [problem.code for problem in error.value.problems] == [code]


BODIES: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"nodes": 3}, "wrong_type", "(at nodes)"),
    ({"nodes": ["a"]}, "wrong_type", "(at nodes.0)"),
    ({"nodes": [{"name": "a", "node_type": "x"}]}, "wrong_kind", "(at nodes.0.node_type)"),
    ({"nodes": [{"name": {}, "node_type": "cube"}]}, "wrong_type", "(at nodes.0.name)"),
    ({"nodes": [{"name": "a", "node_type": "cube", "description": "\ud800"}]}, "value_not_kept", "nodes.0.description"),
    ({"nodes": [{"name": "a", "node_type": "cube", "x": [float("nan")]}]}, "value_not_kept", "(at nodes.0.x.0)"),
    ({"nodes": [{"name": "a", "node_type": "cube"}] * 2}, "duplicate_node", "(at nodes.1.name)"),
)


@pytest.mark.parametrize(("body", "code", "place"), BODIES)
def test_json_has_paths_for_places(body: dict[str, Any], code: str, place: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_spec({"namespace": "shop", **body})
    (problem,) = error.value.problems
    assert problem.code == code
    assert place in problem.message


# ZIPs


def zipped(files: Mapping[str, str | bytes], **attributes: Any) -> bytes:
    """A ZIP in which names are as they are given."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def refused(content: bytes) -> Problem:
    """The first thing that is wrong with a ZIP."""
    with pytest.raises(GnomonError) as error:
        read_zip(content)
    return error.value.problems[0]


@pytest.mark.parametrize("layout", [CURRENT, LIST_LINKS])
@pytest.mark.parametrize("folder", ["", "project/"])
def test_a_zip_is_read_as_its_folder(layout: dict[str, str], folder: str, tmp_path: Path) -> None:
    content = zipped({f"{folder}{name}": text for name, text in layout.items()})
    assert read_zip(content).definitions == read(tmp_path, layout).definitions


@pytest.mark.parametrize(
    "name", ["../x.yaml", "/etc/x.yaml", "a/../../x.yaml", "a\\..\\x.yaml", "C:x.yaml", "../x.txt", "C:\\x.yaml"]
)
def test_a_zip_that_leads_out_is_refused(name: str) -> None:
    assert refused(zipped({**PROJECT, name: NODE})).code == "zip_path"


def test_links_in_a_zip_are_refused() -> None:
    assert refused(zipped({"x.yaml": "/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16)).code == "zip_path"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_twice_in_a_zip_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("x.yaml", NODE)
        archive.writestr("x.yaml", NODE)
    assert refused(content.getvalue()).code == "zip_path"


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.BY_NAME, "zip_bytes", 10_000)
    bomb = zipped({f"{n}.yaml": b"#" * 5_000 for n in range(3)})
    assert len(bomb) < 1_000
    assert refused(bomb).code == "zip_too_large"
    monkeypatch.setitem(limits.BY_NAME, "zip_files", 2)
    assert refused(zipped({f"{n}.yaml": "" for n in range(3)})).code == "zip_too_large"


def test_one_large_file_is_refused() -> None:
    assert refused(zipped({**PROJECT, "x.yaml": b"#" * 1_000_001})).code == "yaml_too_large"


def test_a_zip_whose_sizes_lie_is_refused() -> None:
    honest = zipped({**PROJECT, "x.yaml": NODE + "#" * 3_000})
    size = (len(NODE) + 3_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert refused(honest.replace(size, (10).to_bytes(4, "little"))).code == "not_a_zip"


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"name: x\n", zipped(PROJECT)[:-9], zipped(PROJECT).replace(b"PK\1\2", b"PK\1\3")]
)
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert refused(content).code == "not_a_zip"


def test_text_that_is_not_utf8_is_refused() -> None:
    assert refused(zipped({**PROJECT, "x.yaml": b"name: \xff\n"})).code == "not_utf8"


# Writing


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read_folder(tmp_path / "none")
    assert error.value.problems[0].code == "no_folder"


def test_a_folder_with_files_is_not_written_over(tmp_path: Path) -> None:
    folder = written(tmp_path, CURRENT)
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    with pytest.raises(UsageError) as error:
        write_folder(folder, {"dj.yaml": "", "new.yaml": ""})
    assert error.value.problems[0].code == "folder_not_empty"
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == before
    left = write_folder(folder, {"dj.yaml": "namespace: x\n"}, force=True)
    assert sorted(path.as_posix() for path in left) == sorted(name for name in CURRENT if name != "dj.yaml")


def test_nodes_get_files_that_readers_read(tmp_path: Path) -> None:
    names = ["dj", "eu.dj", "DJ", "build.a", "build_.a", "venv.x.a", "a"]
    nodes = [{"name": name, "node_type": "transform", "query": "SELECT 1 AS a"} for name in names]
    found = read_spec({"namespace": "shop", "nodes": nodes})
    files = files_of(found.definitions, "shop")
    assert len({path.lower() for path in files}) == len(names) + 1
    write_folder(tmp_path, files)
    assert read_folder(tmp_path).findings == ()
    assert read_folder(tmp_path).definitions == found.definitions == read_zip(zip_of(files)).definitions


# Anything at all


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


def test_json_that_nests_too_deep() -> None:
    with pytest.raises(DefinitionError) as error:
        read_spec(
            {"namespace": "shop", "nodes": [{"name": "a", "node_type": "cube", "custom_metadata": {"a": deep(900)}}]}
        )
    assert error.value.problems[0].code == "yaml_too_deep"
