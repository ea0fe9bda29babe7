"""Whether chains live, agree, and have the voting power that was planned: OPS004, RED021."""

from __future__ import annotations

from datetime import datetime

from operations.hosts import commands
from operations.hosts.chains import wait_s
from operations.hosts.seen import HostSeen, NotReadError, Seen, address_of
from schemas.ledger import Purpose
from schemas.workloads import SEQUENCER_POWER


def growth(seen: Seen, host: str) -> list[str]:
    """Return why a node's chain does not count as alive: no new block, old blocks, still catching up."""
    found = seen.hosts[host]
    chain = seen.chain(seen.facts(host).chain)
    if not found.heights:
        return [f"the node of {chain.chain_id} does not answer: {_complaint(found)}"]
    status = found.rpc(commands.NODE)
    problems = []
    if status["node_info"]["network"] != chain.chain_id:
        problems.append(f"the node is of chain {status['node_info']['network']}, expected {chain.chain_id}")
    if found.heights[-1] <= found.heights[0]:
        problems.append(
            f"{chain.chain_id} stands still: height {found.heights[0]} for {found.watched_s:.0f} s; "
            f"a block is due every {chain.block_time_ms / 1000:g} s"
        )
    if status["sync_info"]["catching_up"]:
        problems.append(f"the node is still catching up, at height {found.heights[-1]}")
    age_s = _block_age_s(found)
    if age_s > wait_s(chain):
        problems.append(f"the last block is {age_s:.0f} s old, allowed: {wait_s(chain):.0f} s")
    return problems


def _complaint(found: HostSeen) -> str:
    try:
        found.rpc(commands.NODE)
    except NotReadError as error:
        return str(error)
    return "its heights could not be read"


def _block_age_s(found: HostSeen) -> float:
    """Return how old the last block was when the node told of it, in seconds."""
    text = str(found.rpc(commands.NODE)["sync_info"]["latest_block_time"])
    # CometBFT writes nanoseconds; Python reads them as microseconds.
    return found.told_at - datetime.fromisoformat(text).timestamp()


def agreement(seen: Seen, chain: str) -> list[str]:
    """Return which nodes hold another block than the rest at one common height: a fork."""
    blocks: dict[str, list[str]] = {}
    heights = set()
    for facts in seen.nodes(chain):
        if not seen.reached(facts.host):
            continue
        try:
            header = seen.hosts[facts.host].rpc(commands.COMMIT)["signed_header"]
        except NotReadError:
            continue  # a node that does not answer has a finding of its own: its height does not grow
        heights.add(int(header["header"]["height"]))
        blocks.setdefault(header["commit"]["block_id"]["hash"], []).append(facts.host)
    answered, nodes = sum(len(hosts) for hosts in blocks.values()), len(seen.nodes(chain))
    if answered < min(2, nodes):
        raise NotReadError(f"{answered} of {nodes} nodes answered: there is nothing to compare")
    if len(heights) > 1:
        raise NotReadError(f"nodes answered for different heights: {sorted(heights)}")
    if len(blocks) == 1:
        return []
    sides = "; ".join(f"{', '.join(hosts)}: {block[:12]}" for block, hosts in sorted(blocks.items()))
    return [f"{seen.chain(chain).chain_id} forked: {len(blocks)} blocks at height {heights.pop()}: {sides}"]


def power(seen: Seen, host: str) -> list[str]:
    """Return where the validator set that a node tells differs from the planned voting power."""
    facts = seen.facts(host)
    told = seen.hosts[host].rpc(commands.VALIDATORS)
    actual = {str(v["address"]).upper(): int(v["voting_power"]) for v in told["validators"]}
    if int(told["total"]) > len(actual):
        raise NotReadError(f"the chain has {told['total']} validators, one page holds {len(actual)}")
    planned = _planned(seen, facts.chain)
    problems = [
        f"{holder} has voting power {actual.get(address, 0)}, planned {wanted}"
        for address, (holder, wanted) in planned.items()
        if actual.get(address, 0) != wanted
    ]
    problems += [
        f"validator {address} has voting power {actual[address]} and is no host of this stack"
        for address in sorted(actual.keys() - planned.keys())
    ]
    total = sum(wanted for _, wanted in planned.values())
    if sum(actual.values()) != total:
        problems.append(f"the chain's voting power is {sum(actual.values())} in all, planned {total}")
    return problems


def _planned(seen: Seen, chain: str) -> dict[str, tuple[str, int]]:
    """Return address to holder and voting power: hosts that vote, or the one validator that a fleet is by its lease."""
    nodes = seen.nodes(chain)
    leased = {
        address_of(node, Purpose.SEQUENCER): (node.fleet, SEQUENCER_POWER)
        for node in nodes
        if Purpose.SEQUENCER.value in node.key_fingerprints
    }
    return leased or {address_of(node, Purpose.CONSENSUS): (node.host, node.power) for node in nodes if node.power}
