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
from schemas.loading.meaning import meaning_problems
from schemas.spec import Network
from schemas.spec.base import FORMS
from schemas.structure import Format, structure_problems

_SPEC = Format(model=Network, family="SPEC", forms=FORMS)


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
    """Load a spec file.

    Raises:
        InvalidDocumentError: With every mistake found.
    """
    return _load(read_file(path, source=source))


def load_spec_text(text: str, *, source: str = "spec.yaml") -> LoadedSpec:
    """Load a spec from text; see `load_spec`."""
    return _load(read_text(text, source=source))


def _load(document: Document) -> LoadedSpec:
    try:
        # JSON mode lets strict models take lists as tuples and text as enums, and nothing else.
        network = Network.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        raise InvalidDocumentError(structure_problems(document, error, _SPEC)) from None
    problems = list(islice(meaning_problems(document, network), MISTAKES_MAX))
    if problems:
        raise InvalidDocumentError(problems)
    text = canonical_json(network.model_dump(mode="json", by_alias=True))
    return LoadedSpec(network=network, document=document, sha256=sha256_hex(text))
