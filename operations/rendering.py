"""`geofleet render`: a spec with its bases and fragments put in, and where each of its values comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from schemas.diagnostics import Path
from schemas.document import Document, yaml_text
from schemas.loading import LoadedSpec
from schemas.loading.composed import How
from schemas.loading.provenance import Provenance, files_of, provenance, removed
from schemas.scalars import is_plain_text

_PLAIN = re.compile(r"[A-Za-z0-9_/](?:[A-Za-z0-9_/.*@+=()%-]| (?! |#|$)|:(?=[A-Za-z0-9_/.*-]))*\Z")
"""Text that no reader of YAML takes for anything but text, unless it is a number, a word or a date to some."""

_RESOLVER = yaml.resolver.Resolver()
_WIDTH_MAX = 60
"""Comments stand in one column up to here; a longer line has its own behind it."""

Line = tuple[str, Provenance]
"""A line of YAML, and where what it says comes from."""


def rendered_text(loaded: LoadedSpec, *, with_provenance: bool) -> str:
    """Return a resolved spec as YAML that loads again to the same SHA-256.

    With provenance every line says where its value was written; defaults, which nobody wrote, are comments.
    """
    document = loaded.document
    if not with_provenance:
        return yaml_text(document.value)
    resolved = loaded.network.model_dump(mode="json", by_alias=True)
    lines = list(_Lines(document).block(document.value, resolved, (), ""))
    return "\n".join([*_head(loaded), *_commented(lines)]) + "\n"


def _head(loaded: LoadedSpec) -> Iterator[str]:
    yield f"# {loaded.document.source}, resolved; sha256 {loaded.sha256}"
    for file in files_of(loaded.document):
        yield f"#   {_mark(Provenance(how=file.how, depth=file.depth)):<12} {file.file}"
    yield "# N: files away. Commented out: what a null removed, and defaults, which no file has."


def _commented(lines: list[Line]) -> Iterator[str]:
    """Yield each line with where its value comes from, in columns."""
    places = [found.at.text if found.at else "default" for _, found in lines]
    width = max((len(line) for line, _ in lines if len(line) <= _WIDTH_MAX), default=0)
    place_width = max(map(len, places), default=0)
    for (line, found), place in zip(lines, places, strict=True):
        if found.at is None:
            yield f"{line:<{width}}  # {place}"
            continue
        verb = "removes" if line.lstrip().startswith("# ") else "over"
        over = f", {verb} {', '.join(other.text for other in found.over)}" if found.over else ""
        yield f"{line:<{width}}  # {place:<{place_width}}  {_mark(found)}{over}"


def _mark(found: Provenance) -> str:
    return f"{found.how} {found.depth}" if found.how in (How.INHERITED, How.INCLUDED) else str(found.how)


class _Lines:
    """The lines of a document's value."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def block(self, value: Any, resolved: Any, path: Path, indent: str) -> Iterator[Line]:
        """Yield the lines of a mapping or list; after those of a mapping, what was removed and its defaults."""
        if isinstance(value, list):
            for position, item in enumerate(value):
                below = resolved[position] if isinstance(resolved, list) and position < len(resolved) else None
                yield from self._entry(f"{indent}-", item, below, (*path, position))
            return
        known = resolved if isinstance(resolved, dict) else {}
        for key, item in value.items():
            yield from self._entry(f"{indent}{_scalar(key)}:", item, known.get(key), (*path, key))
        for key, found in removed(self._document, path).items():
            yield f"{indent}# {_scalar(key)}: null", found
        for key, item in known.items():
            default = _without_nothing(item)
            if key not in value and default is not None:
                yield f"{indent}# {_scalar(key)}: {_flow(default)}", Provenance(how=How.DEFAULT)

    def _entry(self, start: str, value: Any, resolved: Any, path: Path) -> Iterator[Line]:
        """Yield the lines of one entry, which `start` begins."""
        here = provenance(self._document, path)
        if not isinstance(value, dict | list) or not value:
            yield f"{start} {_flow(value)}", here
            return
        indent = " " * (len(start) - len(start.lstrip()) + 2)
        lines = list(self.block(value, resolved, path, indent))
        if start.endswith("-") and isinstance(value, dict):
            # The first key of a mapping stands beside the dash of its entry.
            first, found = lines.pop(0)
            yield f"{start} {first.removeprefix(indent)}", found
        else:
            yield start, here
        yield from lines


def _without_nothing(value: Any) -> Any:
    """Return a default without what is absent in it; None when nothing is left."""
    if isinstance(value, dict):
        rest = {key: _without_nothing(item) for key, item in value.items()}
        return {key: item for key, item in rest.items() if item is not None} or None
    if isinstance(value, list):
        return value or None
    return value


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return yaml_text(value).split("\n")[0]
    tag = _RESOLVER.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]  # PyYAML has none
    if _PLAIN.match(value) and is_plain_text(value) and tag == "tag:yaml.org,2002:str":
        return value
    return json.dumps(value, ensure_ascii=False)
