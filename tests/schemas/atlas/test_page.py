"""docs/atlas.md is what the tables say today."""

from __future__ import annotations

from schemas.atlas import hubs, regions
from schemas.atlas.page import FILE, atlas_page


def test_the_page_is_fresh() -> None:
    assert FILE.read_text(encoding="utf-8") == atlas_page(), "stale: python -m schemas.atlas.page"


def test_the_page_names_every_region_every_hub_and_the_error_of_estimates() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert [name for name in regions() if f"\n| `{name}` |" not in text] == []
    assert [name for name in hubs() if f"\n| `{name}` |" not in text] == []
    assert "| composed through a shared metro | 294 | 4.1% | 16.8% | 96.3% |" in text
