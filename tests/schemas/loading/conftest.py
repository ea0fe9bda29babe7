from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file
from schemas.loading.composing import composed

Compose = Callable[..., Document]
Refuse = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files by name into a repository of the test's own; return the spec's path."""
    (tmp_path / ".git").mkdir()

    def write_files(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return tmp_path / "spec.yaml"

    return write_files


@pytest.fixture
def compose(write: Callable[[dict[str, str]], Path]) -> Compose:
    """Compose `spec.yaml` of the given files, which are named as they are in the folder."""

    def run(**files: str) -> Document:
        path = write({f"{name.replace('__', '/')}.yaml": text for name, text in files.items()})
        return composed(read_file(path, source="spec.yaml"), path)

    return run


@pytest.fixture
def refuse(compose: Compose) -> Refuse:
    """Return the first line of each mistake, with its notes, of files that cannot be composed."""

    def run(**files: str) -> str:
        with pytest.raises(InvalidDocumentError) as caught:
            compose(**files)
        return "\n".join(found.text().splitlines()[0] for found in caught.value.diagnostics)

    return run
