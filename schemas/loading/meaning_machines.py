"""Machines, confidential computing, placement's objective, budgets."""

from __future__ import annotations

from schemas.atlas.machines import ARCHITECTURE, machine_types
from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems, listed
from schemas.spec import Fleet, Placement
from schemas.spec.machines import Machine

KINDS_OF_PROVIDER = {"aws": ("nitro", "sev_snp"), "gcp": ("sev_snp", "tdx")}
"""Confidential computing that a cloud sells: Nitro Enclaves on AWS alone, TDX on GCP alone (July 2026)."""


def machine_problems(judged: Judged, fleet: Fleet, at: Path, allowed: frozenset[str]) -> Problems:
    """Yield what is wrong with a fleet's machines and how places are chosen for them."""
    yield from _confidential(judged, fleet, at, allowed)
    yield from _machine_types(judged, fleet.machine, fleet, (*at, "machine"))
    for position, member in enumerate(fleet.members):
        if member.machine is not None:
            yield from _machine_types(judged, member.machine, fleet, (*at, "members", position, "machine"))
    yield from placement_problems(judged, fleet.placement, (*at, "placement"))
    whole, part = judged.network.budget, fleet.budget
    if whole is not None and part is not None and part.cost_usd_per_month_max > whole.cost_usd_per_month_max:
        yield judged.problem(
            "SPEC364", f"is more than the {whole.cost_usd_per_month_max:.12g} USD of the whole network",
            (*at, "budget", "cost_usd_per_month_max"), remedy="Lower it, or raise the budget of the network.",
        )  # fmt: skip


def _machine_types(judged: Judged, machine: Machine, fleet: Fleet, at: Path) -> Problems:
    """Yield that a machine type is named that is known to be less than what the spec asks for, or runs no node."""
    for provider, name in machine.type.items():
        known = machine_types().get(f"{provider}:{name}")
        if known is None:
            continue  # newer than the atlas, perhaps: its price is then unknown, and the plan says so
        has = {"vcpu": known.vcpu, "memory_gib": known.memory_gib, "local_disk_gib": known.local_disk_gib or 0}
        short = [key for key, size in has.items() if key in machine.model_fields_set and size < getattr(machine, key)]
        if known.architecture != ARCHITECTURE:
            why, remedy = f"is {known.architecture}: node software is built for {ARCHITECTURE}", "Name another type."
        elif short:
            why = f"has {short[0]} {has[short[0]]:g}, the spec asks for {getattr(machine, short[0])}"
            remedy = f"Name a larger type (geofleet atlas machines), or lower '{short[0]}'."
        else:
            continue
        yield judged.problem("SPEC366", f"'{name}' {why}", (*at, "type", provider), remedy=remedy)


def _confidential(judged: Judged, fleet: Fleet, at: Path, allowed: frozenset[str]) -> Problems:
    kinds = fleet.confidential_kinds
    if kinds and fleet.confidential == "none":
        yield judged.problem(
            "SPEC362", "names kinds, but the fleet asks for no confidential hosts", (*at, "confidential_kinds"),
            of_key=True, remedy="Add 'confidential: preferred' or 'confidential: required', or remove the kinds.",
        )  # fmt: skip
    for position, kind in enumerate(kinds):
        if kind in kinds[:position]:
            yield judged.problem(
                "SPEC362", f"'{kind}' is named twice", (*at, "confidential_kinds", position), remedy="Remove it here."
            )
    regions = {member.region for member in fleet.members} or allowed
    providers = sorted({region.partition(":")[0] for region in regions})
    sold = {kind for provider in providers for kind in KINDS_OF_PROVIDER.get(provider, ())}
    wanted = set(kinds) or {"nitro", "sev_snp", "tdx"}
    if fleet.confidential == "required" and providers and not wanted & sold:
        has = f"sold there: {listed(sorted(sold))}" if sold else "no kind is sold there"
        yield judged.problem(
            "SPEC363", f"nowhere to be had: the fleet can be with {listed(providers)} only; {has}",
            (*at, "confidential"),
            remedy="Allow another provider or kind, or write 'preferred'.",
        )  # fmt: skip


def placement_problems(judged: Judged, placement: Placement | None, path: Path) -> Problems:
    """Yield that an objective and its weights do not fit each other."""
    if placement is None:
        return
    weights = placement.weights
    if placement.objective == "weighted" and (weights is None or not any(weights.model_dump().values())):
        yield judged.problem(
            "SPEC361", "objective 'weighted' needs a weight above 0", path, of_key=True,
            remedy="Add 'weights:' with cost, commit_latency, hub_latency or jitter.",
        )  # fmt: skip
    elif placement.objective != "weighted" and weights is not None:
        yield judged.problem(
            "SPEC361", f"is for objective 'weighted', not '{placement.objective}'", (*path, "weights"), of_key=True,
            remedy="Remove 'weights', or choose 'weighted'.",
        )  # fmt: skip
