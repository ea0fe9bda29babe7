"""The spec's reference page, from the models: `python -m schemas.spec.page` writes `docs/spec.md`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.codes import CODES
from schemas.document import yaml_text
from schemas.spec.base import FORMS
from schemas.spec.network import Network
from schemas.spec.schema import EXAMPLE

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "spec.md"

_HEAD = """# The spec

Generated from `schemas/spec` by `python -m schemas.spec.page`; a stale page fails the suite.

One YAML file describes one network. Its first line makes editors check it while it is written:

```yaml
# yaml-language-server: $schema=../schemas/network.schema.json
"""

_RULES = """
## How the file is read

- UTF-8, at most 1 MiB, one document, at most 32 levels deep, 100,000 values and 50 aliases.
- Scalars follow the YAML 1.2 core schema: only `true` and `false` are booleans, so `NO` is Norway. `12:30`,
  `2024-01-01`, `1_000` and `0xff` are text. So is `0600`: a number never starts with 0.
- Keys are text and given once. Tags and merge keys (`<<`) are refused, so are unknown keys.
- Every mistake of a kind is reported at once, with file, line, column and a remedy, up to 100.
"""

_BEYOND = """
## Mistakes

Text (`SPEC1xx`) is judged first, then structure (`SPEC2xx`), then meaning (`SPEC3xx`). The JSON Schema says what
structure says; meaning spans several values, and no schema can say it. The schema is more lenient in one point: it
takes `4.0` for a whole number.

| code | mistake |
|---|---|
"""


def spec_page() -> str:
    """Return the reference page."""
    parts = [_HEAD, yaml_text(EXAMPLE), "```\n", _RULES]
    parts += [_section(model) for model in _models(Network)]
    parts += [_BEYOND, *(f"| `{code}` | {text} |\n" for code, text in CODES.items())]
    return "".join(parts)


def _models(root: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield a model and every model in it, in the order of their first use."""
    waiting, seen = [root], {root}
    while waiting:
        model = waiting.pop(0)
        yield model
        for field in model.model_fields.values():
            for found in _inner(field.annotation):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _inner(argument)


def _section(model: type[BaseModel]) -> str:
    lines = [
        f"\n## {model.__name__}\n",
        f"{model.__doc__}\n",
        "| key | value | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in model.model_fields.items():
        meaning = " ".join((field.description or "").split())
        value = _told(field.annotation, field.metadata)
        lines.append(f"| `{field.alias or name}` | {value} | {_default(field)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "needed"
    if default is None or default in ((), {}) or isinstance(default, BaseModel):
        return ""
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{default}`"


def _told(annotation: Any, metadata: list[Any]) -> str:
    """Return a type in the reader's words, with its limits."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _told(arguments[0], [*metadata, *_constraints(arguments[1:])])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        [rest] = [argument for argument in arguments if argument is not type(None)]
        return _told(rest, metadata)
    if origin is tuple:
        return f"list of {_told(arguments[0], [])}{_limits(metadata)}"
    if origin is dict:
        return f"mapping of {_told(arguments[0], [])} to {_told(arguments[1], [])}{_limits(metadata)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{word.value}`" for word in annotation)
    pattern = next((item.pattern for item in metadata if getattr(item, "pattern", None)), None)
    if pattern:
        form, example = FORMS[pattern]
        return f"{form} (`{example}`)"
    return f"{'whole number' if annotation is int else 'number'}{_limits(metadata)}"


def _constraints(metadata: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the limits themselves; Pydantic's `Field` holds several."""
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else (item,)


def _limits(metadata: list[Any]) -> str:
    told = []
    for item in metadata:
        if isinstance(item, annotated_types.Ge):
            told.append(f"at least {item.ge}")
        elif isinstance(item, annotated_types.Gt):
            told.append(f"more than {item.gt}")
        elif isinstance(item, annotated_types.Le):
            told.append(f"at most {item.le}")
        elif isinstance(item, annotated_types.MinLen) and item.min_length:
            told.append(f"at least {item.min_length}")
        elif isinstance(item, annotated_types.MaxLen):
            told.append(f"at most {item.max_length}")
    return f" ({', '.join(told)})" if told else ""


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(spec_page(), encoding="utf-8")
