from __future__ import annotations

from pathlib import Path

import pytest

from schemas import locations


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of the test's own, so that nothing real is written."""
    monkeypatch.setattr(locations, "REPOSITORY", tmp_path)
    return tmp_path / ".geofleet"
