"""A spec, its bases (`extends`) and its fragments (`include`) to one document; docs/composition.md is for its users.

Bases stand in one line: each file once, never over a file that extends it. Every file is read and filled with its
fragments once, then laid over the ones before it.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

from schemas.document import Document
from schemas.loading.composed import ComposedDocument, How, Origin, SourceFile
from schemas.loading.filling import EXTENDS, INCLUDE, Filling
from schemas.loading.merging import Merging
from schemas.loading.reading import File, Files
from schemas.migrations import older_version

_SIGNS = (EXTENDS, INCLUDE, "\\")
"""Looked for in the text before the tree is searched: a key is one of the words, or written with escapes."""

_AGREED = ("apiVersion", "kind")
"""Files that differ in these are of two formats, and their keys cannot be compared."""


def composed(document: Document, path: FilePath | None) -> Document:
    """Return a spec with its bases and fragments put in; the document itself when it names none.

    Args:
        document: The spec as it was read.
        path: Its file; None for text from elsewhere, which can name no files.

    Raises:
        InvalidDocumentError: Files cannot be used, or do not fit each other; every mistake is named.
    """
    if not any(sign in document.text for sign in _SIGNS) or not _names_files(document.value):
        return document
    merging = Merging()
    files = Files(document, path, merging)
    order: list[File] = []
    _line_up(files.spec, files, merging, order)
    _require_agreement(order, merging)
    filling = Filling(files, merging)
    result = filling.base(order[0])
    for file in order[1:]:
        result = merging.over(filling.base(file), result, ())
    merging.finish()
    files.require_small(result.value, result.at.value, ())
    return ComposedDocument(
        source=document.source,
        value=result.value,
        text=document.text,
        root_span=document.root_span,
        places=document.places,
        merged=merging.merged,
        files=tuple(SourceFile(document=f.document, how=f.how, depth=len(f.route) - 1) for f in files.all),
        chain=tuple(file.document.source for file in reversed(order)),
    )


def _names_files(root: Any) -> bool:
    """Return whether any mapping has a key that composition knows."""
    waiting, seen = [root], set()
    while waiting:
        value = waiting.pop()
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict) and (EXTENDS in value or INCLUDE in value):
            return True
        waiting.extend(value.values() if isinstance(value, dict) else value)
    return False


def _line_up(file: File, files: Files, merging: Merging, order: list[File]) -> None:
    """Append a file to the line, after everything that it extends."""
    if isinstance(file.document.value, dict) and EXTENDS in file.document.value:
        for base, place in files.named(file.root, EXTENDS, (), how=How.INHERITED):
            if not isinstance(base.document.value, dict):
                message = f"'{base.document.source}' is not a mapping, and nothing can be laid over it"
                remedy = "Name a spec, or a part of one."
                merging.problem(place.diagnostic("SPEC407", message, (EXTENDS,), remedy=remedy))
                continue
            file.bases.append((base, place))
            if base not in order:
                files.open.append(base)
                _line_up(base, files, merging, order)
                files.open.pop()
    order.append(file)
    for (first, _), (second, place) in pairwise(file.bases):
        if order.index(first) >= order.index(second):
            message = f"'{second.document.source}' cannot stand over '{first.document.source}'"
            if first is not second:
                message += f": the order is {', '.join(item.document.source for item in order[:-1])}"
            remedy = "Every file stands once, over what it extends: leave it out, or change the order."
            merging.problem(place.diagnostic("SPEC410", message, (EXTENDS,), remedy=remedy))


def _require_agreement(order: list[File], merging: Merging) -> None:
    """Require that all files which name their format name the same, and that it is the current one."""
    older = [found for file in order if (found := older_version(file.document)) is not None]
    for found in older:
        merging.problem(found)
    if older:
        return
    for key in _AGREED:
        first: tuple[Any, Origin] | None = None
        for file in reversed(order):
            root = file.document.value
            if not isinstance(root, dict) or root.get(key) is None:
                continue
            place = Origin(file.document, file.document.places[id(root)].values[key])
            first = first or (root[key], place)
            if root[key] != first[0]:
                message = f"differs from '{root[key]}' in a base, at {place.text}"
                remedy = f"Bring all files to one '{key}'; a base may leave it out."
                merging.problem(first[1].diagnostic("SPEC411", message, (key,), remedy=remedy))
