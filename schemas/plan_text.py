"""A plan as text: sorted, one decision a line, made to be reviewed as a diff."""

from __future__ import annotations

from schemas.plan import Plan, Promises
from schemas.plan_cost import cost_text, usd_text


def plan_text(plan: Plan) -> str:
    """Return the plan as sorted text, one decision per line: made to be reviewed as a diff."""
    lines = [f"plan {plan.stack} ({plan.network}, {plan.environment})", f"atlas {plan.atlas_version}"]
    lines += [f"chain {c.chain} engine={c.engine} block_time_ms={c.block_time_ms}" for c in plan.chains]
    for fleet in plan.fleets:
        runs = f"{fleet.client} {fleet.client_version}".strip() if fleet.client != "none" else "no workload"
        lines.append(f"fleet {fleet.name} role={fleet.role} runs={runs} {_promises_text(fleet.promises)}".rstrip())
    lines += [f"region {r.region} metro={r.metro} cidr={r.cidr}" for r in plan.regions]
    lines += [
        f"link {k.region} {k.other} round_trip_ms={k.round_trip_ms:g} ({k.round_trip_evidence}) "
        f"jitter_ms={k.jitter_ms:g} ({k.jitter_evidence})"
        for k in plan.links
    ]
    lines += [
        f"host {h.host} {h.region} {h.zone} {h.address} machine={h.machine} disk_gib={h.disk_gib} power={h.power} "
        f"type={h.machine_type or 'unknown'} usd_per_month={usd_text(h.cost_usd_per_month, h.price_evidence)}"
        + f" confidential={h.confidential}"
        * bool(h.confidential)
        for h in plan.hosts
    ]
    lines += [f"cost {cost.fleet or 'in all'} {cost_text(cost)}" for cost in plan.costs]
    lines += [f"note {note}" for note in plan.notes]
    return "\n".join(lines) + "\n"


def _promises_text(promises: Promises) -> str:
    parts: list[str] = []
    if promises.survive:
        parts.append(f"survive={','.join(promises.survive)}")
    if promises.halt_safely:
        parts.append(f"halt_safely={','.join(promises.halt_safely)}")
    if promises.between_members_ms_max is not None:
        parts.append(f"between_members_ms_max={promises.between_members_ms_max:g}")
    if promises.jitter_ms_max is not None:
        parts.append(f"jitter_ms_max={promises.jitter_ms_max:g}")
    parts += [
        f"near={near.hub}@{near.at}<={near.latency_ms_max:g}ms"
        + ("" if near.jitter_ms_max is None else f",jitter<={near.jitter_ms_max:g}ms")
        for near in promises.near
    ]
    parts += [f"near_fleet={near.fleet}<={near.latency_ms_max:g}ms" for near in promises.near_fleets]
    if promises.reports_min is not None:
        parts.append(f"reports_min={promises.reports_min}")
    parts += [f"external={m.operator}@{m.zone or m.region}" + f"*{m.power}" * bool(m.power) for m in promises.external]
    return " ".join(parts)
