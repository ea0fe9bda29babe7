"""Load a spec: strict YAML, then the models, then what no model can say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from schemas.canonical import canonical_json, sha256_hex
from schemas.diagnostics import MISTAKES_MAX, InvalidDocumentError
from schemas.document import Document, read_file, read_text
from schemas.loading.composing import composed
from schemas.loading.meaning import meaning_problems
from schemas.migrations import older_version
from schemas.spec import Network
from schemas.spec.base import FORMS, HIDDEN
from schemas.structure import Format, structure_problems

_SPEC = Format(model=Network, family="SPEC", forms=FORMS, hidden=HIDDEN)


@dataclass(frozen=True, kw_only=True)
class LoadedSpec:
    """A valid spec, with the document that says where everything stands."""

    network: Network
    document: Document
    sha256: str
    """Of the resolved spec as canonical JSON: comments and layout do not count."""

    def where(self, *path: str | int) -> str:
        """Return `file:line:column` of a value of the spec."""
        return self.document.where(path)


def load_spec(path: Path, *, source: str = "") -> LoadedSpec:
    """Load a spec file, with what it extends and includes.

    Args:
        path: The file.
        source: How messages name it; the path as given when empty.

    Raises:
        InvalidDocumentError: With every mistake found.
    """
    return _load(composed(_current(read_file(path, source=source)), path))


def load_spec_text(text: str, *, source: str = "spec.yaml", path: Path | None = None) -> LoadedSpec:
    """Load a spec from text; see `load_spec`.

    Args:
        text: The spec.
        source: How messages name it.
        path: The file that it is the text of: what it extends and includes is found from there. Without one it can
            name no files.

    Raises:
        InvalidDocumentError: With every mistake found.
    """
    return _load(composed(_current(read_text(text, source=source)), path))


def _current(document: Document) -> Document:
    older = older_version(document)
    if older is not None:
        raise InvalidDocumentError([older])
    return document


def _load(document: Document) -> LoadedSpec:
    try:
        # JSON mode lets strict models take lists as tuples and text as enums, and nothing else.
        network = Network.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _SPEC)) from None
    problems = list(islice(meaning_problems(document, network), MISTAKES_MAX))
    if problems:
        raise InvalidDocumentError(problems)
    # Without defaults: a field that a later version adds changes no hash, so it unsettles no plan lock.
    text = canonical_json(network.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return LoadedSpec(network=network, document=document, sha256=sha256_hex(text))
