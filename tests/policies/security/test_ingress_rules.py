"""Rules on what may connect, in all forms that AWS and GCP have: one form only would be a way around."""

from __future__ import annotations

from typing import Any

import pytest

from policies.security.ingress import is_internet
from schemas.report import Severity
from tests.policies.cloud import UNKNOWN, Made, one, refused, silent, sound, unread

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
FIREWALL = "gcp:compute/firewall:Firewall"
POLICY_RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule"
LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"


def inline(port: Any, *cidrs: str, protocol: str = "tcp", to: Any = None, **more: Any) -> Made:
    block = {"protocol": protocol, "fromPort": port, "toPort": port if to is None else to, "cidrBlocks": list(cidrs)}
    return Made(token=GROUP, props={"ingress": [{**block, **more}]})


def rule(port: Any, *cidrs: str, **more: Any) -> Made:
    props = {"type": "ingress", "protocol": "tcp", "fromPort": port, "toPort": port, "cidrBlocks": list(cidrs)}
    return Made(token=RULE, props={**props, **more})


def vpc_rule(port: Any, cidr: str, **more: Any) -> Made:
    props = {"ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": cidr}
    return Made(token=INGRESS, props={**props, **more})


def firewall(port: str, *sources: str, protocol: str = "tcp", **more: Any) -> Made:
    allow = {"protocol": protocol, **({"ports": [port]} if port else {})}
    props = {"direction": "INGRESS", "sourceRanges": list(sources), "allows": [allow], "targetTags": ["v"]}
    return Made(token=FIREWALL, props={**props, "logConfig": {"metadata": "INCLUDE_ALL_METADATA"}, **more})


def policy_rule(port: str, *sources: str, protocol: str = "tcp", action: str = "allow") -> Made:
    match = {"srcIpRanges": list(sources), "layer4Configs": [{"ipProtocol": protocol, "ports": [port] if port else []}]}
    return Made(token=POLICY_RULE, props={"direction": "INGRESS", "action": action, "match": match})


@pytest.mark.parametrize(
    "made",
    [
        inline(22, "0.0.0.0/0"),
        inline(0, "0.0.0.0/0", to=65535),
        inline(8000, "0.0.0.0/1", "128.0.0.0/1", to=9000),
        inline(26657, "10.0.0.0/8", ipv6CidrBlocks=["::/0"]),
        rule(8545, "0.0.0.0/0"),
        rule(26657.0, "0.0.0.0/0"),
        rule(22, ipv6CidrBlocks=["2000::/3"]),
        vpc_rule(22, "0.0.0.0/0"),
        vpc_rule(8551, "", cidrIpv6="::/0"),
        vpc_rule(None, "0.0.0.0/0", ipProtocol="-1"),
        firewall("22", "0.0.0.0/0"),
        firewall("20-30", "0.0.0.0/0"),
        firewall("8545"),
        firewall("", "0.0.0.0/0", protocol="all"),
        policy_rule("26660", "0.0.0.0/0"),
        policy_rule("22", "128.0.0.0/2", "0.0.0.0/2"),
    ],
    ids=lambda made: f"{made.token.rpartition(':')[2]}",
)
def test_an_administration_port_that_the_internet_reaches_is_refused_in_every_form(made: Made) -> None:
    assert "opens" in refused("SEC016", made)


def test_the_finding_names_block_port_and_source() -> None:
    assert refused("SEC016", inline(22, "0.0.0.0/0")) == "SecurityGroup: ingress[0] opens 22 (SSH) to 0.0.0.0/0"


@pytest.mark.parametrize(
    "made",
    [
        inline(22, "10.0.0.0/8"),
        inline(26656, "0.0.0.0/0"),
        rule(22, "0.0.0.0/0", type="egress"),
        rule(22, sourceSecurityGroupId="sg-1"),
        vpc_rule(22, "192.0.2.7/32"),
        firewall("22", "35.235.240.0/20"),
        firewall("22", "0.0.0.0/0", direction="EGRESS"),
        firewall("22", "0.0.0.0/0", disabled=True),
        firewall("22", sourceTags=["bastion"]),
        policy_rule("22", "0.0.0.0/0", action="deny"),
        inline(22, "100.64.0.0/10", "fc00::/7"),
    ],
    ids=lambda made: f"{made.token.rpartition(':')[2]}",
)
def test_named_sources_and_other_directions_pass(made: Made) -> None:
    sound("SEC016", made)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["0.0.0.0/0"], True),
        (["0.0.0.0/1"], True),
        (["0.0.0.0/7"], True),
        (["8.0.0.0/8"], False),
        ([f"{n}.0.0.0/8" for n in range(1, 200)], True),
        (["10.0.0.0/8"], False),
        (["::/0"], True),
        (["2a00::/12"], True),
        (["2a01:4f8::/32"], False),
        (["fc00::/7"], False),
        (["pl-123"], False),
        ([], False),
    ],
)
def test_the_internet_is_known_in_halves_slices_and_both_versions(sources: list[str], expected: bool) -> None:
    assert is_internet(sources) is expected


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (inline(0, "0.0.0.0/0", protocol="-1", to=0), "opens every protocol to 0.0.0.0/0"),
        (vpc_rule(None, "0.0.0.0/0", ipProtocol="-1"), "the rule opens every protocol"),
        (inline(0, "0.0.0.0/0", to=65535), "opens every port of tcp"),
        (firewall("", "0.0.0.0/0", protocol="all"), "allows[0] opens every protocol"),
        (firewall("", "0.0.0.0/0", protocol="udp"), "opens every port of udp"),
        (Made(token=LIST, props={"entries": [{"cidr": "0.0.0.0/0"}]}), "entries[0].cidr is '0.0.0.0/0'"),
        (Made(token=ENTRY, props={"cidr": "128.0.0.0/1"}), "cidr is '128.0.0.0/1'"),
    ],
)
def test_everything_from_everywhere_is_refused(made: Made, told: str) -> None:
    assert told in refused("SEC017", made)


def test_every_protocol_within_a_network_passes() -> None:
    sound("SEC017", inline(0, "10.0.0.0/16", protocol="-1", to=0))
    sound("SEC017", Made(token=LIST, props={"entries": [{"cidr": "192.0.2.0/24"}]}))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (inline(5432, "0.0.0.0/0"), "ingress[0] opens tcp 5432 to 0.0.0.0/0"),
        (firewall("3000-3010", "0.0.0.0/0"), "opens tcp 3000 to 3010"),
        (vpc_rule(11211, "", cidrIpv6="::/0"), "opens tcp 11211"),
    ],
)
def test_a_port_that_nobody_listed_is_refused_to_the_internet(made: Made, told: str) -> None:
    assert told in refused("SEC018", made)


@pytest.mark.parametrize("made", [inline(26656, "0.0.0.0/0"), firewall("443", "0.0.0.0/0"), inline(9000, "0.0.0.0/0"),
                                  inline(8000, "0.0.0.0/0", to=8020, protocol="udp"), inline(5432, "10.0.0.0/8")])  # fmt: skip
def test_peer_ports_and_named_sources_pass(made: Made) -> None:
    sound("SEC018", made)


def test_ssh_is_for_the_identity_proxy_alone() -> None:
    sound("SEC019", firewall("22", "35.235.240.0/20"))
    assert "opens SSH or remote desktop to 192.0.2.0/24" in refused("SEC019", firewall("22", "192.0.2.0/24"))
    assert "35.235.240.0/20" in refused("SEC019", inline(22, "35.235.240.0/20"))
    assert "10.0.0.0/8" in refused("SEC019", vpc_rule(3389, "10.0.0.0/8"))
    sound("SEC019", inline(0, "10.0.0.0/16", protocol="-1", to=0))


@pytest.mark.parametrize("rule_id", ["SEC016", "SEC017", "SEC018", "SEC019"])
@pytest.mark.parametrize(
    "made",
    [inline(22, UNKNOWN), inline(UNKNOWN, "0.0.0.0/0"), rule(22, UNKNOWN), vpc_rule(22, UNKNOWN),
     firewall("22", UNKNOWN), Made(token=GROUP, props={"ingress": UNKNOWN}), Made(token=GROUP, props={"ingress": [UNKNOWN]})],
)  # fmt: skip
def test_a_range_or_port_that_is_unknown_at_preview_fails_the_gate(rule_id: str, made: Made) -> None:
    finding = one(rule_id, made)
    assert finding.severity.is_mandatory
    assert finding.status.value in ("failed", "not evaluated")


def test_an_unknown_range_is_named() -> None:
    assert "ingress[0].cidrBlocks[0] (known after creation)" in unread("SEC016", inline(22, UNKNOWN))


DEFAULT = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
VPC = "aws:ec2/vpc:Vpc"


def test_the_default_group_must_be_closed_and_be_there() -> None:
    vpc = Made(token=VPC, name="v", props={"cidrBlock": "10.0.0.0/16"})
    closed = Made(token=DEFAULT, props={"vpcId": UNKNOWN}, references={"vpcId": [vpc.urn]})
    sound("SEC020", Made(token=DEFAULT, props={}))
    assert "ingress is [" in refused(
        "SEC020", Made(token=DEFAULT, props={"ingress": [{"self": True, "protocol": "-1"}]})
    )
    finding = one("SEC020", vpc)
    assert (finding.severity, finding.subject) == (Severity.MEDIUM, "v")
    sound("SEC020", vpc, closed)


SUBNET = "aws:ec2/subnet:Subnet"
NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Made(token=SUBNET, props={"mapPublicIpOnLaunch": True}), "mapPublicIpOnLaunch is True; expected false"),
        (Made(token=NETWORK), "autoCreateSubnetworks is not set"),
        (Made(token=NETWORK, props={"autoCreateSubnetworks": True}), "autoCreateSubnetworks is True"),
        (Made(token=SUBNETWORK, props={"privateIpGoogleAccess": False}), "privateIpGoogleAccess is False"),
        (Made(token="aws:ec2/defaultVpc:DefaultVpc"), "adopts the account's default network"),
    ],
)
def test_networks_that_make_things_public_by_themselves_are_told(made: Made, told: str) -> None:
    assert told in refused("SEC021", made)


def test_quiet_networks_pass() -> None:
    sound("SEC021", Made(token=SUBNET))
    sound("SEC021", Made(token=NETWORK, props={"autoCreateSubnetworks": False}))
    sound("SEC021", Made(token=SUBNETWORK, props={"privateIpGoogleAccess": True}))
    sound("SEC021", Made(token=SUBNETWORK, props={"purpose": "REGIONAL_MANAGED_PROXY"}))
    unread("SEC021", Made(token=NETWORK, props={"autoCreateSubnetworks": UNKNOWN}))


LOG = "aws:ec2/flowLog:FlowLog"


def test_flow_logs_belong_to_each_network() -> None:
    vpc = Made(token=VPC, name="v")
    assert "has no FlowLog in the program" in refused("SEC038", vpc)
    sound(
        "SEC038", vpc, Made(token=LOG, props={"trafficType": "ALL", "vpcId": UNKNOWN}, references={"vpcId": [vpc.urn]})
    )
    assert "trafficType is 'ACCEPT'" in refused("SEC038", Made(token=LOG, props={"trafficType": "ACCEPT"}))
    assert "logConfig is not set" in refused("SEC038", Made(token=SUBNETWORK))
    sound("SEC038", Made(token=SUBNETWORK, props={"logConfig": {"flowSampling": 0.5}}))


def test_a_firewall_rule_says_whom_it_opens_and_is_logged() -> None:
    sound("SEC041", firewall("22", "35.235.240.0/20"))
    bare = firewall("443", "0.0.0.0/0", targetTags=[], logConfig=None)
    assert refused("SEC041", bare).startswith(
        "Firewall: has no target; expected targetServiceAccounts or targetTags; logConfig"
    )
    silent("SEC041", firewall("22", "0.0.0.0/0", direction="EGRESS"))
    unread("SEC041", firewall("443", "0.0.0.0/0", logConfig=UNKNOWN))
