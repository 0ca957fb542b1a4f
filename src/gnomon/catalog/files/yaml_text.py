"""JSON values as YAML that every reader takes for the same, also those of YAML 1.1; one text for one value.

Mappings inside others stand in one line where they are short, and so do lists of words; text of several lines is a
literal block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LINE = 100
"""How long a mapping or a list may be to stand in one line."""
PLAIN = re.compile(r"[A-Za-z_](?:[\w./ -]*\w)?", re.ASCII)
PREFIXED = re.compile(r"(?:\$\{prefix\})?[A-Za-z_](?:[\w./-]*\w)?", re.ASCII)
OTHER_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that a reader of YAML 1.1 takes for no text."""
QUOTED = re.compile(r'["\\]')
SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def yaml_text(value: Mapping[str, Any]) -> str:
    """A mapping as a YAML document.

    >>> print(yaml_text({"name": "${prefix}x", "unit": {"kind": "count", "code": "on"}, "tags": ["a", "1"]}), end="")
    name: ${prefix}x
    unit: {kind: count, code: "on"}
    tags: [a, "1"]
    """
    return "".join(f"{line}\n" for line in mapping_lines(value, 0)) if value else "{}\n"


def mapping_lines(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    """The lines of a mapping in block style."""
    for key, each in value.items():
        yield from entry_lines(f"{' ' * indent}{text_scalar(str(key), False)}:", each, indent)


def entry_lines(head: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of a value after its key or its dash."""
    if isinstance(value, str) and is_block(value):
        yield f"{head} |{'' if value.endswith(chr(10)) else '-'}"
        yield from (f"{' ' * (indent + 2)}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    elif not isinstance(value, Mapping | list | tuple):
        yield f"{head} {scalar(value, False)}"
    elif (len(line := f"{head} {flow(value)}") <= LINE and not has_mappings(value)) or not value:
        yield line
    elif isinstance(value, Mapping):
        yield head
        yield from mapping_lines(value, indent + 2)
    else:
        yield head
        for each in value:
            yield from item_lines(each, indent + 2)


def item_lines(value: Any, indent: int) -> Iterator[str]:
    """The lines of a list's item; a mapping begins beside its dash."""
    dash = f"{' ' * indent}-"
    if isinstance(value, Mapping) and value and len(f"{dash} {flow(value)}") > LINE:
        first, *others = mapping_lines(value, indent + 2)
        yield f"{dash} {first.lstrip()}"
        yield from others
    elif isinstance(value, Mapping):
        yield f"{dash} {flow(value)}"
    else:
        yield from entry_lines(dash, value, indent)


def has_mappings(value: Any) -> bool:
    """Whether a value is a list of mappings, each of which has a line of its own."""
    return isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value)


def is_block(text: str) -> bool:
    """Whether a text is better in a literal block, and reads the same from it: several lines, or quotes."""
    lines = text.removesuffix("\n").split("\n")
    if (len(lines) < 2 and not QUOTED.search(text)) or not lines[0] or lines[0][0].isspace() or not lines[-1].strip():
        return False
    return all(char.isprintable() or char in "\n\t" for char in text) and not any(
        line.startswith("\t") for line in lines
    )


def flow(value: Any) -> str:
    """A value in one line.

    >>> flow({"kind": "currency", "code": "USD"})
    '{kind: currency, code: USD}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{text_scalar(str(key), True)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return scalar(value, True)


def scalar(value: Any, in_flow: bool) -> str:
    """A constant."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        digits, exponent, power = repr(value).partition("e")
        return f"{digits}{'' if '.' in digits else '.0'}{exponent}{power}" if exponent else digits
    return text_scalar(str(value), in_flow)


def text_scalar(text: str, in_flow: bool) -> str:
    """A text, in quotes where it could be taken for anything else.

    >>> text_scalar("dollar", False), text_scalar("No", False), text_scalar("a: b", False)
    ('dollar', '"No"', '"a: b"')
    """
    plain = PLAIN if in_flow else PREFIXED
    if (plain.fullmatch(text) or PLAIN.fullmatch(text)) and text.lower() not in OTHER_WORDS:
        return text
    return f'"{"".join(map(escaped, text))}"'


def escaped(char: str) -> str:
    """A character between double quotes.

    >>> escaped(chr(0x2028)), escaped("é")
    ('\\\\u2028', 'é')
    """
    if char in SHORT_ESCAPES:
        return SHORT_ESCAPES[char]
    if char.isprintable():
        return char
    number = ord(char)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
