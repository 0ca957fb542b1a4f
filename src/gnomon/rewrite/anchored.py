"""Places in the author's file for a tree whose text macros have made: the two texts are laid side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from sqlglot import exp, tokenize
from sqlglot.tokenizer_core import Token

from gnomon.rewrite.parse import mark
from gnomon.source import Source


def anchored(tree: exp.Query, text: str, source: Source, dialect: str) -> exp.Query:
    """The tree of `text`, changed so that each node has its place in `source`.

    What a macro made stands where the macro is called; what it left alone stands where it was written.

    >>> from sqlglot import parse_one
    >>> source = Source("q.sql", "SELECT @EACH([a, b], x -> SUM(x) AS @x), n FROM t")
    >>> text = "SELECT SUM(a) AS a, SUM(b) AS b, n FROM t"
    >>> tree = anchored(parse_one(text, dialect="duckdb"), text, source, "duckdb")
    >>> by_name = {node.name: node.meta for node in tree.find_all(exp.Identifier)}
    >>> [source.text[by_name[name]["start"] : by_name[name]["end"] + 1] for name in ("n", "t")]
    ['n', 't']
    """
    places = dict(pairs(tokenize(mark(source.text), dialect=dialect), tokenize(text, dialect=dialect)))
    for node in tree.walk():
        if "start" in node.meta:
            written = places.get(node.meta["start"])
            for name in ("start", "end", "line", "col"):
                node.meta.pop(name, None)
            if written is not None:
                node.meta["start"], node.meta["end"] = written
    return tree


def pairs(written: Sequence[Token], made: Sequence[Token]) -> Iterator[tuple[int, tuple[int, int]]]:
    """For the start of each token that was made, the first and last character of what it was made from."""
    one, other = ([token.text.lower() for token in tokens] for tokens in (written, made))
    for kind, first, after, made_first, made_after in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for place in range(made_first, made_after):
            if kind == "equal":
                token = written[first + place - made_first]
                yield made[place].start, (token.start, token.end)
            elif written:
                last = min(max(first, after - 1), len(written) - 1)
                yield made[place].start, (written[min(first, last)].start, written[last].end)
