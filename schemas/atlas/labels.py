"""Canonical ids of metros and providers: two spellings of one place must not count as two failure domains."""

from __future__ import annotations

from functools import cache

from schemas.atlas.regions import regions
from schemas.atlas.tables import rows


@cache
def aliases(kind: str) -> dict[str, str]:
    """Return spelling (lower case) to canonical id; kind is `metro` or `provider`."""
    found = {row["label"]: row["canonical"] for row in rows("labels") if row["kind"] == kind}
    if kind == "metro":
        found.update({region.city.lower(): region.metro for region in regions().values() if region.city})
    return found


def canonical_metro(label: str) -> str:
    """Return the id of a metro, whatever it is called: `Frankfurt am Main` is `frankfurt`."""
    return _canonical("metro", label)


def canonical_provider(label: str) -> str:
    """Return the id of a provider, whatever it is called: `AS14618` and `AS16509` are `aws`."""
    return _canonical("provider", label)


def _canonical(kind: str, label: str) -> str:
    """Return the id that the table has; any other label as an id of its own: lower case, dashes for spaces."""
    name = " ".join(label.split()).lower()
    return aliases(kind).get(name, name.replace(" ", "-"))
