"""The sequencers' three units: etcd, the node, and the signer between node and key."""

from __future__ import annotations

from collections.abc import Mapping

from components.bootstrap.clients.cometbft.genesis import genesis_of, validator_of
from components.bootstrap.clients.etcd_sequencer.config import cometbft_config, etcd_config, signer_settings
from components.bootstrap.clients.rendering import HostProgram, Rendering, UnitSections, View
from components.bootstrap.members import ledger_key
from components.bootstrap.programs import PACKAGE, PYTHON, program
from components.bootstrap.unit import SANDBOX, Section
from schemas import workloads
from schemas.ledger import Ledger, Purpose
from schemas.plan import HostPlan, Plan
from schemas.readings import CONFIGURATION_DIR
from schemas.workloads import SEQUENCER_POWER, Service

_PROGRAMS = tuple(
    HostProgram(name=name, text=program(name))
    for name in (
        "etcd.py", "node_home.py", "own_node.py", "privval.py", "sequencer_desk.py", "sequencer_node.py",
        "sequencer_signer.py", "watermark.py",
    )
)  # fmt: skip


def _units(service: Service, address: str) -> Mapping[str, UnitSections]:
    del address
    node, etcd, signer = service.units
    return {node: _node(service), etcd: _etcd(service), signer: _signer(service)}


def _unit(description: str, binary: str) -> Section:
    return (
        ("Description", description),
        ("ConditionPathExists", binary),
        ("After", "network-online.target"),
        ("StartLimitIntervalSec", "0"),
    )


def _common(service: Service) -> Section:
    return (
        *SANDBOX,
        *PYTHON,
        ("User", service.workload.user),
        ("Restart", "always"),
        ("RestartSec", "1"),
        ("TasksMax", "512"),
        ("LimitNOFILE", "8192"),
    )


def _node(service: Service) -> UnitSections:
    binary, name = "/usr/local/bin/cometbft", service.name
    arguments = f"{binary} /run/{name} /run/{service.unit_names[2]}/lead /run/{name}/signer.sock"
    return {
        "Unit": _unit("Sequencer: full node of the chain, which the signer serves while this host leads", binary),
        "Service": (
            *_common(service),
            ("Environment", f"HOME=/run/{name}"),
            *(("LoadCredential", f"{key}:/run/credstore/{key}") for key in ("node.json", "observer.json")),
            ("RuntimeDirectory", name),
            ("RuntimeDirectoryMode", "0700"),
            ("ReadWritePaths", f"-/data/{name}"),
            ("ExecStartPre", f"/usr/bin/python3 -m {PACKAGE}.node_home {name} {binary}"),
            ("ExecStart", f"/usr/bin/python3 -m {PACKAGE}.sequencer_node {arguments}"),
            ("TimeoutStartSec", "120"),
        ),
    }


def _etcd(service: Service) -> UnitSections:
    binary = "/usr/local/bin/etcd"
    file = f"{CONFIGURATION_DIR}/{service.unit_names[1]}/etcd.yaml"
    return {
        "Unit": _unit("Sequencer: elects the leader, keeps the record of what was signed", binary),
        "Service": (
            *_common(service),
            ("ReadWritePaths", f"-/data/{service.name}"),
            ("ExecStart", f"{binary} --config-file {file}"),
            ("MemoryMax", "512M"),
        ),
    }


def _signer(service: Service) -> UnitSections:
    name = service.unit_names[2]
    return {
        "Unit": _unit("Sequencer: holds the key, signs what etcd's record allows", "/usr/local/bin/etcd"),
        "Service": (
            *_common(service),
            ("LoadCredential", "sequencer.json:/run/credstore/sequencer.json"),
            ("RuntimeDirectory", name),
            ("RuntimeDirectoryMode", "0700"),
            ("StateDirectory", name),
            ("StateDirectoryMode", "0700"),
            ("ExecStart", f"/usr/bin/python3 -m {PACKAGE}.sequencer_signer {name}/signer.json"),
            ("MemoryMax", "128M"),
        ),
    }


def _files(view: View, host: HostPlan, service: Service) -> Mapping[str, str]:
    node, etcd, signer = service.unit_names
    return {
        f"{node}/config.toml": cometbft_config(view.plan, view.ledger, host, service).to_toml(),
        f"{node}/genesis.json": view.genesis[view.plan.fleet(host.fleet).chain],
        f"{etcd}/etcd.yaml": etcd_config(view.plan, view.ledger, host, service),
        f"{signer}/signer.json": signer_settings(view.plan, view.ledger, host, service),
    }


def _genesis(plan: Plan, ledger: Ledger, chain: str) -> str:
    """Return the genesis of a chain whose one validator is a fleet.

    Raises:
        MissingKeyError: The ledger lacks the fleet's key.
    """
    fleet = next(fleet.name for fleet in plan.fleets if fleet.chain == chain)
    key = ledger_key(ledger, fleet, Purpose.SEQUENCER)
    return genesis_of(plan, ledger, chain, [validator_of(key, name=fleet, power=SEQUENCER_POWER)])


ETCD_SEQUENCER = Rendering(
    workload=workloads.ETCD_SEQUENCER, units=_units, files=_files, programs=_PROGRAMS, genesis=_genesis
)
