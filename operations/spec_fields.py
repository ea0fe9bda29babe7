"""Every field of the spec, from the models: its path, and what it may be there."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from schemas.spec import Network

ANY_NAME, ANY_POSITION = "*", "[]"

Path = tuple[str, ...]

_FIRST: dict[Path, tuple[str, ...]] = {
    (): ("apiVersion", "kind", "extends", "metadata"),
    ("fleets", ANY_NAME): ("role", "chain", "client", "workload", "operator", "count", "per_hub", "reports_min"),
}
"""Keys that say who and how many come before what is asked of them, whatever the models' order."""


_OR = " or "
"""Between the words of one alternative, such as the clients of the workload catalogue."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What decides for one form of a field among several."""

    at: Path
    """Where the mapping stands that decides."""
    key: str
    """Key of that mapping; empty where a list instead of one value decides."""
    word: str = ""
    """Value of the key; empty where it decides by being there."""
    alternatives: int
    """How many forms there are, this one included."""

    def text(self) -> str:
        """Return the condition in words: `signer.kind is remote_threshold`."""
        if not self.key:
            return "it is a list" if self.word == "list" else "it is one value"
        owner = "" if self.at[-1] in (ANY_NAME, ANY_POSITION) else f"{self.at[-1]}."
        return f"{owner}{self.key} is {self.word}" if self.word else f"it has '{self.key}'"

    def holds_in(self, value: Any) -> bool:
        """Return whether a value that stands at the place fulfils the condition."""
        if not self.key:
            return isinstance(value, list) is (self.word == "list")
        return (
            isinstance(value, dict) and self.key in value and (not self.word or value[self.key] in self.word.split(_OR))
        )


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a field is under one set of conditions."""

    conditions: tuple[Condition, ...]
    annotation: Any
    metadata: tuple[Any, ...]
    info: FieldInfo | None
    """None for an entry of a list or mapping."""
    meaning: str


@dataclass(frozen=True, kw_only=True)
class SpecField:
    """A field with all its forms."""

    path: Path
    forms: tuple[Form, ...]

    @property
    def text(self) -> str:
        """Return the path as people write it: `fleets.*.near[].hub`."""
        return path_text(self.path)


def path_text(path: Path) -> str:
    """Return a path as text; list positions stand beside their list."""
    return ".".join(path).replace(f".{ANY_POSITION}", ANY_POSITION)


@cache
def spec_fields() -> dict[Path, SpecField]:
    """Return every field by its path, in the order of the models."""
    found: dict[Path, list[Form]] = {}
    for path, form in _walk(Network, (), ()):
        found.setdefault(path, []).append(form)
    return {path: SpecField(path=path, forms=tuple(forms)) for path, forms in found.items()}


@cache
def children() -> dict[Path, tuple[str, ...]]:
    """Return the last parts of the paths right below each path, in order."""
    found: dict[Path, list[str]] = {}
    for path in spec_fields():
        found.setdefault(path[:-1], []).append(path[-1])
    return {path: tuple(dict.fromkeys(parts)) for path, parts in found.items()}


def key_order(path: Path) -> list[str]:
    """Return the keys of the mapping at a place, in order; none where names are the writer's own.

    Args:
        path: Keys from the root, `[]` for any position of a list.
    """
    place: Path = ()
    for part in path:
        below = children().get(place, ())
        place = (*place, part if part in below else ANY_NAME if ANY_NAME in below else part)
    first = _FIRST.get(place, ())
    keys = [part for part in children().get(place, ()) if part not in (ANY_NAME, ANY_POSITION)]
    return [*first, *(key for key in keys if key not in first)]


def _walk(annotation: Any, path: Path, conditions: tuple[Condition, ...]) -> Iterator[tuple[Path, Form]]:
    """Yield every field below a value of this type."""
    bare, _ = bare_type(annotation)
    arguments = typing.get_args(bare)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        for name, info in bare.model_fields.items():
            inner = (*path, info.alias or name)
            meaning = " ".join((info.description or "").split())
            yield inner, Form(
                conditions=conditions, annotation=info.annotation, metadata=tuple(info.metadata), info=info,
                meaning=meaning,
            )  # fmt: skip
            yield from _walk(_with(info), inner, conditions)
    elif typing.get_origin(bare) in (dict, tuple):
        is_mapping = typing.get_origin(bare) is dict
        element, inner = arguments[1 if is_mapping else 0], (*path, ANY_NAME if is_mapping else ANY_POSITION)
        for met, member in _members(element, inner, conditions):
            yield inner, Form(conditions=met, annotation=member, metadata=(), info=None, meaning=_doc(member))
            yield from _walk(member, inner, met)
    elif _is_union(bare):
        for met, member in _members(annotation, path, conditions):
            yield from _walk(member, path, met)


def _members(
    annotation: Any, path: Path, conditions: tuple[Condition, ...]
) -> Iterator[tuple[tuple[Condition, ...], Any]]:
    """Yield each thing that a value may be, with everything that decides for it."""
    members = union_members(annotation)
    for key, word, member in members:
        if not key and not word:
            yield conditions, member
            continue
        met = Condition(at=path, key=key, word=word, alternatives=len(members))
        yield (*conditions, met), member


def bare_type(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a type without `Annotated` and `| None`, and what `Annotated` said of it."""
    said: list[Any] = []
    while True:
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, *more = typing.get_args(annotation)
            said += more
            continue
        rest = [argument for argument in typing.get_args(annotation) if argument is not types.NoneType]
        if _is_union(annotation) and len(rest) == 1 and len(typing.get_args(annotation)) == 2:
            annotation = rest[0]
            continue
        return annotation, tuple(said)


def union_members(annotation: Any) -> list[tuple[str, str, Any]]:
    """Return what a value may be, each with the key and the word that decide for it; both empty where nothing does."""
    bare, said = bare_type(annotation)
    if not _is_union(bare):
        return [("", "", annotation)]
    key = next((word for item in said if (word := _discriminator(item))), "")
    found: list[tuple[str, str, Any]] = []
    for member in typing.get_args(bare):
        inner, tags = bare_type(member)
        tag = next((item.tag for item in tags if isinstance(item, Tag)), "")
        is_model = isinstance(inner, type) and issubclass(inner, BaseModel)
        if is_model and key:
            words = typing.get_args(inner.model_fields[key].annotation)
            found.append((key, _OR.join(words), inner))
        elif is_model:
            found.append((tag, "", inner))
        elif inner is not types.NoneType:
            found.append(("", tag, member))
    return found


def _discriminator(item: Any) -> str:
    """Return the key by whose word a union's member is told, if one is."""
    found = item.discriminator if isinstance(item, FieldInfo | Discriminator) else None
    return found if isinstance(found, str) else ""


def _with(info: FieldInfo) -> Any:
    """Return a field's type with what was said of it: Pydantic keeps the two apart."""
    said = [Discriminator(info.discriminator)] if isinstance(info.discriminator, str) else list(info.metadata)
    if isinstance(info.discriminator, Discriminator):
        said = [info.discriminator]
    return typing.Annotated[info.annotation, *said] if said else info.annotation


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _doc(annotation: Any) -> str:
    bare, _ = bare_type(annotation)
    is_model = isinstance(bare, type) and issubclass(bare, BaseModel)
    return " ".join((bare.__doc__ or "").split()) if is_model else ""
