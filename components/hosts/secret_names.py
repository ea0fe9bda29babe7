"""Which secret files a host has, whatever keeps them: the names in its credential store."""

from __future__ import annotations

from schemas.plan import HostPlan
from schemas.roles import Role
from schemas.workloads import fleet_keys_of


def secret_files(host: HostPlan) -> tuple[str, ...]:
    """Return the names of a host's secret files, sorted; `geofleet keys create` makes one for each."""
    files = {"ssh_host_ed25519_key"}
    if host.role is Role.VALIDATOR:
        files |= {"consensus.json", "node.json"}
    if fleet_keys_of(host.assignments):
        files |= {"node.json", "observer.json", "sequencer.json"}
    return tuple(sorted(files))
