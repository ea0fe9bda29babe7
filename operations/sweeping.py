"""Remove what no plan wants: hosts that a killed run made and a later plan forgot."""

from __future__ import annotations

from lab import containers, network
from operations.console import say
from schemas.plan import Plan


def sweep_unplanned(plan: Plan) -> tuple[str, ...]:
    """Remove containers and namespaces of this stack whose host is not in the plan; volumes stay.

    Returns:
        The hosts that were swept.
    """
    wanted = {host.host for host in plan.hosts}
    swept = tuple(sorted(set(containers.containers_of(plan.stack)) - wanted))
    for host in swept:
        say(f"{host} is in no plan: its container and namespace are removed, its data volume stays")
        containers.remove_host(plan.stack, host)
        network.remove_host(plan.stack, host)
    return swept
