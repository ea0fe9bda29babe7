"""How large a value is when everything in it is written out: one list used in ten places counts ten times."""

from __future__ import annotations

from typing import Any, NamedTuple


class Weight(NamedTuple):
    """What a value would be as text of its own."""

    values: int = 1
    characters: int = 0
    """Of keys and text."""
    height: int = 0
    """Levels of lists and mappings."""


class Scales:
    """Weighs values that share parts, each part once; every value must be kept alive by its owner."""

    def __init__(self) -> None:
        self._known: dict[int, Weight] = {}

    def weight(self, value: Any) -> Weight:
        """Return the weight of a value of bounded height."""
        if not isinstance(value, dict | list):
            return Weight(1, len(value) if isinstance(value, str) else 0)
        known = self._known.get(id(value))
        if known is None:
            parts = [self.weight(part) for part in (value.values() if isinstance(value, dict) else value)]
            keys = sum(map(len, value)) if isinstance(value, dict) else 0
            known = self._known[id(value)] = Weight(
                values=1 + sum(part.values for part in parts),
                characters=keys + sum(part.characters for part in parts),
                height=1 + max((part.height for part in parts), default=0),
            )
        return known
