"""Send a real transfer along every path, and watch it arrive and be acknowledged.

The operator's probe account signs on this machine: no host holds its key. What is
sent is one coin; the probe gets it on the other side, as the voucher that IBC makes.
"""

from __future__ import annotations

import base64
import json
import shlex
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from operations.accounts import Account, account
from operations.hosts.protobuf import any_of, bytes_of, field, fields, number_of
from operations.hosts.scripts import Shell, UnreachableError
from operations.hosts.seen import HostSeen, NotReadError, Transfer
from operations.key_forms import form_of
from schemas.inventory import Inventory, InventoryPath
from schemas.ledger import Purpose
from schemas.locations import secrets_dir
from schemas.workloads import Service

ACKNOWLEDGED_WITHIN_S = 90.0
"""A back-up carries after ten seconds per rank; a busy machine needs several times that."""
COMMITTED_WITHIN_S = 20.0
TIMEOUT_S = 600
"""After this the chain gives the coin back."""
GAS = 250_000


@dataclass(frozen=True, kw_only=True)
class _Node:
    """One chain's full node on a relayer's host, asked through SSH."""

    host: str
    service: Service
    shell: Shell

    def ask(self, question: str, **arguments: str) -> Mapping[str, Any]:
        """Return the result of a question to the node's RPC.

        Raises:
            NotReadError: It did not answer, or with an error.
        """
        options = [word for name, value in arguments.items() for word in ("--data-urlencode", f"{name}={value}")]
        url = f"http://127.0.0.1:{self.service.port('rpc')}/{question}"
        try:
            answer = self.shell(self.host, shlex.join(["curl", "-sS", "-G", "--max-time", "10", *options, url]))
            value = json.loads(answer.text)
        except (UnreachableError, ValueError) as error:
            raise NotReadError(f"{self.host} does not answer {question}: {error}") from error
        result = value.get("result")
        if not isinstance(result, dict):
            raise NotReadError(f"{self.host} answers {question} with {json.dumps(value)[:200]}")
        return result

    def query(self, path: str, data: bytes) -> bytes:
        """Return what the application answers to a query, as protobuf."""
        response = self.ask("abci_query", path=f'"{path}"', data=f"0x{data.hex()}")["response"]
        if response.get("code"):
            raise NotReadError(f"{self.host} answers {path} with: {response.get('log')}")
        return base64.b64decode(response.get("value") or "")


def sent(inventory: Inventory, seen: Mapping[str, HostSeen], shell: Shell) -> dict[str, Transfer]:
    """Send one transfer along every path, all at the same time; return path to what became of it."""
    paths = inventory.paths
    with ThreadPoolExecutor(max_workers=max(1, len(paths))) as pool:
        found = pool.map(lambda path: _transfer(inventory, path, seen, shell), paths)
        return dict(zip([path.name for path in paths], found, strict=True))


def _transfer(inventory: Inventory, path: InventoryPath, seen: Mapping[str, HostSeen], shell: Shell) -> Transfer:
    try:
        hosts = [facts for facts in inventory.hosts if facts.host in path.hosts and not seen[facts.host].unreachable]
        if not hosts:
            raise NotReadError(f"no relayer of {path.name} can be reached")
        facts = hosts[0]
        source, destination = facts.node_of(path.source), facts.node_of(path.destination)
        assert source is not None, "a path's hosts run nodes of both chains"
        assert destination is not None, "a path's hosts run nodes of both chains"
        ends = (
            _Node(host=facts.host, service=source, shell=shell),
            _Node(host=facts.host, service=destination, shell=shell),
        )
        return _watched(inventory, path, ends, _probe(inventory.stack))
    except (NotReadError, KeyError, TypeError, ValueError) as error:
        return Transfer(unread=str(error))


def _probe(stack: str) -> Account:
    file = secrets_dir(stack) / form_of(Purpose.PROBE).file_name
    try:
        return account(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotReadError(f"the operator's probe account {file} is not on this machine") from error


def _watched(inventory: Inventory, path: InventoryPath, ends: tuple[_Node, _Node], probe: Account) -> Transfer:
    source, destination = ends
    chain = next(c for c in inventory.chains if c.chain == path.source)
    port, _, channel = path.channels[0].partition("/")
    began = time.monotonic()
    raw = _signed(source, probe, chain_id=chain.chain_id, message=_message(probe, port, channel, path.denomination),
                  fee=(path.denomination, str(path.fee(GAS))))  # fmt: skip
    reply = source.ask("broadcast_tx_sync", tx=f"0x{raw.hex()}")
    if int(reply["code"]):
        return Transfer(problem=f"{path.source} refuses the transfer: {reply.get('log')}")
    sequence = _sequence(source, str(reply["hash"]))
    if not sequence:
        return Transfer(problem=f"{path.source} did not commit the transfer within {COMMITTED_WITHIN_S:.0f} s")
    packet = {"packet_sequence": sequence, "packet_src_channel": channel}
    arrived_s: float | None = None
    while time.monotonic() - began < ACKNOWLEDGED_WITHIN_S:
        if arrived_s is None and _happened(destination, "recv_packet", packet):
            arrived_s = time.monotonic() - began
        if _happened(source, "acknowledge_packet", packet):
            return Transfer(sequence=sequence, arrived_s=arrived_s, acknowledged_s=time.monotonic() - began)
        time.sleep(0.5)
    return Transfer(sequence=sequence, arrived_s=arrived_s)


def _message(probe: Account, port: str, channel: str, denomination: str) -> bytes:
    """Return a `MsgTransfer` of one coin to the probe's own account on the other chain."""
    coin = field(1, denomination) + field(2, "1")
    until_ns = (int(time.time()) + TIMEOUT_S) * 1_000_000_000
    transfer = field(1, port) + field(2, channel) + field(3, coin) + field(4, probe.address) + field(5, probe.address)
    return any_of("/ibc.applications.transfer.v1.MsgTransfer", transfer + field(7, until_ns))


def _signed(node: _Node, signer: Account, *, chain_id: str, message: bytes, fee: tuple[str, str]) -> bytes:
    """Return a signed transaction with one message."""
    found = fields(node.query("/cosmos.auth.v1beta1.Query/Account", field(1, signer.address)))
    base = fields(bytes_of(fields(bytes_of(found, 1)), 2))
    number, sequence = number_of(base, 3), number_of(base, 4)
    key = any_of("/cosmos.crypto.secp256k1.PubKey", field(1, signer.public))
    direct = field(1, field(1, 1))
    info = field(1, key) + field(2, direct) + field(3, sequence)
    cost = field(1, field(1, fee[0]) + field(2, fee[1])) + field(2, GAS)
    body, auth = field(1, message), field(1, info) + field(2, cost)
    document = field(1, body) + field(2, auth) + field(3, chain_id) + field(4, number)
    return field(1, body) + field(2, auth) + field(3, signer.sign(document))


def _sequence(node: _Node, transaction: str) -> str:
    """Return the sequence of the packet that a transaction sent; empty when it is not committed in time."""
    deadline = time.monotonic() + COMMITTED_WITHIN_S
    while time.monotonic() < deadline:
        for entry in node.ask("tx_search", query=f"\"tx.hash='{transaction}'\"")["txs"]:
            result = entry["tx_result"]
            if int(result["code"]):
                raise NotReadError(f"the transfer failed: {result.get('log')}")
            for event in result["events"]:
                if event["type"] == "send_packet":
                    return next(str(a["value"]) for a in event["attributes"] if a["key"] == "packet_sequence")
        time.sleep(0.5)
    return ""


def _happened(node: _Node, event: str, packet: Mapping[str, str]) -> bool:
    query = " AND ".join(f"{event}.{name}='{value}'" for name, value in packet.items())
    return int(node.ask("tx_search", query=f'"{query}"', per_page="1")["total_count"]) > 0
