"""Writing SVG: elements as text, numbers short and always the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

Attribute = str | float | int | None

_WIDE, _NARROW = "MWmw@%~", "iljtfrI.,:;'|!()[] -"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle in pixels; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlap(self, other: Box, gap: float = 0.0) -> float:
        """Return the area in which two boxes, each with half a gap around it, overlap."""
        across = min(self.right, other.right) - max(self.x, other.x) + gap
        down = min(self.bottom, other.bottom) - max(self.y, other.y) + gap
        return across * down if across > 0 and down > 0 else 0.0

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Return whether a point is inside, or within a margin."""
        return self.x - margin <= x <= self.right + margin and self.y - margin <= y <= self.bottom + margin

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the box that is nearest to a point."""
        return min(max(x, self.x), self.right), min(max(y, self.y), self.bottom)


def number(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def tag(name: str, *children: str, **attributes: Attribute) -> str:
    """Return an element.

    Args:
        name: Its name.
        children: Markup inside it, as `tag` and `words` return it.
        attributes: `class_` is `class`, `text_anchor` is `text-anchor`; None leaves one out.
    """
    given = "".join(f' {_attribute(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    inner = "".join(children)
    return f"<{name}{given}>{inner}</{name}>" if inner else f"<{name}{given}/>"


def words(text: str) -> str:
    """Return text as markup."""
    return escape(text, quote=False)


def label(text: str, x: float, y: float, **attributes: Attribute) -> str:
    """Return a line of text whose base line starts at a point."""
    return tag("text", words(text), x=x, y=y, **attributes)


def line(points: Iterable[tuple[float, float]], *children: str, **attributes: Attribute) -> str:
    """Return a path through points."""
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return tag("path", *children, d=f"M{path}", fill="none", **attributes)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide text is in a sans-serif face of a size in pixels; rather too much than too little."""
    units = sum(0.95 if c in _WIDE else 0.39 if c in _NARROW else 0.71 if c.isupper() else 0.635 for c in text)
    return units * size * (1.14 if bold else 1.0)


def identifier(*words_of_it: str) -> str:
    """Return an identifier that is one in XML too, whatever a stack is called."""
    return "-".join(re.sub(r"[^A-Za-z0-9_-]", "-", word) for word in words_of_it)


def wrapped(parts: Iterable[str], size: float, width: float) -> list[str]:
    """Return parts joined by semicolons into lines that fit a width in pixels."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}; {part}" if lines else part
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def document(size: tuple[float, float], parts: Iterable[str], *, name: str, title: str, description: str) -> str:
    """Return the file: one element a line, with a title and a description for those who do not see it.

    Args:
        size: Width and height in pixels.
        parts: The elements, style first.
        name: Makes identifiers unique where several pictures are on one page.
        title: What it is.
        description: What it shows, in words.
    """
    width, height = (number(length) for length in size)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{escape(name)}-title {escape(name)}-description">'
    )
    told = [
        tag("title", words(title), id=f"{name}-title"),
        tag("desc", words(description), id=f"{name}-description"),
    ]
    return "\n".join([head, *told, *parts, "</svg>"]) + "\n"


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return escape(value) if isinstance(value, str) else number(value or 0)
