"""`${prefix}`: a node's namespace and a dot, in names and inside SQL."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from gnomon.catalog.values import LONGEST_NAME

PREFIX = "${prefix}"
ASIDE = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|--[^\n]*|/\*.*?\*/"""
"""What stands in SQL beside names: literals, quoted names and comments."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """What `${prefix}` stands for in the files of a namespace."""

    namespace: str

    def expand(self, text: str) -> str:
        """A text with the namespace written out.

        >>> Prefix("shop").expand("SELECT 1 FROM ${prefix}orders")
        'SELECT 1 FROM shop.orders'
        """
        return text.replace(PREFIX, f"{self.namespace}.")

    def expand_all(self, value: Any) -> Any:
        """JSON with the namespace written out in each text."""
        if isinstance(value, str):
            return self.expand(value)
        if isinstance(value, dict):
            return {self.expand(key): self.expand_all(each) for key, each in value.items()}
        return [self.expand_all(each) for each in value] if isinstance(value, list) else value

    def full(self, name: str) -> str:
        """A node's full name: one without prefix is in the namespace too.

        >>> Prefix("shop").full("${prefix}eu.orders"), Prefix("shop").full("orders"), Prefix("shop").full("shop.orders")
        ('shop.eu.orders', 'shop.orders', 'shop.orders')
        """
        if PREFIX in name or name.startswith(f"{self.namespace}."):
            return self.expand(name)
        return f"{self.namespace}.{name}"

    def short(self, name: str) -> str:
        """A name or `node.column[role]` with the prefix for its namespace; of another namespace as it is.

        >>> Prefix("shop").short("shop.eu.orders"), Prefix("shop").short("shopping.orders")
        ('${prefix}eu.orders', 'shopping.orders')
        """
        inside = name.startswith(f"{self.namespace}.")
        return f"{PREFIX}{name[len(self.namespace) + 1 :]}" if inside else name

    def short_all(self, value: Any) -> Any:
        """JSON with the prefix in each text that begins with the namespace."""
        if isinstance(value, str):
            return self.short(value)
        if isinstance(value, dict):
            return {self.short(key): self.short_all(each) for key, each in value.items()}
        return [self.short_all(each) for each in value] if isinstance(value, list | tuple) else value

    def inject(self, sql: str, nodes: Container[str]) -> str:
        """SQL with the prefix in the names of nodes; an alias that is spelled as the namespace stays, and any literal.

        >>> Prefix("shop").inject("SELECT shop.id FROM shop.orders AS shop", {"shop.orders"})
        'SELECT shop.id FROM ${prefix}orders AS shop'
        >>> Prefix("shop").inject("SELECT 1 FROM workshop.orders, old.shop.orders", {"shop.orders"})
        'SELECT 1 FROM workshop.orders, old.shop.orders'
        >>> Prefix("shop").inject("SELECT 'from shop.orders' FROM shop.orders -- shop.orders", {"shop.orders"})
        "SELECT 'from shop.orders' FROM ${prefix}orders -- shop.orders"
        """
        named = rf"(?<![\w.]){re.escape(self.namespace)}((?:\.[A-Za-z_]\w*)+)"
        name = re.compile(f"{ASIDE}|{named}", re.ASCII | re.DOTALL)

        def prefixed(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            whole = f"{self.namespace}{found[1]}"
            ends = [dot.start() for dot in re.finditer(r"\.|$", whole[: LONGEST_NAME + 1])]
            return PREFIX + found[1][1:] if any(whole[:end] in nodes for end in ends) else found[0]

        return name.sub(prefixed, sql)
