"""The spec's reference page, from the models: `python -m schemas.spec.page` writes `docs/spec.md`."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.codes import CODES
from schemas.document import yaml_text
from schemas.shapes import bare, field_type, is_union, model_of, step, union_of
from schemas.spec.base import FORMS
from schemas.spec.effects import EFFECTS
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

_EFFECTS = """
## What has no effect yet

The whole format is read and checked, so that a spec can be written once. Some of it is acted on only by later versions:
such fields are marked *no effect yet* below with what will act on them, `geofleet check` names each one that a spec
uses, and a spec that would be built as something else than it says is not deployed.

## What decides which keys there are

Some mappings have different keys by the value of one of them, such as a fleet by its `role`, a chain by its `engine`,
a client by its `name`, a signer by its `kind`. Others are told by which key they have: a hub by `atlas`, `at` or
`coordinates`, an entry of `near` by `hub` or `fleet`.
"""

_BEYOND = """
## Mistakes

Text (`SPEC1xx`) is judged first, then the files that a spec is put together from (`SPEC4xx`), then structure
(`SPEC2xx`), then meaning (`SPEC3xx`). The JSON Schema says what structure says; meaning spans several values, and no
schema can say it: every `SPEC3xx` below is beyond the schema. The schema is more lenient in one point: it takes `4.0`
for a whole number.

A value that should be a reference to a secret, or a URL, and is not, is never repeated in a message: it may be the
secret itself.

| code | mistake |
|---|---|
"""


def spec_page() -> str:
    """Return the reference page."""
    parts = [_HEAD, yaml_text(EXAMPLE), "```\n", _RULES, _EFFECTS]
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
    effects = _effects()
    for name, field in model.model_fields.items():
        meaning = " ".join((field.description or "").split())
        missing = effects.get((model.__name__, name), "")
        lines.append(
            f"| `{field.alias or name}` | {_told(field_type(field), [])} | {_default(field)} | {meaning}{missing} |"
        )
    return "\n".join(lines) + "\n"


@cache
def _effects() -> dict[tuple[str, str], str]:
    """Return what to say of each field that has no effect yet, by model and field."""
    found: dict[tuple[str, str], str] = {}
    for effect in EFFECTS:
        for model, name in dict.fromkeys(_fields_at(Network, effect.at)):
            possible = typing.get_args(bare(model.model_fields[name].annotation))
            only = [word for word in effect.only if word in possible]
            if effect.only and not only:
                continue
            what = f" for {', '.join(f'`{word}`' for word in only)}" if len(only) < len(possible) and only else ""
            stop = "; not deployed before" if effect.is_needed else ""
            told, before = f" *No effect yet{what}: {effect.actor}{stop}.*", found.get((model.__name__, name), "")
            found[model.__name__, name] = before if told in before else before + told
    return found


def _fields_at(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield model and field of every place below a type that a path leads to; unions may give several."""
    union = union_of(annotation)
    for variant in union.variants.values() if union else (annotation,):
        model = model_of(variant)
        following = step(variant, path[0] if model else 0)
        if following is None:
            continue
        if len(path) > 1:
            yield from _fields_at(following, path[1:])
        elif model:
            yield model, path[0]


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "needed"
    if default is None or default in ((), {}) or (isinstance(default, BaseModel) and not default.model_fields_set):
        return ""
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default)
    if isinstance(default, BaseModel):
        said = default.model_dump(mode="json", exclude_unset=True)
        return ", ".join(f"`{key}: {value}`" for key, value in said.items())
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _told(annotation: Any, metadata: list[Any]) -> str:
    """Return a type in the reader's words, with its limits."""
    union = union_of(annotation)
    if union is not None:
        forms = [_told(variant, []) for variant in union.variants.values()]
        return f"{' or '.join(forms)}{f', by `{union.key}`' if union.key else ''}"
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _told(arguments[0], [*metadata, *_constraints(arguments[1:])])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if is_union(annotation):
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
    if annotation is bool:
        return "`true` or `false`"
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
        elif isinstance(item, annotated_types.Lt):
            told.append(f"less than {item.lt}")
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
