"""The documentation says what is so: its commands are run, its outputs compared, its lists held against the code."""

from __future__ import annotations

import inspect
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import gnomon
from doc_blocks import Block, Reader, blocks, sections
from doc_stages import bound, stages, variant_of, write_project
from gnomon.limits import LIMITS
from gnomon.model import Project
from gnomon.rewrite.attach import paths_of
from gnomon.rewrite.bridges import bridge_pairs
from gnomon.rewrite.macros import MACROS, TIME_MACROS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOW_TO = DOCS / "how-to" / "add-a-metric.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
EXPLAINED = ("architecture.md", "entities.md", "time.md")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


# Documents that a reader follows


def test_readme_tutorial_does_what_it_shows(tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, readme)
    reader.follow(blocks(sections(readme.read_text(), "Five minutes", "In Python")))
    assert len(reader.outputs) > 8


def test_how_to_add_a_metric_does_what_it_shows(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, HOW_TO, reading="yaml")
    reader.follow(blocks(HOW_TO.read_text()))
    assert len(reader.outputs) > 5


def test_how_to_says_the_same_in_yaml_and_in_python(tmp_path: Path) -> None:
    queries = {}
    for reading in ("yaml", "python"):
        folder = tmp_path / reading / "stars"
        folder.mkdir(parents=True)
        reader = Reader(folder, HOW_TO, reading)
        reader.follow([b for b in blocks(HOW_TO.read_text()) if "title" in b.words])
        command = "gnomon metrics render stars --full-render --json --end 2024-12-31 2>/dev/null\n"
        queries[reading] = json.loads(reader.run(Block("sh", {}, command, 0)))
    assert queries["yaml"] == queries["python"]
    assert len(queries["yaml"]) == 18


def test_image_of_the_readme_is_small() -> None:
    image = DOCS / "images" / "rolling.png"
    assert image.read_bytes().startswith(b"\x89PNG")
    assert image.stat().st_size < 150_000


# Pages that show what the compiler makes; GNOMON_WRITE_GOLDEN=1 writes their blocks again


@pytest.mark.parametrize("name", EXPLAINED)
def test_explanations_show_what_the_compiler_makes(name: str, tmp_path: Path) -> None:
    page = DOCS / "explanation" / name
    text = page.read_text()
    made = list(shown_by(text, tmp_path))
    assert made
    if os.environ.get("GNOMON_WRITE_GOLDEN"):
        for block, now in reversed(made):
            text = replaced(text, block, now)
        page.write_text(text)
    for block, now in made:
        assert block.text == now or os.environ.get("GNOMON_WRITE_GOLDEN"), f"{name}, line {block.line}, is now\n{now}"


def shown_by(text: str, folder: Path) -> Iterator[tuple[Block, str]]:
    """Each block of a page that shows a result, and what it has to show."""
    files: dict[str, str] = {"gnomon.yaml": "name: page\nstart: 2024-01-01\n"}
    for number, block in enumerate(blocks(text)):
        words = block.words
        if "sources" in words or "metric" in words:
            files["sources.yaml" if "sources" in words else "metrics.yaml"] = block.text
        elif "written" in words:
            files[words.get("title", "queries/m.sql")] = block.text
        elif "title" in words:
            files[words["title"]] = block.text
        elif {"bound", "refused", "bridge", "stage"} & set(words):
            project = write_project(folder / str(number), files)
            yield block, result(project, block)


def result(project: Project, block: Block) -> str:
    words = block.words
    if "stage" in words:
        metric = next(iter(project.metrics))
        return stages(project, metric, words["entity"], words["interval"])[words["stage"]]
    if "bridge" in words:
        path = paths_of(project, variant_of(project, "m", words["bridge"], "monthly"))
        return bridge_pairs(path).sql(project.dialect, pretty=True) + "\n"
    text = bound(project, "m", words.get("bound") or words["refused"])
    assert text.startswith("error[") == ("refused" in words), f"line {block.line}: {text}"
    return text


def replaced(text: str, block: Block, now: str) -> str:
    lines = text.splitlines(keepends=True)
    first = block.line  # the line after the fence, counted from 0
    return "".join([*lines[:first], now, *lines[first + block.text.count("\n") :]])


# Lists


@pytest.mark.parametrize("name", sorted(MACROS))
def test_macro_is_documented_with_its_signature(name: str) -> None:
    signature = f"@{name}({', '.join(MACROS[name][0])})"
    assert f"### `{signature}`" in (DOCS / "reference" / "macros.md").read_text()


@pytest.mark.parametrize("name", sorted(TIME_MACROS))
def test_time_macro_is_documented(name: str) -> None:
    assert re.search(rf"^### `@{name}\(", (DOCS / "reference" / "macros.md").read_text(), re.MULTILINE)


def test_no_macro_is_documented_that_does_not_exist() -> None:
    headings = re.findall(r"^### `@(\w+)\(", (DOCS / "reference" / "macros.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted({*MACROS, *TIME_MACROS})


def test_limits_are_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| (.+) \|$", (DOCS / "reference" / "limits.md").read_text(), re.M)
    assert rows == [(limit.name, f"{limit.default:,}", limit.sentence) for limit in LIMITS]


@pytest.mark.parametrize("name", gnomon.__all__)
def test_public_name_is_documented(name: str) -> None:
    page = (DOCS / "reference" / "python.md").read_text()
    assert re.search(rf"^### `{name}\b", page, re.MULTILINE), f"{name} has no heading"
    own = vars(getattr(gnomon, name)).get("__doc__") if inspect.isclass(getattr(gnomon, name)) else None
    docstring = own or getattr(gnomon, name).__doc__ or ""
    assert len(docstring.split()) >= 4, f"{name} has no docstring"
    assert not docstring.startswith(f"{name}("), f"{name} has only the docstring that dataclasses make"


def test_parameters_in_the_python_page_are_those_of_the_functions() -> None:
    page = (DOCS / "reference" / "python.md").read_text()
    for name in ("load", "expand", "check", "render", "query"):
        heading = re.search(rf"^### `{name}\((.*)\)`$", page, re.MULTILINE)
        assert heading, f"{name} has no heading with its parameters"
        named = [part.split("=")[0].strip() for part in heading[1].split(",")]
        parameters = inspect.signature(getattr(gnomon, name)).parameters.values()
        starred = ["*"] if any(p.kind is p.KEYWORD_ONLY for p in parameters) else []
        assert [part for part in named if part != "*"] == [p.name for p in parameters]
        assert [part for part in named if part == "*"] == starred


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for match in LINK.finditer(re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)):
        target, _, anchor = match["target"].partition("#")
        if target.startswith(("http://", "https://")):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.is_relative_to(ROOT), f"{match['target']} leads out of the project"
        assert path.exists(), f"{match['target']} leads nowhere"
        if anchor:
            assert anchor in anchors(path), f"{match['target']}: {path.name} has no such heading"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_changelog_has_an_entry_for_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text()
    entry = text.partition(f"## {version}")[2].partition("\n## ")[0]
    assert entry.count("\n- ") >= 5


def test_every_decision_is_in_the_index() -> None:
    folder = DOCS / "adr"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert records == re.findall(r"^\| \[\d{4}\]\((\S+)\)", (folder / "README.md").read_text(), re.MULTILINE)
    for name in records:
        text = (folder / name).read_text()
        assert text.startswith(f"# {name[:4]} ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) <= 60, f"{name} is more than a page"


def test_glossary_has_each_word_once() -> None:
    words = re.findall(r"^\| ([a-z ]+) \|", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    assert len(words) == len(set(words)) >= 15


def test_guide_for_who_changes_the_code_is_short() -> None:
    text = (ROOT / "AGENTS.md").read_text()
    assert len(text.splitlines()) < 60
    for path in re.findall(r"`((?:tests|docs|src)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), f"AGENTS.md names {path}"
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"`make (\w+)`", text + (ROOT / "README.md").read_text()):
        assert target in targets


def test_license_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_blocks_without_a_reader_are_refused(tmp_path: Path) -> None:
    reader = Reader(tmp_path, Path("x.md"))
    with pytest.raises(AssertionError, match="a block of toml"):
        reader.follow(blocks("```toml\na = 1\n```\n"))
    with pytest.raises(AssertionError, match="shows"):
        reader.follow(blocks("```sh\necho 1\n```\n```text\n2\n```\n"))
    with pytest.raises(AssertionError, match="failed"):
        reader.follow(blocks("```sh\nfalse\n```\n"))
