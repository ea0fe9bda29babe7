"""The workload catalogue: what each client brings to a host. How to add one: `components/bootstrap/clients/README.md`.

Declarations are here, because spec, plan, rules and verification need them;
`components/bootstrap/clients` renders them into units and configuration.
"""

from schemas.workloads.airnode_feed import AIRNODE_FEED
from schemas.workloads.catalogue import CATALOGUE, NO_WORKLOAD, workload
from schemas.workloads.cometbft import COMETBFT
from schemas.workloads.confio_relayer import CONFIO_RELAYER
from schemas.workloads.etcd_sequencer import ETCD_SEQUENCER, SEQUENCER_POWER
from schemas.workloads.hosts import (
    BASE_KEYS,
    BASE_PORTS,
    BASE_UNITS,
    KEYS_OF_ROLE,
    SANDBOXED_BASE_UNITS,
    fleet_keys_of,
    keys_of,
    ports_of,
    programs_of,
    sandboxed_units_of,
    services_of,
    units_of,
    workload_units_of,
)
from schemas.workloads.model import (
    PORT_STRIDE,
    Assignment,
    Form,
    Port,
    Program,
    Reach,
    Service,
    Sign,
    Tells,
    Trait,
    Workload,
)
from schemas.workloads.simapp import SIMAPP

__all__ = [
    "AIRNODE_FEED",
    "BASE_KEYS",
    "BASE_PORTS",
    "BASE_UNITS",
    "CATALOGUE",
    "COMETBFT",
    "CONFIO_RELAYER",
    "ETCD_SEQUENCER",
    "KEYS_OF_ROLE",
    "NO_WORKLOAD",
    "PORT_STRIDE",
    "SANDBOXED_BASE_UNITS",
    "SEQUENCER_POWER",
    "SIMAPP",
    "Assignment",
    "Form",
    "Port",
    "Program",
    "Reach",
    "Service",
    "Sign",
    "Tells",
    "Trait",
    "Workload",
    "fleet_keys_of",
    "keys_of",
    "ports_of",
    "programs_of",
    "sandboxed_units_of",
    "services_of",
    "units_of",
    "workload",
    "workload_units_of",
]
