"""The stack's EVM chain: Foundry's anvil in the operator's namespace, in place of a chain that others operate.

It keeps nothing: a new one begins at block 0, and whoever needs contracts there makes them again.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from lab import naming, processes
from lab.iproute import in_namespace
from schemas.artifacts import artifact_sha256
from schemas.errors import BackendError
from schemas.locations import artifact_path

NAME = "evm"
PORT = 8545
VERSION = "1.7.1"
_READY_S = 20.0
_WAIT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class EvmInputs:
    """What a chain is made of."""

    stack: str
    operator_cidr: str
    chain_number: int
    """EIP-155 chain ID."""
    block_time_ms: int


def start_evm(inputs: EvmInputs) -> processes.Detached:
    """Start the chain, unless it runs so; return when it answers.

    Raises:
        BackendError: It does not answer; its own last words are in the message.
        EnvironmentMissingError: anvil is not in the cache.
    """
    namespace = naming.operator_namespace(inputs.stack)
    process = processes.start(inputs.stack, NAME, _argv(inputs), namespace=namespace)
    processes.wait_until_ready(
        inputs.stack, NAME, lambda: _number(inputs) == inputs.chain_number, limit_s=_READY_S,
        complaint=f"the EVM chain of {inputs.stack} does not answer",
    )  # fmt: skip
    return process


def read_evm(inputs: EvmInputs) -> bool:
    """Return whether the chain runs as it was made, and answers."""
    found = processes.read(inputs.stack, NAME)
    if not found or found.argv[-len(_argv(inputs)) + 1 :] != _argv(inputs)[1:]:
        return False
    return _number(inputs) == inputs.chain_number


def stop_evm(stack: str) -> None:
    """Stop the chain; all of it is gone."""
    processes.stop(stack, NAME)


def call(stack: str, *, operator_cidr: str, method: str, parameters: list[Any]) -> Any:
    """Return the answer of the chain's JSON-RPC.

    Raises:
        BackendError: It does not answer, or answers with an error.
    """
    address = naming.operator_address(operator_cidr)
    try:
        found = in_namespace(naming.operator_namespace(stack), lambda: _post(address, method, parameters))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise BackendError(f"the EVM chain of {stack} does not answer: {error}") from error
    if "result" not in found:
        raise BackendError(f"the EVM chain of {stack} refuses {method}: {found.get('error')}")
    return found["result"]


def _number(inputs: EvmInputs) -> int | None:
    try:
        return int(call(inputs.stack, operator_cidr=inputs.operator_cidr, method="eth_chainId", parameters=[]), 16)
    except BackendError:
        return None


def _argv(inputs: EvmInputs) -> tuple[str, ...]:
    return (
        str(artifact_path(artifact_sha256("anvil", VERSION))), "--host", naming.operator_address(inputs.operator_cidr),
        "--port", str(PORT), "--chain-id", str(inputs.chain_number),
        "--block-time", f"{inputs.block_time_ms / 1000:g}", "--prune-history", "--quiet",
    )  # fmt: skip


def _post(address: str, method: str, parameters: list[Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(address, PORT, timeout=_WAIT_S)
    try:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        connection.request("POST", "/", body=body, headers={"Content-Type": "application/json"})
        found: dict[str, Any] = json.loads(connection.getresponse().read())
        return found
    finally:
        connection.close()
