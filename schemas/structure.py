"""Pydantic's errors, told as located mistakes with a remedy."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.diagnostics import MISTAKES_MAX, Diagnostic, Path, nearest, told_text
from schemas.document import Document

_WRONG_TYPE = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}

_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of file: which model reads it, and how its mistakes are told."""

    model: type[BaseModel]
    family: str
    """First part of a mistake's code: `SPEC`, `LOCK`, `KEYS`."""
    forms: dict[str, tuple[str, str]]
    """Pattern to what it means in words, and an example."""
    remedy: str = ""
    """Instead of each mistake's own: for files that nobody writes by hand."""


def structure_problems(document: Document, error: ValidationError, kind: Format) -> Iterator[Diagnostic]:
    """Yield one located mistake for each of Pydantic's errors, up to the limit for one file."""
    for detail in islice(error.errors(include_url=False), MISTAKES_MAX):
        yield _problem(document, detail, kind)


def _problem(document: Document, detail: ErrorDetails, kind: Format) -> Diagnostic:
    path, of_key = _data_path(document.value, detail["loc"])
    error, found = detail["type"], detail["input"]
    if error == "extra_forbidden":
        of_key = True
        number, message = "201", "is not a known key"
        remedy = nearest(str(path[-1]), _keys_at(kind.model, path[:-1]))
    elif error == "missing":
        of_key = True
        key = str(detail["loc"][-1])
        number, message, remedy = "202", f"key '{key}' is missing", f"Add '{key}:' here."
    elif error in _WRONG_TYPE:
        number, message = "203", f"found {_told(found)}, expected {_WRONG_TYPE[error]}"
        remedy = _type_remedy(error, found)
    else:
        number = "204"
        message, remedy = _not_allowed(detail, kind)
    return document.diagnostic(f"{kind.family}{number}", message, path, of_key=of_key, remedy=kind.remedy or remedy)


def _data_path(value: Any, loc: tuple[int | str, ...]) -> tuple[Path, bool]:
    """Return the part of an error's location that exists in the data, and whether it is about a key."""
    path: list[str | int] = []
    for part in loc:
        has_key = isinstance(value, dict) and part in value
        if not has_key and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            break
        path.append(part)
        value = value[part]
    return tuple(path), loc[-1:] == ("[key]",)


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the models allow at a place."""
    found: Any = model
    for part in path:
        found = _step(found, part)
    if isinstance(found, type) and issubclass(found, BaseModel):
        return [field.alias or name for name, field in found.model_fields.items()]
    return []


def _step(annotation: Any, part: str | int) -> Any:
    """Return the type of what stands under `part` in a value of this type."""
    annotation = _bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if part == (field.alias or name):
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
    return f"'{told_text(value)}'" if isinstance(value, str) else f"{value}"


def _type_remedy(error: str, value: Any) -> str:
    if error == "string_type" and isinstance(value, int | float | bool):
        return f'Quote it: "{_told(value)}".'
    if value is None:
        return "Give it a value, or remove the key."
    with_unit = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?[A-Za-z]{1,3}", value) if isinstance(value, str) else None
    if with_unit and error in ("int_type", "float_type"):
        return f"Write {with_unit[1]}, counted in the unit that the key's name ends with."
    return f"Write {_WRONG_TYPE[error]}."


def _not_allowed(detail: ErrorDetails, kind: Format) -> tuple[str, str]:
    """Return what was found and what was expected in the reader's words, and a remedy."""
    context, found, error = detail.get("ctx", {}), _told(detail["input"]), detail["type"]
    if error in ("literal_error", "enum"):
        words = [word for word in str(context["expected"]).split("'")[1::2] if word]
        return f"found {found}, expected {context['expected']}", nearest(str(detail["input"]), words)
    if error == "string_pattern_mismatch":
        form, example = kind.forms[context["pattern"]]
        return f"{found} is not {form}", f"Write it like {example}."
    if error in _LIMITS:
        key, expected = _LIMITS[error]
        return f"found {found}, expected {expected} {_number(context[key])}", "Write a value within the limit."
    if error == "too_short":
        return f"has {context['actual_length']} entries, expected at least {context['min_length']}", "Add one."
    if error == "too_long":
        return f"has more than {context['max_length']} entries", "Remove some, or split the file."
    reason = detail["msg"].removeprefix("Value error, ")
    return f"found {found}: {reason[0].lower()}{reason[1:]}", "Write a value that is allowed here."


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
