"""pydantic's findings as problems: our codes, our words, and the place in the author's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from gnomon.errors import Problem, did_you_mean
from gnomon.load.document import DataPath, Document

EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "callable_type": "a function",
}
MOST_FIELDS = 8
SAID = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


def refuse(code: str, message: str, help: str | None = None, *path: str | int) -> NoReturn:
    """Raise, inside a pydantic validator, a finding with a code of ours; `path` leads on from the validated value."""
    raise PydanticCustomError(code, "{message}", {"message": message, "help": help, "path": path})


def kind_of(value: Any) -> str:
    """What a value is, in words.

    >>> kind_of(True), kind_of([]), kind_of(None)
    ('true', 'a list', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text '{value}'" if len(value) <= 40 else "text"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"


def problems_of(
    error: ValidationError, root: type[BaseModel], document: Document | None, *prefix: str | int
) -> list[Problem]:
    """The problems of a failed validation of `root` against the value at `prefix` of a document."""
    return [problem_of(detail, root, document, prefix) for detail in error.errors(include_url=False)]


def problem_of(detail: ErrorDetails, root: type[BaseModel], document: Document | None, prefix: DataPath) -> Problem:
    context = detail.get("ctx", {})
    path = (*prefix, *detail["loc"], *context.get("path", ()))
    kind, value = detail["type"], detail["input"]
    span = document.span(*path) if document else None
    if kind == "extra_forbidden":
        name = str(detail["loc"][-1])
        span = document.key(*path) if document else None
        known = fields_at(root, detail["loc"][:-1])
        return Problem("unknown_field", f"unknown field '{name}'", span, did_you_mean(name, known))
    if kind == "missing":
        name = str(detail["loc"][-1])
        span = document.key(*path[:-1]) if document else None
        return Problem("missing_field", f"field '{name}' is missing", span, f"add '{name}'")
    if kind in EXPECTED:
        wanted = EXPECTED[kind]
        help = advice(wanted, value) if kind != "model_type" else fields_of(root, detail["loc"])
        return Problem("wrong_type", f"expected {wanted}, found {kind_of(value)}", span, help)
    if "message" in context:
        if len(path) == len(prefix) and isinstance(value, Mapping) and document:
            span = document.key(*path)
        return Problem(kind, context["message"], span, context.get("help"))
    return Problem("wrong_value", detail["msg"][:1].lower() + detail["msg"][1:], span)


def advice(wanted: str, value: Any) -> str | None:
    """What to type where a value has the wrong type."""
    if wanted == "true or false" and isinstance(value, str) and value.lower() in SAID:
        return f"write {SAID[value.lower()]}"
    if wanted == "a list" and isinstance(value, (str, int)):
        return f"write [{value}]"
    if wanted == "text" and isinstance(value, (int, float)):
        return f'write "{str(value).lower() if isinstance(value, bool) else value}"'
    if wanted.endswith("number") and isinstance(value, str) and value.strip().isdigit():
        return f"write {value.strip()} without quotes"
    return None


def fields_of(root: type[BaseModel], path: DataPath) -> str | None:
    """What to type where a mapping is wanted: the fields that it may have, unless they are too many to read."""
    fields = sorted(fields_at(root, path))
    return f"write a mapping; its fields: {', '.join(fields)}" if 0 < len(fields) <= MOST_FIELDS else None


def fields_at(root: type[BaseModel], path: DataPath) -> Iterable[str]:
    """The fields of the model at a path, as files spell them."""
    model: Any = root
    for step in path:
        fields: dict[str, Any] = getattr(model, "model_fields", {})
        by_spelling = {(field.alias or name): field.annotation for name, field in fields.items()}
        if step in by_spelling:
            model = by_spelling[str(step)]
        found = models_in(model)
        model = found[0] if found else model
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ()
    return [field.alias or name for name, field in model.model_fields.items()]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation such as `dict[str, Model] | None` holds.

    >>> class Row(BaseModel): pass
    >>> models_in(dict[str, Row] | None) == [Row]
    True
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]
