"""Rules that only a look at the host can judge: tests/hosts does, under these IDs and severities.

PRX001 and PRX003 are judged twice: from the atlas before anything exists, and
from pings between the hosts afterwards; they stand with the planned rules.
"""

from __future__ import annotations

from dataclasses import replace

from policies.rule import HOSTS_ONLY, Rule, Scope
from schemas.report import Severity

_EACH_HOST = Rule(
    id="OPS000", title="", judges="each host", severity=Severity.HIGH, feeds=HOSTS_ONLY, scope=Scope.HOST, source="",
    remedy="",
)  # fmt: skip
"""What the rules below have in common."""

HOST_RULES = (
    replace(
        _EACH_HOST,
        id="OPS001",
        title="cloud-init has finished, without warnings",
        severity=Severity.HIGH,
        source="Base, 5 August 2025: a sequencer that was still being provisioned took over; 33 minutes of halt.",
        remedy="Read /var/log/cloud-init-output.log on the host, mend its user data, and replace the host.",
    ),
    replace(
        _EACH_HOST,
        id="OPS002",
        title="Every unit of the host's role is active and enabled",
        severity=Severity.HIGH,
        source="Arbitrum, 9 January 2022: back-ups that everyone counted on were not running; about seven hours.",
        remedy="geofleet restart HOST; if it stays down, journalctl -u UNIT on the host says why.",
    ),
    replace(
        _EACH_HOST,
        id="OPS003",
        title="The host's clock is right to 50 ms",
        severity=Severity.HIGH,
        source="Medalla, 14 August 2020: one time source 24 hours off; participation fell from 75 % to 5 %.",
        remedy="See chronyc tracking on the host; in the lab, set the machine's own clock.",
        standards=("CIS Ubuntu 24.04 2.3",),
    ),
    replace(
        _EACH_HOST,
        id="OPS004",
        title="The chain makes blocks: its height grows on every validator",
        severity=Severity.CRITICAL,
        source="A health page answers while consensus is stuck (OP Mainnet, 15 February 2024: unsafe head stalled).",
        remedy="See which validators are up (RED021), then their peers and round trips (PRX001).",
    ),
    replace(
        _EACH_HOST,
        id="OPS005",
        title="The network configuration on the host is the published one",
        severity=Severity.HIGH,
        source="dYdX chain, October 2025: parts that ran with different settings kept it halted for about eight hours.",
        remedy="journalctl -u geofleet-configuration on the host says why it keeps the former configuration.",
    ),
    replace(
        _EACH_HOST,
        id="OPS060",
        title="A transfer along each path arrives and is acknowledged",
        judges="each path between two chains",
        severity=Severity.HIGH,
        source="A relayer that runs and carries nothing looks healthy: only a packet that came back proves the path.",
        remedy="See OPS061 for the relayers and OPS062 for their nodes; journalctl -u on a relayer says what it waits for.",
    ),
    replace(
        _EACH_HOST,
        id="OPS061",
        title="Every relayer looks at its paths, has money, and keeps light clients far from expiry",
        judges="each relayer",
        severity=Severity.HIGH,
        source=(
            "Expired light clients need a vote of the chain, which takes weeks (ibc-go issues 3326 and 4795); wallets "
            "that ran empty are the commonest other end of a relayer."
        ),
        remedy="journalctl on the relayer; fill its wallet; refresh a light client before its trusting period ends.",
    ),
    replace(
        _EACH_HOST,
        id="OPS062",
        title="A relayer's own full nodes follow their chains and never vote",
        judges="each relayer",
        severity=Severity.HIGH,
        source="Sequence mismatches come from nodes behind a load balancer: one node of its own each (rly issue 1401).",
        remedy="journalctl -u UNIT of the node on the relayer's host.",
    ),
    replace(
        _EACH_HOST,
        id="OPS080",
        title="Every oracle serves its pairs, and its reports on the chain are within the heartbeat",
        judges="each price of each oracle",
        severity=Severity.HIGH,
        source="dYdX chain, October 2025: oracles that came back slowly let it resume on stale prices; USD 462,097.79.",
        remedy="GET /state of the oracle's port 9480 says why; journalctl -u oracle tells of failed reports.",
    ),
    replace(
        _EACH_HOST,
        id="OPS081",
        title="Every price comes from the promised minimum of sources",
        judges="each price of each oracle",
        severity=Severity.HIGH,
        source="Compound, 26 November 2020: one exchange's price of 1.30 for a dollar; 85 to 103 million liquidated.",
        remedy="GET /state of the oracle's port 9480 says which sources were left out, and why.",
    ),
    replace(
        _EACH_HOST,
        id="OPS082",
        title="What was reported was within the deviation of the true price",
        judges="each price of each oracle",
        severity=Severity.CRITICAL,
        source="Compound, 26 November 2020, as above: the chain believes what is reported.",
        remedy="Compare the sources: raise sources_min, or tighten the outlier rule.",
    ),
    replace(
        _EACH_HOST,
        id="RED021",
        title="The chain's voting power is the planned one, validator by validator",
        severity=Severity.HIGH,
        source="The survival rules judge planned power: they hold for the chain only while it has the same.",
        remedy="Compare the chain's validator set with geofleet plan STACK, and put right the one that drifted.",
        standards=("SOC 2 A1.2",),
    ),
    replace(
        _EACH_HOST,
        id="SEC001",
        title="Every unit of ours is sandboxed, to an exposure of 2.0 or less, and active",
        severity=Severity.HIGH,
        source="systemd-analyze security: a unit with User= alone scores 9.2. It also praises units that cannot start.",
        remedy="See systemd-analyze security UNIT for what is open; the unit comes from the host's user data.",
    ),
    replace(
        _EACH_HOST,
        id="SEC002",
        title="The host listens on its role's ports and no other",
        severity=Severity.HIGH,
        source="An administration port that is open by mistake is the commonest way in.",
        remedy="Stop what listens; a port that is needed belongs into the workload catalogue.",
        standards=("CIS Ubuntu 24.04 2.1.22",),
    ),
    replace(
        _EACH_HOST,
        id="SEC003",
        title="The firewall drops what no rule accepts",
        severity=Severity.CRITICAL,
        source="A firewall that accepts by default protects only against what somebody thought of.",
        remedy="geofleet restart HOST loads the host's rules again.",
        standards=("CIS Ubuntu 24.04 4.3",),
    ),
    replace(
        _EACH_HOST,
        id="SEC004",
        title="SSH takes keys only: no password, no root, no forwarding",
        severity=Severity.HIGH,
        source="Defaults of the dev-sec SSH baseline, judged by sshd -T: what is in force, not what a file says.",
        remedy="See sshd -T on the host; its settings come from user data.",
        standards=("CIS Ubuntu 24.04 5.1",),
    ),
    replace(
        _EACH_HOST,
        id="SEC005",
        title="Private keys are where they belong and nowhere else, readable by root only",
        severity=Severity.CRITICAL,
        source="Whoever can read a consensus key can have the validator slashed, and a copied key is live twice.",
        remedy="Remove the stray copy, and make a new key if anyone may have read it.",
        standards=("SOC 2 CC6.1",),
    ),
)
"""Sorted by ID. CIS section numbers: as in ansible-lockdown's UBUNTU24-CIS."""
