"""Which secret files a host has, whatever keeps them: the names in its credential store."""

from __future__ import annotations

from schemas.plan import HostPlan
from schemas.purposes import SECRET_FILES
from schemas.workloads import fleet_keys_of, keys_of


def secret_files(host: HostPlan) -> tuple[str, ...]:
    """Return the names of a host's secret files, sorted; `geofleet keys create` makes one for each.

    They follow its clients: keys that the host must have, and those that it has in common with its fleet, but for
    those that are best kept off hosts.
    """
    wanted = (*keys_of(host.role, host.assignments), *fleet_keys_of(host.assignments))
    return tuple(sorted({SECRET_FILES[purpose] for purpose in wanted if purpose in SECRET_FILES}))
