"""A field's type in a reader's words, for a terminal; docs/spec.md has its own, with links."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from operations.spec_fields import bare_type, union_members
from schemas.spec.base import FORMS

_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_WORDS = {bool: "true or false", int: "whole number", float: "number", str: "text"}


def told_type(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """Return what kind of value a type takes, with its limits.

    Args:
        annotation: The type, as a model has it.
        metadata: What Pydantic keeps beside it.
    """
    bare, said = bare_type(annotation)
    limits = list(limits_of([*metadata, *said]))
    arguments = typing.get_args(bare)
    if typing.get_origin(bare) is typing.Literal:
        return "one word" if len(arguments) == 1 else "one of these words"
    if isinstance(bare, type) and issubclass(bare, Enum):
        return "one of these words"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return "mapping"
    if typing.get_origin(bare) is tuple:
        return f"list{_entries(limits)}; each entry: {told_type(arguments[0])}"
    if typing.get_origin(bare) is dict:
        return f"mapping{_entries(limits)} from {told_type(arguments[0])} to {told_type(arguments[1])}"
    members = [member for _, _, member in union_members(annotation)]
    if len(members) > 1:
        return " or ".join(dict.fromkeys(told_type(member) for member in members))
    pattern = next((item.pattern for item in limits if getattr(item, "pattern", None)), None)
    if pattern:
        return FORMS[pattern][0]
    told = [
        f"{word} {getattr(item, name):,}" for item in limits for name, word in _LIMITS.items() if hasattr(item, name)
    ]
    return f"{_WORDS.get(bare, 'value')}{', ' if told else ''}{' and '.join(told)}"


def limits_of(metadata: Iterable[Any]) -> Iterable[Any]:
    """Yield the limits themselves; Pydantic's `Field` holds several."""
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else (item,)


def _entries(limits: Iterable[Any]) -> str:
    told = [f"at least {item.min_length:,}" for item in limits if getattr(item, "min_length", None)]
    told += [f"at most {item.max_length:,}" for item in limits if getattr(item, "max_length", None)]
    return f" of {' and '.join(told)} entries" if told else ""
