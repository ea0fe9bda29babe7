"""Machines, confidential computing, placement's objective, budgets."""

from __future__ import annotations

from schemas.diagnostics import Path
from schemas.loading.judged import Judged, Problems, listed
from schemas.spec import Fleet, Placement

KINDS_OF_PROVIDER = {"aws": ("nitro", "sev_snp"), "gcp": ("sev_snp", "tdx")}
"""Confidential computing that a cloud sells: Nitro Enclaves on AWS alone, TDX on GCP alone (July 2026)."""


def machine_problems(judged: Judged, fleet: Fleet, at: Path, allowed: frozenset[str]) -> Problems:
    """Yield what is wrong with a fleet's machines and how places are chosen for them."""
    yield from _confidential(judged, fleet, at, allowed)
    yield from placement_problems(judged, fleet.placement, (*at, "placement"))
    whole, part = judged.network.budget, fleet.budget
    if whole is not None and part is not None and part.cost_usd_per_month_max > whole.cost_usd_per_month_max:
        yield judged.problem(
            "SPEC364", f"is more than the {whole.cost_usd_per_month_max:.12g} USD of the whole network",
            (*at, "budget", "cost_usd_per_month_max"), remedy="Lower it, or raise the budget of the network.",
        )  # fmt: skip


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
