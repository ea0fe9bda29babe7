from __future__ import annotations

from pathlib import Path

import pytest

from operations.pictures.files import write_picture
from schemas.atlas import PUBLISHED
from schemas.errors import UsageError


@pytest.mark.parametrize("kind", ["map", "matrix"])
def test_a_picture_is_written_over_an_older_one(make_plan, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a.svg"
    file.write_text("old")
    write_picture(kind, file, make_plan(validators="aws:use1-az1"), PUBLISHED)
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_another_form_than_svg_is_refused(make_plan, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_picture("map", Path("a.png"), make_plan(validators="aws:use1-az1"), PUBLISHED)
    assert (str(caught.value), caught.value.remedy) == (
        "'a.png' does not end in .svg", "Pictures are SVG; name the file NAME.svg.",
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        write_picture("map", Path("nowhere/a.svg"), make_plan(validators="aws:use1-az1"), PUBLISHED)
    assert (str(caught.value), caught.value.remedy) == ("there is no folder 'nowhere'", "Make it: mkdir -p nowhere.")
