"""Unions whose member is told by a value's form: which key it has, or whether it is a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def by_key(*keys: str) -> Callable[[Any], str | None]:
    """Return a discriminator that takes the first of these keys that a value has as the tag.

    The keys must be the tags of the union: a message lists them.
    """

    def tag_of(value: Any) -> str | None:
        if isinstance(value, dict):
            return next((key for key in keys if key in value), None)
        return next((key for key in keys if hasattr(value, key)), None)

    return tag_of


def by_form(value: Any) -> str:
    """Return the tag of a value that may be one or a list: `one` or `list`."""
    return "list" if isinstance(value, list | tuple) else "one"
