"""SQL's three-valued logic, with a fourth answer, `MAYBE`, for what depends on something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Maybe:
    """The answer that depends on more than the key."""


MAYBE: Final = Maybe()
Answer = str | bool | int | None | Maybe
"""A text, a truth value, a whole number, NULL (None), or `MAYBE`. The keys themselves are always texts."""

WHOLE = re.compile(r"-?\d{1,18}")


def spelled_out(answer: Answer) -> str | Maybe | None:
    """An answer as the text of a key: numbers and truth values as YAML and JSON write them."""
    if isinstance(answer, bool):
        return str(answer).lower()
    return str(answer) if isinstance(answer, int) else answer


def truth(answer: Answer) -> Answer:
    """An answer where a truth value is read: the key 'true' is true."""
    if isinstance(answer, str):
        return {"true": True, "false": False}.get(answer.lower(), MAYBE)
    return answer if isinstance(answer, bool) or answer is None else MAYBE


def equal(left: Answer, right: Answer) -> Answer:
    """`left = right`, where a text may be the key that stands for a number or a truth value."""
    if left is None or right is None:
        return None
    if type(left) is type(right):
        return MAYBE if left is MAYBE else left == right
    text, other = (left, right) if isinstance(left, str) else (right, left)
    if isinstance(text, str) and isinstance(other, bool):
        return MAYBE if (said := truth(text)) is MAYBE else said == other
    return int(text) == other if isinstance(text, str) and isinstance(other, int) and WHOLE.fullmatch(text) else MAYBE


def less(left: Answer, right: Answer) -> Answer:
    """`left < right`, of whole numbers: the order of texts is the collation's, and differs.

    A number makes a text beside it one, the key 10 a 10, which is more than 9.
    """
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str):
        return MAYBE
    a, b = whole(left), whole(right)
    return a < b if isinstance(a, int) and isinstance(b, int) else MAYBE


def whole(answer: Answer) -> int | Maybe:
    """The whole number that an answer is, also as a text."""
    if isinstance(answer, str) and WHOLE.fullmatch(answer):
        return int(answer)
    return answer if isinstance(answer, int) and not isinstance(answer, bool) else MAYBE


def opposite(answer: Answer) -> Answer:
    """NOT."""
    return not answer if isinstance(answer, bool) else answer


def all_of(answers: Sequence[Answer]) -> Answer:
    """AND."""
    if False in answers:
        return False
    return MAYBE if MAYBE in answers else None if None in answers else True


def is_like(text: Answer, like: Answer, ignore_case: bool) -> Answer:
    """`text LIKE like`; engines differ in what a backslash is, and in whether `A` is like `a`."""
    if text is None or like is None:
        return None
    if not isinstance(text, str) or not isinstance(like, str):
        return MAYBE
    fits = pattern(like, ignore_case).fullmatch(text) is not None
    return MAYBE if "\\" in like or fits != (pattern(like, True).fullmatch(text) is not None) else fits


@lru_cache(maxsize=1024)
def pattern(like: str, ignore_case: bool) -> re.Pattern[str]:
    """The regular expression of a LIKE pattern."""
    parts = [{"%": ".*", "_": "."}.get(char) or re.escape(char) for char in like]
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))
