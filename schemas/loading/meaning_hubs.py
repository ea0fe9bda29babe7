"""Hubs: known to the atlas, and known well enough for the limits that are measured to them."""

from __future__ import annotations

from schemas import atlas
from schemas.diagnostics import Path, nearest
from schemas.loading.judged import Judged, Problems
from schemas.spec import AtlasHub, Hub, NearHub, PointHub, RegionHub


def hub_region(hub: Hub) -> str | None:
    """Return the region that a hub is in or next to; None where none is, or the atlas lacks the hub."""
    if isinstance(hub, RegionHub):
        return hub.at
    found = atlas.hubs().get(hub.atlas) if isinstance(hub, AtlasHub) else None
    return found.region if found else None


def hub_problems(judged: Judged) -> Problems:
    """Yield each hub whose region, or whose name, the atlas lacks."""
    for name, hub in judged.network.hubs.items():
        if isinstance(hub, RegionHub) and hub.at not in judged.places:
            yield judged.problem(
                "SPEC301", f"region '{hub.at}' is not in the atlas", ("hubs", name, "at"),
                remedy=nearest(hub.at, judged.places),
            )  # fmt: skip
        elif isinstance(hub, AtlasHub) and hub.atlas not in atlas.hubs():
            yield judged.problem(
                "SPEC318", f"hub '{hub.atlas}' is not in the atlas", ("hubs", name, "atlas"),
                remedy=nearest(hub.atlas, atlas.hubs()),
            )  # fmt: skip


def limit_problems(judged: Judged, near: NearHub, hub: Hub, at: Path) -> Problems:
    """Yield that a hard limit is measured to a hub whose place nobody vouches for, or to no region at all."""
    if near.latency_ms_max is None:
        if near.jitter_ms_max is not None:
            yield judged.problem(
                "SPEC319", "limits the jitter to a hub that is only a wish", (*at, "jitter_ms_max"), of_key=True,
                remedy="Add 'latency_ms_max', or remove 'jitter_ms_max'.",
            )  # fmt: skip
        return
    why, instead = "", f"name a region ('{near.hub}: {{at: ...}}')"
    if isinstance(hub, PointHub):
        why = f"hub '{near.hub}' is known by coordinates only, and an estimate keeps no promise"
    elif isinstance(hub, AtlasHub):
        known = atlas.hubs().get(hub.atlas)
        if known is not None and not known.is_proof:
            why = f"the place of hub '{near.hub}' has evidence of grade {known.grade}: nobody vouches for it"
        elif known is not None and known.region is None:
            why = f"no region is in the city of hub '{near.hub}' ({known.city}), and an estimate keeps no promise"
    if why:
        yield judged.problem(
            "SPEC319", why, (*at, "latency_ms_max"),
            remedy=f"Leave 'latency_ms_max' out: then it is a wish. Or {instead}.",
        )  # fmt: skip
