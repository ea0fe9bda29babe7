"""Every client that hosts can run, by name: the one list that firewall, keys, spec and checks go by."""

from __future__ import annotations

from schemas.workloads.airnode_feed import AIRNODE_FEED
from schemas.workloads.cometbft import COMETBFT
from schemas.workloads.confio_relayer import CONFIO_RELAYER
from schemas.workloads.etcd_sequencer import ETCD_SEQUENCER
from schemas.workloads.model import Workload
from schemas.workloads.simapp import SIMAPP

NO_WORKLOAD = "none"
"""Client of a fleet whose spec says `workload: none`."""

CATALOGUE: dict[str, Workload] = {
    workload.client: workload for workload in (AIRNODE_FEED, COMETBFT, CONFIO_RELAYER, ETCD_SEQUENCER, SIMAPP)
}
"""Client to declaration. A client of the catalogue is one entry here and one in `components/bootstrap/clients`."""


def workload(client: str) -> Workload | None:
    """Return a client's declaration; None for `none`, the client of hosts that run nothing yet."""
    return None if client == NO_WORKLOAD else CATALOGUE[client]
