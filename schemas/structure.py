"""Pydantic's errors, told as located mistakes with a remedy."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.diagnostics import MISTAKES_MAX, Diagnostic, Path, nearest, told_text
from schemas.document import Document
from schemas.shapes import Union, keys_of, step, union_of

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

_MENDED_MAX = 3
"""Tags are nested at most so deep: a fleet's role, its signer's kind, the signer's client."""

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
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Pattern to a text: a value that should have this form and has this text in it is a secret, or holds one, and no
    message repeats it."""
    remedy: str = ""
    """Instead of each mistake's own: for files that nobody writes by hand."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an error of Pydantic's stands in the file, and what the models know about that place."""

    path: Path
    """Keys and positions that exist in the file; tags of unions are none of them."""
    of_key: bool
    annotation: Any
    """Type of the value at `path`, narrowed to the variant that its tag names."""
    parent: Any
    """Type of the value that `path` stands in."""
    unions: tuple[tuple[Union, str, int], ...]
    """Unions on the way, outermost first: the tag taken, and the length of the path to them."""


def structure_problems(document: Document, error: ValidationError, kind: Format) -> Iterator[Diagnostic]:
    """Yield one located mistake for each of Pydantic's errors, up to the limit for one file.

    A misspelt tag (`role: validatr`) hides the rest of its mapping from Pydantic, so that is judged once more as if
    the nearest tag stood there: a reader gets every mistake at once.
    """
    found, rest = [], error.errors(include_url=False)
    value = document.value
    for _ in range(_MENDED_MAX):
        guesses = {detail["loc"]: guess for detail in rest for guess in [_guess(detail, value, kind)] if guess}
        if not guesses:
            break
        found += [detail for detail in rest if detail["loc"] in guesses]
        value = _mended(value, list(guesses.values()))
        try:
            kind.model.model_validate_json(json.dumps(value))
            rest = []
        except ValidationError as other:
            rest = other.errors(include_url=False)
    told = (detail for detail in [*found, *rest] if not _is_echo(detail))
    for detail in islice(told, MISTAKES_MAX):
        yield _problem(document, detail, kind)


def _is_echo(detail: ErrorDetails) -> bool:
    """Return whether a list is called too short only because its entries, told by themselves, are wrong."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _guess(detail: ErrorDetails, value: Any, kind: Format) -> tuple[Path, str] | None:
    """Return where a misspelt tag stands, and the tag that it is nearest to; None for any other mistake."""
    if detail["type"] != "union_tag_invalid" or not isinstance(detail["input"], dict):
        return None
    place = _place(value, detail["loc"], kind.model)
    union = union_of(place.annotation)
    if union is None or not isinstance(detail["input"].get(union.key), str):
        return None
    near = difflib.get_close_matches(detail["input"][union.key][:60], union.variants, n=1)
    return ((*place.path, union.key), near[0]) if near else None


def _mended(value: Any, guesses: list[tuple[Path, str]]) -> Any:
    """Return a copy of a value with other texts at some places."""
    copy = deepcopy(value)
    for path, text in guesses:
        inside = copy
        for part in path[:-1]:
            inside = inside[part]
        inside[path[-1]] = text
    return copy


def _problem(document: Document, detail: ErrorDetails, kind: Format) -> Diagnostic:
    place = _place(document.value, detail["loc"], kind.model)
    path, of_key = place.path, place.of_key
    error, found = detail["type"], detail["input"]
    if error == "extra_forbidden":
        of_key = True
        number, message, remedy = _unknown_key(place)
    elif error == "missing":
        of_key = True
        key = str(detail["loc"][-1])
        number, message, remedy = "202", f"key '{key}' is missing", f"Add '{key}:' here."
    elif error.startswith("union_tag"):
        path, of_key, (number, message, remedy) = _untold_variant(place, found)
    elif error in _WRONG_TYPE:
        expected = "a whole number, or a list of them" if _is_one_or_list(place) else _WRONG_TYPE[error]
        number, message = "203", f"found {_told(found)}, expected {expected}"
        remedy = _type_remedy(error, found)
    else:
        number = "204"
        message, remedy = _not_allowed(detail, kind)
    code, remedy = f"{kind.family}{number}", kind.remedy or remedy
    if number == "202":
        union = None if error == "missing" else union_of(place.annotation)
        lacks = union.key if union else str(detail["loc"][-1])
        return document.lacking(code, message, path, key=lacks, remedy=remedy)
    told = document.diagnostic(code, message, path, of_key=of_key, remedy=remedy)
    return replace(told, line_text="") if _is_hidden(detail, kind) else told


def _is_hidden(detail: ErrorDetails, kind: Format) -> bool:
    """Return whether a value that does not have its form may be a secret, or hold one."""
    if detail["type"] != "string_pattern_mismatch":
        return False
    sign = kind.hidden.get(detail["ctx"]["pattern"])
    return sign is not None and sign in str(detail["input"])


def _place(value: Any, loc: tuple[int | str, ...], model: type[BaseModel]) -> Place:
    """Return where an error stands: the part of its location that exists in the file."""
    path: list[str | int] = []
    unions: list[tuple[Union, str, int]] = []
    annotation: Any = model
    parent: Any = None
    for part in loc:
        union = union_of(annotation)
        if union is not None and part in union.variants:
            unions.append((union, str(part), len(path)))
            annotation = union.variants[str(part)]
            continue
        has_key = isinstance(value, dict) and part in value
        if not has_key and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            break
        path.append(part)
        value = value[part]
        parent, annotation = annotation, step(annotation, part)
    return Place(
        path=tuple(path), of_key=loc[-1:] == ("[key]",), annotation=annotation, parent=parent, unions=tuple(unions)
    )


def _unknown_key(place: Place) -> tuple[str, str, str]:
    """Return what is wrong with a key that the models do not know at its place."""
    key = str(place.path[-1])
    for union, tag, depth in reversed(place.unions):
        inside = place.path[depth:]
        others = [other for other, variant in union.variants.items() if other != tag and _has(variant, inside)]
        if others and union.key:
            message = f"is for {union.key} {_either(others)}, not for '{tag}'"
            return "205", message, f"Remove '{key}', or change '{union.key}'."
        if others:
            return "205", f"does not go together with '{tag}'", f"Remove '{key}', or '{tag}'."
    return "201", "is not a known key", nearest(key, keys_of(place.parent))


def _has(annotation: Any, path: Path) -> bool:
    """Return whether the models know a key at this path below a type."""
    for part in path:
        annotation = step(annotation, part)
    return annotation is not None


def _untold_variant(place: Place, found: Any) -> tuple[Path, bool, tuple[str, str, str]]:
    """Return what is wrong with a value of which no variant of a union can be told."""
    union = union_of(place.annotation)
    assert union is not None, "only unions have tags"
    tags = list(union.variants)
    if not isinstance(found, dict):
        return place.path, False, ("203", f"found {_told(found)}, expected a mapping", "Write a mapping.")
    if not union.key:
        message, remedy = f"key {_either(tags)} is missing", f"Add one of them here: {', '.join(tags)}."
        return place.path, True, ("202", message, remedy)
    if union.key not in found:
        remedy = f"Add '{union.key}:' here. Allowed: {', '.join(sorted(tags))}."
        return place.path, True, ("202", f"key '{union.key}' is missing", remedy)
    tag = found[union.key]
    message = f"found {_told(tag)}, expected {_either(tags)}"
    return (*place.path, union.key), False, ("204", message, nearest(str(tag), tags))


def _is_one_or_list(place: Place) -> bool:
    """Return whether a value is wrong where one value or a list of them may stand."""
    is_last = bool(place.unions) and place.unions[-1][2] == len(place.path)
    return is_last and place.unions[-1][0].is_by_form and place.unions[-1][1] == "one"


def _either(words: list[str]) -> str:
    """Return words as `'a', 'b' or 'c'`."""
    quoted = [f"'{word}'" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


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
        told = "the value, which is not shown," if _is_hidden(detail, kind) else found
        return f"{told} is not {form}", f"Write it like {example}."
    if error in _LIMITS:
        key, expected = _LIMITS[error]
        return f"found {found}, expected {expected} {_number(context[key])}", "Write a value within the limit."
    if error == "too_short":
        held = context["actual_length"]
        told = f"{held} {'entry' if held == 1 else 'entries'}"
        return f"has {told}, expected at least {context['min_length']}", "Add one."
    if error == "too_long":
        return f"has more than {context['max_length']} entries", "Remove some, or split the file."
    reason = detail["msg"].removeprefix("Value error, ")
    return f"found {found}: {reason[0].lower()}{reason[1:]}", "Write a value that is allowed here."


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
