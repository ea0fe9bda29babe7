"""Writing evidence to files: the page and the document, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from operations.audit.page import page
from operations.rewriting import write_anew
from schemas.atlas import Atlas
from schemas.audit import EvidenceDocument
from schemas.errors import UsageError

PAGE_FILE, DOCUMENT_FILE = "evidence.html", "evidence.json"


def write_evidence(found: EvidenceDocument, folder: Path, atlas: Atlas) -> tuple[Path, Path]:
    """Write page and document into a folder, which is made; return their paths.

    Raises:
        UsageError: The folder's name is a file's.
        AtlasError: Atlas and plan lack a region.
    """
    envelope = found.to_json()
    texts = {
        folder / PAGE_FILE: page(found, envelope["content_sha256"], atlas),
        folder / DOCUMENT_FILE: json.dumps(envelope, indent=1, ensure_ascii=False) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"'{folder}' is no folder", remedy="Name one that exists, or can be made.") from error
    for path, text in texts.items():
        write_anew(path, text)
    return folder / PAGE_FILE, folder / DOCUMENT_FILE
