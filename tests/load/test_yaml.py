"""YAML 1.2 with places."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnomon.errors import DefinitionError
from gnomon.load.document import Document
from gnomon.load.yaml import read_yaml
from gnomon.source import Source


def read(text: str) -> Document:
    return read_yaml(Source("a.yaml", text))


def written(document: Document, *path: str | int) -> str:
    span = document.span(*path)
    assert span is not None
    return document.source.text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("null", None),
        ("~", None),
        ("", None),
        ("2023-01-01", "2023-01-01"),
        ("12", 12),
        ("-3", -3),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("9" * 400, "9" * 400),
        ("a b", "a b"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = read(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_values_keys_and_their_places() -> None:
    document = read("a: {b: [1, 'q']}\n\nc:\n  - x: true\n    é: |\n      two\n      lines\n  - 2\n")
    assert document.data == {"a": {"b": [1, "q"]}, "c": [{"x": True, "é": "two\nlines\n"}, 2]}
    assert written(document, "a") == "{b: [1, 'q']}"
    assert written(document, "a", "b", 1) == "'q'"
    assert written(document, "c") == "- x: true\n    é: |\n      two\n      lines\n  - 2"
    assert written(document, "c", 0, "é") == "|\n      two\n      lines"
    assert str(document.key("c", 0, "é")) == "a.yaml:5:5"
    assert str(document.span("c", 1)) == "a.yaml:8:5"


def test_the_nearest_part_stands_for_what_is_not_written() -> None:
    document = read("a: {b: 1}\nc: text\n")
    assert written(document, "a", "nope") == "a"
    assert written(document, "c", "type") == "text"
    assert written(document, "nope") == "a: {b: 1}\nc: text"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert read(text).data is None


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 100_000, "&a " * 100_000])
def test_bombs_are_refused_quickly(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(DefinitionError):
        read(text)
    assert time.process_time() - begun < 2


@given(st.text(max_size=60) | st.text(alphabet="ab:-?[]{},&*!|>'\"%@#\n \t", max_size=60))
def test_any_text_is_read_or_refused_at_a_place(text: str) -> None:
    try:
        document = read(text)
    except DefinitionError as refused:
        assert all(problem.span is not None and str(problem) for problem in refused.problems)
    else:
        assert all(place.value.start < place.value.end for place in document.places.values())


leaves = st.none() | st.booleans() | st.integers() | st.text(alphabet="abc é:#'-", max_size=8)
trees = st.recursive(
    leaves,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("abc-:", min_size=1), below, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), trees, max_size=4))
def test_json_is_yaml(data: dict[str, object]) -> None:
    import json

    document = read(json.dumps(data, ensure_ascii=False, indent=1))
    assert document.data == data
    for path in document.places:
        if path:
            assert json.loads(written(document, *path)) == part(data, path)


def part(data: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        data = data[step]  # type: ignore[index]
    return data
