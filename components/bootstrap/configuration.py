"""Network configuration: what every host is told of the others, rendered from plan and key ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.bootstrap.cometbft_config import Peer, cometbft_config
from components.bootstrap.genesis import MissingKeyError, genesis, ledger_key, validators_of
from components.bootstrap.programs import signer_blobs
from schemas.canonical import canonical_json, sha256_hex
from schemas.ledger import Ledger, Purpose
from schemas.plan import HostPlan, Plan
from schemas.workloads import COMETBFT, workload

SCHEMA = "geofleet/configuration/v1"
FIRST_START_SCHEMA = "geofleet/first-start/v1"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What the store publishes; all of it public."""

    documents: Mapping[str, str]
    """Host to its document (canonical JSON): the bytes that are signed."""
    blobs: Mapping[str, str]
    """SHA-256 (hex) to text: the files that documents name, and programs that boot data names."""


def network_configuration(plan: Plan, ledger: Ledger) -> Configuration:
    """Return every host's configuration; hosts without workload have no files.

    Raises:
        MissingKeyError: The ledger lacks a key of a validator.
    """
    documents: dict[str, str] = {}
    blobs: dict[str, str] = {}
    chains = {
        chain.chain: genesis(plan, ledger, chain.chain) for chain in plan.chains if validators_of(plan, chain.chain)
    }
    for host in plan.hosts:
        files = _files(plan, ledger, host, chains)
        if files:
            blobs |= signer_blobs()
        blobs |= {sha256_hex(text): text for text in files.values()}
        found = workload(host.client)
        documents[host.host] = canonical_json(
            {
                "schema": SCHEMA,
                "stack": plan.stack,
                "host": host.host,
                "files": [{"path": path, "sha256": sha256_hex(text)} for path, text in sorted(files.items())],
                "units": list(found.units) if found else [],
            }
        )
    return Configuration(documents=documents, blobs=dict(sorted(blobs.items())))


def _files(plan: Plan, ledger: Ledger, host: HostPlan, chains: Mapping[str, str]) -> dict[str, str]:
    """Return path to text of one host's files; the first folder is the unit that they belong to."""
    if host.client != COMETBFT.client:
        return {}
    chain = plan.fleet(host.fleet).chain
    peers = [
        Peer(node_id=ledger_key(ledger, other.host, Purpose.NODE).address, address=other.address)
        for other in validators_of(plan, chain)
        if other.host != host.host
    ]
    block_time_ms = next(c.block_time_ms for c in plan.chains if c.chain == chain)
    config = cometbft_config(host=host.host, address=host.address, peers=peers, block_time_ms=block_time_ms)
    return {"cometbft/config.toml": config.to_toml(), "cometbft/genesis.json": chains[chain]}


def first_start_document(ledger: Ledger, plan: Plan, host: HostPlan) -> str:
    """Return a host's one-time permission to sign without former sign state (canonical JSON, to be signed).

    Raises:
        MissingKeyError: The ledger holds no permission for the host.
    """
    found = ledger.first_start(host.host)
    if found is None:
        raise MissingKeyError(
            f"the key ledger holds no first-start permission for {host.host}",
            at=f"stacks/{ledger.stack}.keys.yaml",
        )
    return canonical_json(
        {
            "schema": FIRST_START_SCHEMA,
            "stack": plan.stack,
            "host": host.host,
            "chain_id": ledger.chain_id(plan.fleet(host.fleet).chain),
            "token": found.token,
            "expires": found.expires,
        }
    )
