"""The files of one spec: each is read once, inside the root, up to the limits, and never from within itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from schemas.diagnostics import InvalidDocumentError, Path
from schemas.document import Document, read_file
from schemas.loading.composed import How, Node, Origin, Written, entry_at
from schemas.loading.merging import Merging
from schemas.loading.references import RefusedReferenceError, home_of, referenced_file
from schemas.loading.weight import Scales, Weight
from schemas.tree import DEPTH_MAX, VALUES_MAX

FILES_MAX = 32
"""Bases and fragments of one spec."""

BYTES_TOTAL_MAX = 4 << 20
"""Of all files of one spec together."""

_SPLIT = "Keep less in it, or make it two specs."


@dataclass(kw_only=True, eq=False)
class File:
    """One file of a spec."""

    path: FilePath
    """Free of links."""
    document: Document
    how: How
    opener: File | None
    """The file that named it first."""
    bases: list[tuple[File, Origin]] = field(default_factory=list)
    """What it extends, and where it says so."""
    fragment: Node | None = None
    """Its value with fragments put in, once it was included."""

    @property
    def route(self) -> list[File]:
        """Return the files from the spec to this one, each naming the next."""
        return [*(self.opener.route if self.opener else []), self]

    @property
    def root(self) -> Node:
        """Return its value as it was written."""
        place = Origin(self.document, self.document.root_span)
        return Node(self.document.value, Written(place, place))


class Files:
    """Reads what a spec names; collects mistakes in `merging`."""

    def __init__(self, document: Document, path: FilePath | None, merging: Merging) -> None:
        self._home = None if path is None else home_of(path, source=document.source)
        self.spec = File(
            path=FilePath() if path is None else path.resolve(), document=document, how=How.HERE, opener=None
        )
        self.open: list[File] = [self.spec]
        """What is being read: the spec first, each file named by the one before."""
        self._merging, self._scales = merging, Scales()
        self._read: dict[FilePath, File | None] = {}
        self._used = Weight(values=0)
        self._bytes, self._values = len(document.text.encode()), self._scales.weight(document.value).values

    @property
    def all(self) -> list[File]:
        """Return the spec and what could be read of its bases and fragments, in the order of reading."""
        return [self.spec, *(file for file in self._read.values() if file is not None)]

    def named(self, node: Node, key: str, path: Path, *, how: How) -> Iterator[tuple[File, Origin]]:
        """Yield the files that stand under `extends` or `include` of a mapping, and where each is named."""
        at = entry_at(self._merging.merged, node, key)
        assert at is not None, "the key is there"
        under = Node(node.value[key], at)
        entries: list[tuple[Node, Path]] = [(under, (*path, key))]
        if isinstance(under.value, list) and under.value:
            listed = zip(under.value, self._merging.entries(under).items(), strict=True)
            entries = [(Node(value, place), (*path, key, position)) for value, (position, place) in listed]
        for (value, written), here in entries:
            if not isinstance(value, str) or not value.strip():
                message = f"'{key}' takes the path of a file, or a list of them"
                found = written.value.diagnostic("SPEC401", message, here, remedy=f"Write it like '{key}: base.yaml'.")
                self._merging.problem(found)
                continue
            file = self._file(value, written.value, here, how=how)
            if file is not None:
                yield file, written.value

    def _file(self, text: str, place: Origin, path: Path, *, how: How) -> File | None:
        if self._home is None:
            message, remedy = "text that was not read from a file can name none", "Load the spec from its file."
            self._merging.problem(place.diagnostic("SPEC403", message, path, remedy=remedy))
            return None
        try:
            found = referenced_file(text, folder=self.open[-1].path.parent, home=self._home)
        except RefusedReferenceError as error:
            self._merging.problem(place.diagnostic(error.code, error.problem, path, remedy=error.remedy))
            return None
        if any(file.path == found for file in self.open):
            self._cycle(found, place, path)
            return None
        if found not in self._read:
            if len(self._read) >= FILES_MAX:
                message = f"this is one file more than the {FILES_MAX} that a spec may extend and include"
                self._merging.stop(place.diagnostic("SPEC405", message, path, remedy="Put some of them together."))
            self._read[found] = None
            document = self._document(found, place, path, source=self._home.shown(found))
            if document is not None:
                self._read[found] = File(path=found, document=document, how=how, opener=self.open[-1])
        return self._read[found]

    def _document(self, file: FilePath, place: Origin, path: Path, *, source: str) -> Document | None:
        try:
            document = read_file(file, source=source)
        except InvalidDocumentError as error:
            for found in error.diagnostics:
                is_unread = found.code == "SPEC100"
                unread = place.diagnostic("SPEC403", f"'{source}' {found.message}", path, remedy=found.remedy)
                self._merging.problem(unread if is_unread else found)
            return None
        self._bytes += len(document.text.encode())
        self._values += self._scales.weight(document.value).values
        if self._bytes > BYTES_TOTAL_MAX:
            message = f"with this file the spec is larger than {BYTES_TOTAL_MAX:,} bytes"
            self._merging.stop(place.diagnostic("SPEC405", message, path, remedy=_SPLIT))
        if self._values > VALUES_MAX:
            message = f"with this file the spec holds more than {VALUES_MAX:,} values"
            self._merging.stop(place.diagnostic("SPEC405", message, path, remedy=_SPLIT))
        return document

    def _cycle(self, file_again: FilePath, place: Origin, path: Path) -> None:
        names = [file.document.source for file in self.open]
        again = next(file.document.source for file in self.open if file.path == file_again)
        message = f"goes in a circle: {' -> '.join([*names, again])}"
        found = place.diagnostic("SPEC404", message, path, remedy="Remove it here, or elsewhere in the circle.")
        self._merging.problem(found)

    def require_small(self, value: object, place: Origin, path: Path, *, above: int = 0) -> None:
        """Require that a value with its fragments put in is no larger than one file may be.

        Args:
            value: Kept alive by `merging` or by its document.
            place: Where to report that it is not.
            path: What stands there.
            above: Levels that it is put under.

        Raises:
            InvalidDocumentError: It is deeper, or holds more.
        """
        weight = self._scales.weight(value)
        if weight.height + above > DEPTH_MAX:
            message = f"is nested deeper than {DEPTH_MAX} levels with its fragments"
            self._merging.stop(place.diagnostic("SPEC405", message, path, remedy="Flatten it."))
        if weight.values > VALUES_MAX or weight.characters > BYTES_TOTAL_MAX:
            message = f"grows to more than {VALUES_MAX:,} values or {BYTES_TOTAL_MAX:,} characters with its fragments"
            self._merging.stop(place.diagnostic("SPEC405", message, path, remedy="Include less."))

    def use(self, fragment: object, place: Origin, path: Path) -> None:
        """Count what the uses of fragments bring: each is merged with what stands beside it.

        Raises:
            InvalidDocumentError: All uses together bring more than one file may hold.
        """
        weight = self._scales.weight(fragment)
        self._used = Weight(self._used.values + weight.values, self._used.characters + weight.characters)
        if self._used.values > VALUES_MAX or self._used.characters > BYTES_TOTAL_MAX:
            message = f"all fragments together bring more than {VALUES_MAX:,} values or {BYTES_TOTAL_MAX:,} characters of text"
            self._merging.stop(place.diagnostic("SPEC405", message, path, remedy="Include less."))
