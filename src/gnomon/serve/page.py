"""The OpenAPI document as a page of HTML that needs nothing from elsewhere: every call by its group, to unfold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from string import Template
from typing import Any

METHODS = ("get", "post", "patch", "delete", "put")

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>$title</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
summary { cursor: pointer; padding: .25rem 0 }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { background: #f4f4f2; padding: .75rem; overflow-x: auto; max-height: 24rem }
details > :not(summary) { margin-left: 1.25rem }
h2 { margin: 2rem 0 .5rem }
td { padding: 0 1rem 0 0; vertical-align: top }
@media (prefers-color-scheme: dark) { body { background: #161616; color: #e6e6e6 } pre { background: #242424 } }
</style></head>
<body><h1>$title</h1>$about<p><a href="/openapi.json">openapi.json</a></p>$groups</body></html>
""")
CALL = Template("""<details><summary><b>$method</b> <code>$path</code> $summary</summary>
<p>$description</p><table>$parameters</table>$sent$answered</details>
""")
PARAMETER = Template("<tr><td><code>$name</code></td><td>$place</td><td>$description</td></tr>")


def page_of(made: Mapping[str, Any]) -> str:
    """A document as HTML."""
    groups: dict[str, list[str]] = {}
    for path, item in made["paths"].items():
        for method in METHODS:
            if method in item:
                groups.setdefault(item[method].get("tags", ["other"])[0], []).append(call(method, path, item[method]))
    return PAGE.substitute(
        title=escape(made["info"]["title"]),
        about="".join(f"<p>{escape(part)}</p>" for part in made["info"]["description"].split("\n\n")),
        groups="".join(f"<h2>{escape(name)}</h2>{''.join(calls)}" for name, calls in groups.items()),
    )


def call(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """One call: its parameters, and an example of what is sent and answered."""
    parameters = (
        PARAMETER.substitute(
            name=escape(each["name"]), place=each["in"], description=escape(each.get("description", ""))
        )
        for each in operation.get("parameters", [])
    )
    return CALL.substitute(
        method=method.upper(),
        path=escape(path),
        summary=escape(operation.get("summary", "")),
        description=escape(operation.get("description", "")),
        parameters="".join(parameters),
        sent=example_in("Sent", operation.get("requestBody", {})),
        answered="".join(example_in("Answered", reply) for reply in operation["responses"].values()),
    )


def example_in(title: str, described: Mapping[str, Any]) -> str:
    """The example of a body or an answer; nothing where it has none."""
    for content in described.get("content", {}).values():
        if "example" in content:
            shown = json.dumps(content["example"], indent=2, ensure_ascii=False)
            return f"<p>{title}</p><pre>{escape(shown)}</pre>"
    return ""
