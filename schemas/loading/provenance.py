"""Where every value of a spec comes from: which file and line wrote it, what it stands over, or that it is a default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from schemas.diagnostics import Path, dotted
from schemas.document import Document
from schemas.loading.composed import ComposedDocument, How, Origin, Written
from schemas.loading.loader import LoadedSpec
from schemas.tree import mark_of

SCHEMA = "geofleet/render/v1"


@dataclass(frozen=True, kw_only=True)
class SourcePlace:
    """A place in a file."""

    file: str
    line: int
    column: int

    @property
    def text(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where one value comes from."""

    how: How
    """`here`: the spec itself; `inherited`: a base; `included`: a fragment; `default`: nobody wrote it."""
    depth: int = 0
    """Steps of `extends` and `include` from the spec to the file."""
    at: SourcePlace | None = None
    """None for a default."""
    over: tuple[SourcePlace, ...] = ()
    """Values that this one stands over or is merged with, nearest first."""


@dataclass(frozen=True, kw_only=True)
class RenderedFile:
    """One of the files that the spec is made of."""

    file: str
    how: How
    depth: int
    """Steps of `extends` and `include` from the spec."""


@dataclass(frozen=True, kw_only=True)
class RenderedValue:
    """One value of the spec and where it comes from."""

    path: str
    """Where it stands: `fleets.validators.count`."""
    value: str | int | float | bool | None
    provenance: Provenance


@dataclass(frozen=True, kw_only=True)
class RemovedValue:
    """A key that a `null` took away."""

    path: str
    provenance: Provenance
    """Of the `null`; `over` is what it removed."""


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A spec with everything that it extends and includes put in, and every default."""

    source: str
    """The spec's file."""
    spec_sha256: str
    """Of the resolved spec without its defaults: what locks hold."""
    files: tuple[RenderedFile, ...]
    """The spec first, then its bases and fragments in the order in which they were read."""
    spec: dict[str, Any]
    values: tuple[RenderedValue, ...] = ()
    """Every value of `spec` that is no mapping or list, in its order; only with `--provenance`."""
    removed: tuple[RemovedValue, ...] = ()
    """Keys that a `null` took away from `spec`; only with `--provenance`."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet render --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}


def rendering(loaded: LoadedSpec, *, with_provenance: bool) -> Rendering:
    """Return a spec as it was resolved."""
    spec = loaded.network.model_dump(mode="json", by_alias=True)
    return Rendering(
        source=loaded.document.source,
        spec_sha256=loaded.sha256,
        files=tuple(files_of(loaded.document)),
        spec=spec,
        values=tuple(_values(loaded.document, spec, ())) if with_provenance else (),
        removed=tuple(_all_removed(loaded.document, loaded.document.value, ())) if with_provenance else (),
    )


def files_of(document: Document) -> Iterator[RenderedFile]:
    """Yield the files that a document is made of, the spec first."""
    if not isinstance(document, ComposedDocument):
        yield RenderedFile(file=document.source, how=How.HERE, depth=0)
        return
    for file in document.files:
        yield RenderedFile(file=file.document.source, how=file.how, depth=file.depth)


def provenance(document: Document, path: Path) -> Provenance:
    """Return where the value at `path` comes from: a default if no file has it."""
    if not _exists(document.value, path):
        return Provenance(how=How.DEFAULT)
    if not isinstance(document, ComposedDocument):
        mark = document.mark(path)
        return Provenance(how=How.HERE, at=SourcePlace(file=document.source, line=mark.line, column=mark.column))
    return _told(document, document.written(path)[0])


def removed(document: Document, path: Path) -> dict[str, Provenance]:
    """Return the keys that were taken away from the mapping at `path`, and by which `null`."""
    value: Any = document.value
    for part in path:
        value = value[part]
    made = document.merged.get(id(value)) if isinstance(document, ComposedDocument) else None
    if made is None:
        return {}
    assert isinstance(document, ComposedDocument), "no other document has merged values"
    return {str(key): _told(document, at) for key, at in made.removed.items()}


def _told(document: ComposedDocument, at: Written) -> Provenance:
    file = next(file for file in document.files if file.document is at.value.document)
    return Provenance(how=file.how, depth=file.depth, at=_place(at.value), over=tuple(map(_place, at.over)))


def _values(document: Document, value: Any, path: Path) -> Iterator[RenderedValue]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _values(document, item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _values(document, item, (*path, position))
    else:
        yield RenderedValue(path=dotted(path), value=value, provenance=provenance(document, path))


def _all_removed(document: Document, value: Any, path: Path) -> Iterator[RemovedValue]:
    if isinstance(value, dict):
        for key, found in removed(document, path).items():
            yield RemovedValue(path=dotted((*path, key)), provenance=found)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        yield from _all_removed(document, item, (*path, part))


def _exists(value: Any, path: Path) -> bool:
    for part in path:
        if isinstance(value, dict):
            if part not in value:
                return False
        elif not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            return False
        value = value[part]
    return True


def _place(origin: Origin) -> SourcePlace:
    mark = mark_of(origin.span)
    return SourcePlace(file=origin.document.source, line=mark.line, column=mark.column)
