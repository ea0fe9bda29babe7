"""Writing a plan's pictures to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from operations.pictures.fleet_map import map_svg
from operations.pictures.heat_map import matrix_svg
from operations.rewriting import write_anew
from schemas.atlas import Atlas
from schemas.errors import UsageError
from schemas.plan import Plan

Draw = Callable[[Plan, Atlas], str]

PICTURES: dict[str, Draw] = {"map": map_svg, "matrix": matrix_svg}
"""Option of `geofleet plan` to what draws it."""


def write_picture(kind: str, path: Path, plan: Plan, atlas: Atlas) -> None:
    """Write a picture, whole or not at all.

    Args:
        kind: One of `PICTURES`.
        path: The file, `.svg`; overwritten when it exists.
        plan: What is drawn.
        atlas: What is known of the world: the one that the plan was made with.

    Raises:
        UsageError: The file's name or folder cannot be right.
        AtlasError: Atlas and plan lack a region.
    """
    write_svg(path, lambda: PICTURES[kind](plan, atlas))


def write_svg(path: Path, draw: Callable[[], str]) -> None:
    """Write a picture, whole or not at all; what cannot be written is not drawn first.

    Args:
        path: The file, `.svg`; overwritten when it exists.
        draw: Returns the picture as SVG.

    Raises:
        UsageError: The file's name or folder cannot be right.
    """
    if path.suffix != ".svg":
        raise UsageError(f"'{path}' does not end in .svg", remedy="Pictures are SVG; name the file NAME.svg.")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}'", remedy=f"Make it: mkdir -p {path.parent}.")
    write_anew(path, draw())
