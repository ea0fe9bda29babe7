"""A field of the spec in words: what it may be, what judges it, where a spec sets it."""

from __future__ import annotations

import difflib
import json
import re
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from operations.spec_fields import (
    ANY_NAME,
    ANY_POSITION,
    Condition,
    Form,
    Path,
    SpecField,
    bare_type,
    children,
    key_order,
    path_text,
    spec_fields,
)
from operations.type_words import limits_of, told_type
from operations.yaml_layout import laid_out
from policies.catalogue import RULES
from schemas.diagnostics import Path as Place
from schemas.diagnostics import dotted, nearest
from schemas.document import yaml_text
from schemas.errors import UsageError
from schemas.explanation import FieldExplanation, FieldForm, RuleName, Setting
from schemas.loading import LoadedSpec
from schemas.spec.base import FORMS
from schemas.spec.effects import ANY, EFFECTS
from schemas.spec.schema import EXAMPLE

_UNITS = {
    "ms": "milliseconds", "s": "seconds", "minutes": "minutes", "days": "days", "gib": "GiB", "kib": "KiB",
    "bps": "basis points (hundredths of a percent)", "percent": "percent", "blocks": "blocks",
    "usd_per_month": "US dollars a month",
}  # fmt: skip
"""Word in a name to the unit that it stands for; names carry their unit, then their qualifier."""

_QUALIFIERS = ("_max", "_min")
_VALUE_LENGTH_MAX = 100


def explained_field(text: str, spec: LoadedSpec | None) -> FieldExplanation:
    """Return what a field is.

    Args:
        text: Its path; names and positions that the writer chooses may be given, starred or left out.
        spec: Says where it is set.

    Raises:
        UsageError: The spec has no such field, or several of this name.
    """
    found = field_at(text)
    return FieldExplanation(
        path=found.text,
        unit=_unit(found.path),
        forms=tuple(_form(found, forms) for forms in _alike(found)),
        note=" ".join(_notes(found.path)),
        rules=tuple(_rules(found.path)),
        spec=spec.document.source if spec else "",
        settings=tuple(_settings(found, spec)) if spec else (),
    )


def field_at(text: str) -> SpecField:
    """Return the field of a path; see `explained_field`."""
    words = tuple(re.findall(r"\[[^\]]*\]|[^.\[\]]+", text))
    matching = [path for path in spec_fields() if _matches(path, words)]
    if matching:
        # Words that are keys count before words that may be somebody's name; then the shortest says least
        # that was not asked for: `fleets` is the mapping, not one fleet.
        best = max(matching, key=lambda path: (_keys_named(path, words), -len(path)))
        if best[-1] == ANY_NAME and difflib.get_close_matches(words[-1], _keys_below(best), n=1, cutoff=0.8):
            raise _unknown(text, best, words[-1])
        return spec_fields()[best]
    ends = [path for path in spec_fields() if path[-1] in words[-1:] and _named(path)[-len(words) :] == words]
    if len(ends) == 1:
        return spec_fields()[ends[0]]
    if ends:
        listed = ", ".join(path_text(path) for path in ends[:12]) + (", ..." if len(ends) > 12 else "")
        raise UsageError(f"'{text}' is the end of {len(ends)} fields", remedy=f"Say which: {listed}.")
    raise _not_known(text, words)


def _matches(path: Path, words: tuple[str, ...]) -> bool:
    """Return whether words name a path; what the writer of a spec chooses may be left out."""
    if not path:
        return not words
    part, rest = path[0], path[1:]
    if part == ANY_NAME:
        chosen = bool(words) and not words[0].startswith("[") and _matches(rest, words[1:])
        return chosen or (bool(rest) and _matches(rest, words))
    if part == ANY_POSITION:
        chosen = bool(words) and (words[0].startswith("[") or words[0] == ANY_NAME) and _matches(rest, words[1:])
        return chosen or (bool(rest) and _matches(rest, words))
    return bool(words) and words[0] == part and _matches(rest, words[1:])


def _named(path: Path) -> Path:
    return tuple(part for part in path if part not in (ANY_NAME, ANY_POSITION))


def _keys_named(path: Path, words: tuple[str, ...]) -> int:
    """Return how many words are keys of a path that they match."""
    return len(_named(path)) if path[-1] in words[-1:] else len(set(_named(path)) & set(words))


def _not_known(text: str, words: tuple[str, ...]) -> UsageError:
    """Return that no field has this path, with the nearest names where it leaves the known ones."""
    for count in range(len(words) - 1, 0, -1):
        matching = [path for path in spec_fields() if _matches(path, words[:count])]
        if matching:
            best = max(matching, key=lambda path: (_keys_named(path, words[:count]), -len(path)))
            return _unknown(text, best, words[count])
    return _unknown(text, (), words[0] if words else text)


def _unknown(text: str, known: Path, word: str) -> UsageError:
    below = _keys_below(known)
    if not below:
        return UsageError(f"'{text}' is not a field: nothing stands below '{path_text(known)}'", remedy="Leave it out.")
    owner = f"'{path_text(known)}'" if known else "a spec"
    return UsageError(f"'{text}' is not a field: {owner} has no key '{word}'", remedy=nearest(word, below))


def _keys_below(path: Path) -> list[str]:
    """Return the keys of what stands at a path: of each entry, where it is a list or mapping."""
    below = children().get(path, ())
    keys = [part for part in below if part not in (ANY_NAME, ANY_POSITION)]
    for part in below:
        if part in (ANY_NAME, ANY_POSITION):
            keys += _keys_below((*path, part))
    return keys


def _alike(found: SpecField) -> list[list[Form]]:
    """Return a field's forms, those together that a reader cannot tell apart."""
    groups: dict[tuple[str, ...], list[Form]] = {}
    for form in found.forms:
        key = (form.meaning, _type_of(form), _default(form.info), repr(_allowed(form.annotation)))
        groups.setdefault(key, []).append(form)
    return list(groups.values())


def _form(found: SpecField, forms: list[Form]) -> FieldForm:
    first = forms[0]
    inner, _ = bare_type(first.annotation)
    is_model = isinstance(inner, type) and issubclass(inner, BaseModel)
    return FieldForm(
        when=_when([form.conditions for form in forms]),
        type=_type_of(first),
        allowed=_allowed(first.annotation),
        needed=first.info is not None and first.info.is_required(),
        default=_default(first.info),
        meaning=first.meaning or f"One entry of `{path_text(found.path[:-1])}`.",
        keys=tuple(field.alias or name for name, field in inner.model_fields.items()) if is_model else (),
        example=_example(found.path, first),
    )


def _when(conditions: list[tuple[Condition, ...]]) -> str:
    """Return what decides for all of these forms; what takes every value decides nothing."""
    rows = list(dict.fromkeys(conditions))
    for place in dict.fromkeys(condition.at for row in rows for condition in row):
        here = {condition for row in rows for condition in row if condition.at == place}
        others = list(dict.fromkeys(tuple(c for c in row if c.at != place) for row in rows))
        if len(here) == next(iter(here)).alternatives and len(rows) == len(here) * len(others):
            rows = others
    told = dict.fromkeys(" and ".join(condition.text() for condition in row) for row in rows)
    return " or ".join(text for text in told if text)


def _type_of(form: Form) -> str:
    return told_type(form.annotation, form.metadata)


def _allowed(annotation: Any) -> tuple[str, ...]:
    inner, _ = bare_type(annotation)
    if typing.get_origin(inner) is typing.Literal:
        return tuple(str(word) for word in typing.get_args(inner))
    if isinstance(inner, type) and issubclass(inner, Enum):
        return tuple(str(word.value) for word in inner)
    if typing.get_origin(inner) is tuple:
        return _allowed(typing.get_args(inner)[0])
    return ()


def _default(info: FieldInfo | None) -> str:
    default = info.get_default(call_default_factory=True, validated_data={}) if info else PydanticUndefined
    if default is PydanticUndefined or default is None or default in ((), {}):
        return ""
    if isinstance(default, BaseModel):
        told = default.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return _on_one_line(told) if told else ""
    return _on_one_line(list(default) if isinstance(default, tuple) else default)


def _example(path: Path, form: Form) -> str:
    """Return the field as the example spec has it, else with an example of its type; empty where there is none."""
    value = _in_example(EXAMPLE, path, (), form.conditions)
    if value is None:
        value = _of_type(form.annotation, [*form.metadata, *([form.info] if form.info else [])])
    if value is None:
        return ""
    text = yaml_text({path[-1]: value} if path[-1] not in (ANY_NAME, ANY_POSITION) else value)
    return laid_out(text, key_order, source="example").rstrip()


def _in_example(value: Any, path: Path, at: Path, conditions: tuple[Condition, ...]) -> Any:
    """Return the first value at a path that fulfils the conditions on the way to it."""
    if not all(condition.holds_in(value) for condition in conditions if condition.at == at):
        return None
    if not path:
        return value
    if path[0] == ANY_POSITION and isinstance(value, list):
        entries = value
    elif isinstance(value, dict):
        entries = list(value.values()) if path[0] == ANY_NAME else [value[path[0]]] if path[0] in value else []
    else:
        return None
    found = (_in_example(entry, path[1:], (*at, path[0]), conditions) for entry in entries)
    return next((entry for entry in found if entry is not None), None)


def _of_type(annotation: Any, said: list[Any]) -> Any:
    """Return an example value of a type; None when it says nothing about one."""
    inner, more = bare_type(annotation)
    for item in [*said, *more]:
        if getattr(item, "examples", None):
            return item.examples[0]
        if getattr(item, "pattern", None) in FORMS:
            return FORMS[item.pattern][1].strip('"')
    allowed = _allowed(inner)
    if typing.get_origin(inner) is tuple:
        element = _of_type(typing.get_args(inner)[0], [])
        return None if element is None else [element]
    if allowed:
        return allowed[0]
    if inner is bool:
        return True
    return next((limit.ge for limit in limits_of([*said, *more]) if hasattr(limit, "ge")), None)


def _rules(path: Path) -> Iterator[RuleName]:
    """Yield the rules that judge a field of fleets, or something below it."""
    keys = tuple(part for part in path[2:] if part not in (ANY_NAME, ANY_POSITION))
    if path[:1] != ("fleets",) or not keys:
        return
    for rule in RULES.values():
        shared = min(len(keys), len(rule.keys))
        if shared and keys[:shared] == rule.keys[:shared]:
            yield RuleName(id=rule.id, title=rule.title)


def _notes(path: Path) -> Iterator[str]:
    """Yield what nothing acts on yet, of a field or of what it stands in."""
    starred = tuple(ANY if part in (ANY_NAME, ANY_POSITION) else part for part in path)
    for effect in EFFECTS:
        if starred[: len(effect.at)] == effect.at:
            what = " or ".join(effect.only) or "It"
            whole = "" if len(effect.at) == len(starred) else f"{effect.text}: "
            deployed = " A spec with it cannot be deployed before." if effect.is_needed else ""
            yield f"{whole}{what} is checked, but has no effect yet: {effect.actor} will act on it.{deployed}"


def _unit(path: Path) -> str:
    names = [part for part in path if part not in (ANY_NAME, ANY_POSITION)]
    name = names[-1]
    for qualifier in _QUALIFIERS:
        name = name.removesuffix(qualifier)
    return next((unit for word, unit in _UNITS.items() if name == word or name.endswith(f"_{word}")), "")


def _settings(found: SpecField, spec: LoadedSpec) -> Iterator[Setting]:
    """Yield each place of a spec where the field is, or could be, set."""
    conditions = [form.conditions for form in found.forms]
    for place, value, is_set in _places(spec.document.value, found.path, (), conditions):
        yield Setting(
            path=dotted(place), value=_on_one_line(value) if is_set else "", at=spec.where(*place) if is_set else ""
        )


def _places(
    value: Any, path: Path, at: Place, conditions: list[tuple[Condition, ...]]
) -> Iterator[tuple[Place, Any, bool]]:
    """Yield each place below a value where a path leads, what is there, and whether anything is.

    Args:
        value: What stands at `at`.
        path: The rest of the path.
        at: Keys and positions from the root.
        conditions: Of each form of the field; what decides against all of them has no such field.
    """
    here = tuple(ANY_POSITION if isinstance(part, int) else part for part in at)
    conditions = [each for each in conditions if all(_holds(condition, here, value) for condition in each)]
    if not conditions:
        return
    if not path:
        yield at, value, True
    elif path[0] == ANY_POSITION:
        for position, item in enumerate(value if isinstance(value, list) else []):
            yield from _places(item, path[1:], (*at, position), conditions)
    elif path[0] == ANY_NAME:
        for name, item in (value if isinstance(value, dict) else {}).items():
            yield from _places(item, path[1:], (*at, name), conditions)
    elif isinstance(value, dict) and path[0] in value:
        yield from _places(value[path[0]], path[1:], (*at, path[0]), conditions)
    else:
        yield (*at, *_named(path)), None, False


def _holds(condition: Condition, here: Path, value: Any) -> bool:
    """Return whether a condition does not speak of the value that stands here, or is fulfilled by it."""
    is_here = len(condition.at) == len(here) and all(
        known in (part, ANY_NAME) for known, part in zip(condition.at, here, strict=True)
    )
    return not is_here or condition.holds_in(value)


def _on_one_line(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text if isinstance(value, list | dict) else text.strip('"')
    return text if len(text) <= _VALUE_LENGTH_MAX else f"{text[: _VALUE_LENGTH_MAX - 3]}..."
