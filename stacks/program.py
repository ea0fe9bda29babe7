"""What `pulumi up` builds: a stack's locked plan, with its keys and configuration. No choice is made here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi

from components.bootstrap.boot import BootData, user_data
from components.bootstrap.clients.airnode_feed.config import STAND_IN_EVM_PORT
from components.bootstrap.clients.confio_relayer.config import relayers_of
from components.bootstrap.configuration import network_configuration
from components.fleets.fleet import FleetArgs
from components.fleets.network import Network, NetworkArgs
from components.hosts.backend import Backend, SignedConfiguration
from components.hosts.cloud import CloudBackend
from components.hosts.host import HostArgs
from components.hosts.lab import LabBackend, stand_ins_address
from schemas.artifacts import artifact_sha256
from schemas.errors import EnvironmentMissingError, UsageError
from schemas.facts import HostFacts, facts_of
from schemas.inventory import Inventory, InventoryChain, InventoryLink, InventoryPair, InventoryPath
from schemas.ledger import Ledger, Purpose
from schemas.locations import artifact_path, cache_dir
from schemas.plan import HostPlan, Plan
from schemas.workloads import NO_WORKLOAD, fleet_keys_of, programs_of
from stacks.clouds import cloud_artifacts, cloud_backend, cloud_providers
from stacks.signing import deployer_key, signature
from stacks.stack import locked_plan, stack_files, stack_ledger


def run() -> None:
    """Build the selected stack on the configured target.

    Raises:
        FleetError: Spec, lock, ledger, cache or target do not allow it.
    """
    name, target = pulumi.get_stack(), pulumi.Config("geofleet").get("target") or "lab"
    files = stack_files(name)
    _, plan = locked_plan(files)
    ledger = stack_ledger(files)
    backend, providers = backend_for(target, plan)
    args = network_args(plan, ledger, backend)
    Network(name, args, backend, pulumi.ResourceOptions(providers=providers))
    pulumi.export("inventory", inventory(plan, ledger, target).to_json())


def backend_for(target: str, plan: Plan) -> tuple[Backend, list[pulumi.ProviderResource]]:
    """Return the back end that a target names, and the providers of its accounts.

    Raises:
        UsageError: No back end has this name, or the stack's configuration lacks what it must be told.
        EnvironmentMissingError: The lab's host image, or the packages of cloud hosts, are not in the cache.
    """
    if target == CloudBackend.target:
        config = pulumi.Config("geofleet")
        return cloud_backend(plan, config), cloud_providers(plan, config)
    if target != LabBackend.target:
        raise UsageError(
            f"target '{target}' has no back end; 'lab' and 'cloud' have",
            remedy="Set it back: pulumi config set geofleet:target lab.",
        )
    return LabBackend(image=host_image()), []


def host_image() -> str:
    """Return the host image that `make setup` built.

    Raises:
        EnvironmentMissingError: There is none.
    """
    record = cache_dir() / "image.json"
    try:
        return str(json.loads(record.read_text(encoding="utf-8"))["image"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentMissingError(f"no host image is recorded in {record}", remedy="Run: make setup.") from error


def network_args(plan: Plan, ledger: Ledger, backend: Backend) -> NetworkArgs:
    """Return everything that a network is built from; reads the cache's index and the deployer's key."""
    fleets = tuple(
        FleetArgs(
            plan=fleet,
            hosts=tuple(_host_args(plan, host, ledger, backend) for host in plan.hosts_of(fleet.name)),
        )
        for fleet in plan.fleets
    )
    programs = {(program.name, version) for host in plan.hosts for program, version in programs_of(host.assignments)}
    artifacts = {sha256: artifact_path(sha256) for sha256 in (artifact_sha256(*program) for program in programs)}
    if backend.target == CloudBackend.target:
        artifacts |= cloud_artifacts()
    return NetworkArgs(
        plan=plan,
        fleets=fleets,
        configuration=signed_configuration(plan, ledger, artifacts, stand_ins=_stand_ins(plan, backend)),
    )


def _stand_ins(plan: Plan, backend: Backend) -> str:
    return stand_ins_address(plan) if backend.target == LabBackend.target else ""


def signed_configuration(
    plan: Plan, ledger: Ledger, artifacts: Mapping[str, Path], *, stand_ins: str = ""
) -> SignedConfiguration:
    """Return the stack's network configuration with the deployer's signatures.

    Args:
        plan: The stack's plan.
        ledger: Its keys.
        artifacts: SHA-256 to the cached files that hosts fetch by hash.
        stand_ins: Address of the lab's stand-ins; empty: hosts ask the world.
    """
    configuration = network_configuration(plan, ledger, stand_ins=stand_ins)
    key = deployer_key(plan.stack)
    return SignedConfiguration(
        documents=configuration.documents,
        signatures={host: signature(key, text) for host, text in configuration.documents.items()},
        blobs=configuration.blobs,
        artifacts=artifacts,
    )


def inventory(plan: Plan, ledger: Ledger, target: str) -> Inventory:
    """Return what verification and status need to know of a stack; all of it known at preview."""
    return Inventory(
        stack=plan.stack,
        target=target,
        operator_namespace=f"gf-{plan.stack}-operator" if target == LabBackend.target else "",
        network_cidr=plan.network_cidr,
        operator_cidr=plan.operator_cidr,
        hosts=tuple(_facts(plan, host, ledger) for host in plan.hosts),
        chains=tuple(
            InventoryChain(chain=c.chain, chain_id=ledger.chain_id(c.chain), block_time_ms=c.block_time_ms)
            for c in plan.chains
        ),
        links=tuple(
            InventoryLink(
                region=link.region,
                other=link.other,
                round_trip_ms=link.round_trip_ms,
                round_trip_evidence=link.round_trip_evidence,
                jitter_ms=link.jitter_ms,
                jitter_evidence=link.jitter_evidence,
            )
            for link in plan.links
        ),
        paths=tuple(_paths(plan)),
        pairs=tuple(_pairs(plan, target)),
    )


def _pairs(plan: Plan, target: str) -> Iterator[InventoryPair]:
    """Yield every price that oracles with software report."""
    stand_ins = stand_ins_address(plan) if target == LabBackend.target else ""
    for fleet in plan.fleets:
        if fleet.feeding is None or fleet.client == NO_WORKLOAD:
            continue
        aim = fleet.feeding.target
        rpc = aim.rpc[0] if aim and aim.rpc else ""
        for pair in fleet.feeding.pairs:
            yield InventoryPair(
                fleet=fleet.name,
                pair=pair.pair,
                sources_min=pair.sources_min,
                deviation_bps=pair.deviation_bps,
                heartbeat_s=pair.heartbeat_s,
                rpc=f"http://{stand_ins}:{STAND_IN_EVM_PORT}" if aim and stand_ins else rpc,
            )


def _paths(plan: Plan) -> Iterator[InventoryPath]:
    """Yield every path that relayers with nodes of both chains work on, each once."""
    known: set[frozenset[str]] = set()
    for path in (path for fleet in plan.fleets if fleet.relaying for path in fleet.relaying.paths):
        ends = frozenset({path.source, path.destination})
        chain = next((c for c in plan.chains if c.chain == path.source), None)
        followed = [
            host.host
            for name in relayers_of(plan, path)
            for host in plan.hosts
            if host.host == name and ends <= {beside.chain for beside in host.beside}
        ]
        if chain is None or not followed or ends in known:
            continue
        known.add(ends)
        yield InventoryPath(
            source=path.source,
            destination=path.destination,
            channels=path.channels,
            hosts=tuple(followed),
            denomination=chain.fee_denomination,
            fee_per_gas=chain.fee_per_gas,
        )


def _facts(plan: Plan, host: HostPlan, ledger: Ledger) -> HostFacts:
    shared = ledger.fingerprints(host.fleet)
    of_fleet = {
        purpose.value: shared[purpose.value] for purpose in fleet_keys_of(host.assignments) if purpose in shared
    }
    return facts_of(plan, host, ledger.fingerprints(host.host) | of_fleet)


def _host_args(plan: Plan, host: HostPlan, ledger: Ledger, backend: Backend) -> HostArgs:
    boot = BootData(
        stack=plan.stack,
        host=host.host,
        fleet=host.fleet,
        role=host.role,
        assignments=host.assignments,
        artifacts={program.name: artifact_sha256(program.name, v) for program, v in programs_of(host.assignments)},
        address=host.address,
        network_cidr=plan.network_cidr,
        operator_cidr=plan.operator_cidr,
        store_url=backend.store_url(plan, host),
        deployer_public_key=_public_key(ledger, "deployer", Purpose.DEPLOYER),
        operator_public_key=_public_key(ledger, "operator", Purpose.OPERATOR),
    )
    return HostArgs(
        plan=host, facts=_facts(plan, host, ledger), user_data=user_data(boot, backend.fragment(plan, host))
    )


def _public_key(ledger: Ledger, holder: str, purpose: Purpose) -> str:
    record = ledger.key(holder, purpose)
    if record is None:
        raise UsageError(
            f"the key ledger of stack '{ledger.stack}' has no {purpose} key",
            remedy=f"Add what is missing: geofleet keys create {ledger.stack}.",
        )
    return record.public_key
