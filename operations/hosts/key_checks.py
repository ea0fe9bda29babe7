"""Whether keys are where they belong, and nowhere else: SEC005, IDN001."""

from __future__ import annotations

import re
from collections.abc import Iterator

from operations.hosts import commands
from operations.hosts.seen import HostSeen, NotReadError, Seen, address_of, runs_chain, together
from schemas.facts import HostFacts
from schemas.ledger import Purpose
from schemas.readings import PRIVATE_KEY_DIRS

_ADDRESS = re.compile(r'^(/[^:]+):address": ?"([0-9A-Fa-f]{40})')


def key_files(seen: Seen, host: str) -> list[str]:
    """Return the keys of a host that are misplaced, readable to others, or not those of its facts."""
    facts, found = seen.facts(host), seen.hosts[host]
    return together(
        lambda: _misplaced(found),
        lambda: _readable(found),
        lambda: _offered(facts, found),
        lambda: _chain_keys(facts, found),
    )


def _misplaced(found: HostSeen) -> Iterator[str]:
    for path in _private_keys(found):
        if not path.startswith(tuple(f"{place}/" for place in PRIVATE_KEY_DIRS)):
            yield f"a private key lies in {path}, allowed are {', '.join(PRIVATE_KEY_DIRS)}"


def _private_keys(found: HostSeen) -> list[str]:
    output = found.output(commands.KEY_FILES)
    paths = [line for line in output.text.splitlines() if line]
    # grep ends with 2 when one folder of its list is not there, though it read all the others.
    if output.status not in (0, 1, 2) or (not paths and output.complaint):
        raise NotReadError(f"reading '{commands.KEY_FILES}' failed: {output.complaint}")
    if not paths:
        raise NotReadError("no private key was found, not even the SSH host key: the search does not work")
    return paths


def _readable(found: HostSeen) -> Iterator[str]:
    for path in found.output(commands.KEY_FILES_OPEN).text.splitlines():
        yield f"private key {path} is readable without being root"
    private = set(_private_keys(found))
    for line in found.text(commands.KEY_MODES).splitlines():
        fields = line.split(maxsplit=10)
        mode, user, path = fields[2], fields[4], fields[10]
        if path in private and (user != "root" or mode[4:] != "------"):
            yield f"private key {path} belongs to {user} with mode {mode}, expected root and -rw-------"


def _offered(facts: HostFacts, found: HostSeen) -> Iterator[str]:
    expected = facts.key_fingerprints[Purpose.SSH_HOST.value]
    if expected not in found.host_keys:
        yield f"SSH host key is {', '.join(found.host_keys)}, expected {expected}"
    for other in found.host_keys:
        if other != expected and expected in found.host_keys:
            yield f"offers a second SSH host key, {other}, which no ledger knows"


def _chain_keys(facts: HostFacts, found: HostSeen) -> Iterator[str]:
    """Compare the keys that the node itself uses, as it tells them, with the published fingerprints."""
    if not runs_chain(facts):
        return
    status = found.rpc(commands.NODE)
    used = {
        Purpose.CONSENSUS: str(status["validator_info"]["address"]).upper(),
        Purpose.NODE: str(status["node_info"]["id"]).upper(),
    }
    for purpose, address in used.items():
        if purpose.value in facts.key_fingerprints and address != address_of(facts, purpose):
            yield f"the node's {purpose} key is {address}, expected {address_of(facts, purpose)}"


def consensus_keys(found: HostSeen) -> dict[str, str]:
    """Return path to address of every consensus key that lies on a host."""
    private = set(_private_keys(found))
    output = found.output(commands.KEY_ADDRESSES)
    if not output.text and output.complaint:
        raise NotReadError(f"reading '{commands.KEY_ADDRESSES}' failed: {output.complaint}")
    matches = (_ADDRESS.match(line) for line in output.text.splitlines())
    return {match[1]: match[2].upper() for match in matches if match and match[1] in private}


def _addresses(seen: Seen, purpose: Purpose) -> dict[str, str]:
    """Return address to holder of every key for a purpose."""
    return {
        address_of(facts, purpose): facts.host
        for facts in seen.inventory.hosts
        if purpose.value in facts.key_fingerprints
    }


def _leased(seen: Seen) -> list[HostFacts]:
    """Return the hosts whose fleet holds a key that one of them uses at a time."""
    return [facts for facts in seen.inventory.hosts if Purpose.SEQUENCER.value in facts.key_fingerprints]


def one_holder(seen: Seen, stack: str) -> list[str]:
    """Return the consensus keys that lie on a host that does not hold them, and the holders that lack theirs."""
    signers = _addresses(seen, Purpose.CONSENSUS)
    holders = signers | _addresses(seen, Purpose.OBSERVER)
    leased = {host.fleet: address_of(host, Purpose.SEQUENCER) for host in _leased(seen)}
    problems = []
    for facts in seen.inventory.hosts:
        if not seen.reached(facts.host):
            continue
        here = consensus_keys(seen.hosts[facts.host])
        for path, address in here.items():
            if address == leased.get(facts.fleet):
                continue  # held by the fleet: that one host uses it is what the lease is for
            holder = holders.get(address)
            if holder is None:
                problems.append(
                    f"{facts.host} has a consensus key in {path}, {address}, that stack {stack} does not know"
                )
            elif holder != facts.host:
                problems.append(f"{facts.host} has the consensus key of {holder} in {path}: two signers of one key")
        own = next((address for address, holder in signers.items() if holder == facts.host), None)
        if own and own not in here.values():
            problems.append(f"{facts.host} lacks its consensus key {own}")
    return problems
