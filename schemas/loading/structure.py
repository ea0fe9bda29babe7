"""Pydantic's errors, told as located mistakes with a remedy."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.diagnostics import Diagnostic, Path, dotted, nearest
from schemas.document import Document
from schemas.spec import Network

_WRONG_TYPE = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "int_from_float": "a whole number",
}


def structure_problems(document: Document, error: ValidationError) -> Iterator[Diagnostic]:
    """Yield one located mistake for each of Pydantic's errors."""
    for detail in error.errors(include_url=False):
        yield _problem(document, detail)


def _problem(document: Document, detail: ErrorDetails) -> Diagnostic:
    path, of_key = _data_path(document.value, detail["loc"])
    kind = detail["type"]
    shown = dotted(path)
    if kind == "extra_forbidden":
        key = str(path[-1])
        return document.diagnostic(
            "SPEC201", f"unknown key '{key}'", path, shown=dotted(path[:-1]), of_key=True,
            remedy=nearest(key, _keys_at(path[:-1])),
        )  # fmt: skip
    if kind == "missing":
        key = str(detail["loc"][-1])
        return document.diagnostic(
            "SPEC202", f"key '{key}' is missing", path, shown=shown, remedy=f"Add '{key}:' here."
        )
    if kind in _WRONG_TYPE:
        found = _told(detail["input"])
        return document.diagnostic(
            "SPEC203", f"found {found}, expected {_WRONG_TYPE[kind]}", path, shown=shown,
            remedy=_type_remedy(kind, detail["input"]),
        )  # fmt: skip
    return document.diagnostic("SPEC204", _told_limit(detail), path, shown=shown, of_key=of_key, remedy=_remedy(detail))


def _data_path(value: Any, loc: tuple[int | str, ...]) -> tuple[Path, bool]:
    """Return the part of an error's location that exists in the data, and whether it is about a key."""
    path: list[str | int] = []
    of_key = "[key]" in loc
    for part in loc:
        if part == "[key]":
            break
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
        path.append(part)
    return tuple(path), of_key


def _keys_at(path: Path) -> list[str]:
    """Return the keys that the models allow at a place."""
    model: Any = Network
    for part in path:
        model = _step(model, part)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _step(annotation: Any, part: str | int) -> Any:
    """Return the type of what stands under `part` in a value of this type."""
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                return _bare(field.annotation)
        return None
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return _bare(arguments[1])
    return _bare(arguments[0]) if arguments else None


def _bare(annotation: Any) -> Any:
    """Return a type without `Annotated` and without `| None`."""
    while True:
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            annotation = arguments[0]
            continue
        rest = [a for a in arguments if a is not type(None)]
        if type(None) in arguments and len(rest) == 1:
            annotation = rest[0]
            continue
        return annotation


def _told(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"'{value}'" if isinstance(value, str) else f"{value}"


def _type_remedy(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float | bool):
        return f'Quote it: "{_told(value)}".'
    if value is None:
        return "Give it a value, or remove the key."
    return f"Write {_WRONG_TYPE[kind]}."


def _told_limit(detail: ErrorDetails) -> str:
    """Return what was found and what was expected, in the reader's words."""
    context, found = detail.get("ctx", {}), _told(detail["input"])
    kind = detail["type"]
    if kind in ("literal_error", "enum"):
        return f"found {found}, expected {context.get('expected', '')}"
    if kind == "string_pattern_mismatch":
        return f"{found} does not have the form {context.get('pattern', '')}"
    told = {
        "greater_than": ("gt", "more than"),
        "greater_than_equal": ("ge", "at least"),
        "less_than": ("lt", "less than"),
        "less_than_equal": ("le", "at most"),
    }.get(kind)
    if told:
        limit = context[told[0]]
        return f"found {found}, expected {told[1]} {limit:g}" if isinstance(limit, float) else (
            f"found {found}, expected {told[1]} {limit}"
        )  # fmt: skip
    if kind == "too_short":
        return "is empty"
    message = detail["msg"]
    return message[0].lower() + message[1:]


def _remedy(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        words = [word.strip(" '\"") for word in str(context.get("expected", "")).replace(" or ", ",").split(",")]
        return nearest(str(detail["input"]), [word for word in words if word])
    if kind == "string_pattern_mismatch":
        return "Use lower case, digits and dashes; regions and zones are 'provider:name', such as aws:eu-west-2."
    return "Write a value within the limit."
