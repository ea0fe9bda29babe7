"""The types of a model, as a reader of errors, pages and explanations walks them: fields, items, unions.

A union here is a tagged one: by the text of one of its keys (`role`), by which key a value
has (`at`, `atlas`), or by its form (one value or a list). A tag is no part of the file.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo


@dataclass(frozen=True, kw_only=True)
class Union:
    """A tagged union."""

    key: str
    """The key whose text is the tag; empty where the value's form decides."""
    variants: Mapping[str, Any]
    """Tag to type, in the order of the models."""

    @property
    def is_by_form(self) -> bool:
        """Return whether a value is told by being one or a list, rather than by a key that it has."""
        return not self.key and not any(isinstance(bare(found), type) and issubclass(bare(found), BaseModel)
                                        for found in self.variants.values())  # fmt: skip


def field_type(field: FieldInfo) -> Any:
    """Return a field's type with everything that was said about it."""
    marks = list(field.metadata)
    if isinstance(field.discriminator, Discriminator):
        marks.append(field.discriminator)
    elif field.discriminator is not None:
        marks.append(FieldInfo(discriminator=field.discriminator))
    return Annotated[field.annotation, *marks] if marks else field.annotation


def bare(annotation: Any) -> Any:
    """Return a type without `Annotated` and without `| None`."""
    while True:
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Annotated:
            annotation = arguments[0]
            continue
        rest = [argument for argument in arguments if argument is not type(None)]
        if is_union(annotation) and len(rest) == 1:
            annotation = rest[0]
            continue
        return annotation


def is_union(annotation: Any) -> bool:
    """Return whether a type is `A | B`, tagged or not."""
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def union_of(annotation: Any) -> Union | None:
    """Return a tagged union's variants; None for any other type."""
    key, is_tagged = "", False
    while not (is_union(annotation) and type(None) not in typing.get_args(annotation)):
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is Annotated:
            for mark in arguments[1:]:
                found = mark.discriminator if isinstance(mark, FieldInfo | Discriminator) else None
                key, is_tagged = (found if isinstance(found, str) else key), is_tagged or found is not None
            annotation = arguments[0]
        elif is_union(annotation) and len(arguments) == 2:
            annotation = arguments[0] if arguments[1] is type(None) else arguments[1]
        else:
            return None
    if not is_tagged:
        return None
    return Union(key=key, variants=dict(_tagged(key, typing.get_args(annotation))))


def _tagged(key: str, members: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for member in members:
        if key:
            words = typing.get_args(bare(member).model_fields[key].annotation)
            yield from ((str(word), member) for word in words)
        else:
            yield next(mark.tag for mark in typing.get_args(member)[1:] if isinstance(mark, Tag)), member


def model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type is; None where it is none, or several."""
    found = bare(annotation)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def keys_of(annotation: Any) -> list[str]:
    """Return the keys that a value of a type may have; none where any text will do."""
    model = model_of(annotation)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def step(annotation: Any, part: str | int) -> Any:
    """Return the type of what stands under `part` in a value of this type; None where nothing may."""
    model = model_of(annotation)
    if model is not None:
        found = (field for name, field in model.model_fields.items() if part == (field.alias or name))
        field = next(found, None)
        return None if field is None else field_type(field)
    annotation = bare(annotation)
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if typing.get_origin(annotation) in (tuple, list) else None
