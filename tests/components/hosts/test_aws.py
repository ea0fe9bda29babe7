"""The AWS back end through Pulumi's mock engine: what it registers, where, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components.hosts.aws import AwsBackend
from components.hosts.aws_settings import AwsSettings
from components.hosts.cloud import CloudBackend
from schemas.errors import UsageError
from schemas.plan import Plan
from tests.components.hosts.building import Listener, Recorder, build
from tests.components.hosts.plans import ACCOUNT, AWS_ONLY, TWO_CLOUDS, host

SETTINGS = AwsSettings(account=ACCOUNT, alarm_email="oncall@perps.example", budget_usd_per_month=900.0)


def made(plan: Plan = AWS_ONLY, settings: AwsSettings = SETTINGS) -> Recorder:
    return build(CloudBackend({"aws": AwsBackend(settings)}), plan)


@pytest.fixture(scope="module")
def built() -> Recorder:
    return made()


def with_host(plan: Plan, *hosts) -> Plan:
    return replace(plan, hosts=(*plan.hosts, *hosts))


def test_every_resource_says_its_region_or_belongs_to_the_whole_account(built: Recorder) -> None:
    without = {
        key.partition(" ")[0]
        for key, seen in built.seen.items()
        if seen.typ.startswith("aws:") and "region" not in seen.inputs
    }
    assert without == {"Budget", "InstanceProfile", "Record", "Role", "RolePolicy", "Zone", "ZoneAssociation"}


def test_subnets_are_in_the_zones_of_the_plan_by_id(built: Recorder) -> None:
    subnets = built.of("Subnet")
    zones = {name: (s["cidrBlock"], s["availabilityZoneId"], s["mapPublicIpOnLaunch"]) for name, s in subnets.items()}
    assert zones["aws-eu-west-2-hosts-10-120-1-16"] == ("10.120.1.16/28", "euw2-az1", False)
    assert zones["aws-eu-west-2-hosts-10-120-1-32"] == ("10.120.1.32/28", "euw2-az2", False)
    assert zones["aws-us-east-2-ground-use2-az1"] == ("10.122.2.16/28", "use2-az1", False)


def test_only_a_zone_whose_hosts_need_the_internet_has_a_way_to_it(built: Recorder) -> None:
    assert list(built.of("NatGateway")) == ["aws-eu-west-2-nat-euw2-az2"]
    assert list(built.of("InternetGateway")) == ["aws-eu-west-2-internet"]
    world = [name for name, way in built.of("SecurityGroupEgressRule").items() if way.get("cidrIpv4") == "0.0.0.0/0"]
    assert world == ["aws-eu-west-2-oracles-to-world"]


def test_regions_are_peered_and_routed_both_ways(built: Recorder) -> None:
    assert list(built.of("VpcPeeringConnection")) == ["aws-eu-west-2-aws-us-east-2"]
    routes = built.of("Route")
    assert routes["aws-eu-west-2-euw2-az1-aws-us-east-2"]["destinationCidrBlock"] == "10.120.2.0/24"
    assert routes["aws-us-east-2-use2-az1-aws-eu-west-2"]["destinationCidrBlock"] == "10.120.1.0/24"


def test_a_host_is_reached_only_on_its_roles_ports_and_by_ping(built: Recorder) -> None:
    rules = {
        (rule["ipProtocol"], rule["fromPort"], rule["cidrIpv4"])
        for name, rule in built.of("SecurityGroupIngressRule").items()
        if name.startswith("aws-eu-west-2-validators")
    }
    assert rules == {
        ("tcp", 26656, "10.120.1.0/24"), ("tcp", 26656, "10.120.2.0/24"), ("icmp", 8, "10.120.0.0/16"),
    }  # fmt: skip


def test_nothing_is_open_to_the_world(built: Recorder) -> None:
    assert not [r for r in built.of("SecurityGroupIngressRule").values() if r["cidrIpv4"].endswith("/0")]
    assert all(group.get("ingress") in (None, []) for group in built.of("SecurityGroup").values())


def test_a_voters_instance_withstands_mistakes(built: Recorder) -> None:
    found = built.of("Instance")["validators-1"]
    assert found["disableApiTermination"] is True
    assert found["userDataReplaceOnChange"] is False
    assert found["associatePublicIpAddress"] is False
    assert "keyName" not in found
    assert found["monitoring"] is True
    assert found["metadataOptions"] == {
        "httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1,
        "httpProtocolIpv6": "disabled", "instanceMetadataTags": "disabled",
    }  # fmt: skip
    assert (found["rootBlockDevice"]["encrypted"], found["rootBlockDevice"]["kmsKeyId"]) == (
        True,
        "arn:aws-eu-west-2-data",
    )
    assert (found["privateIp"], found["subnetId"]) == ("10.120.1.20", "id-aws-eu-west-2-hosts-10-120-1-16")


def test_other_hosts_may_be_made_anew(built: Recorder) -> None:
    found = built.of("Instance")["oracles-1"]
    assert (found["disableApiTermination"], found["userDataReplaceOnChange"]) == (False, True)


def test_outside_production_and_while_tearing_down_nothing_is_protected() -> None:
    for recorder in (
        made(replace(AWS_ONLY, environment="staging")),
        made(settings=replace(SETTINGS, is_protected=False)),
    ):
        assert recorder.of("Instance")["validators-1"]["disableApiTermination"] is False
        assert {secret["recoveryWindowInDays"] for secret in recorder.of("Secret").values()} == {0}


def test_the_data_volume_is_a_resource_of_its_own(built: Recorder) -> None:
    volume = built.of("Volume")["validators-1-data"]
    assert (volume["size"], volume["encrypted"], volume["kmsKeyId"]) == (100, True, "arn:aws-eu-west-2-data")
    assert volume["availabilityZone"] == "zone of euw2-az1"
    assert built.of("VolumeAttachment")["validators-1-data"]["stopInstanceBeforeDetaching"] is True


def test_the_image_is_found_by_owner_and_exact_name(built: Recorder) -> None:
    [first, *_] = built.calls
    assert first.args["owners"] == ["136693071363"]
    assert first.args["filters"][0] == {"name": "name", "values": ["debian-12-amd64-20260923-2610"]}
    assert "mostRecent" not in first.args


def test_a_confidential_host_says_so_to_aws(built: Recorder) -> None:
    assert built.of("Instance")["validators-2"]["cpuOptions"] == {"amdSevSnp": "enabled"}
    assert "cpuOptions" not in built.of("Instance")["validators-1"]


def test_an_enclave_brings_a_key_that_only_the_attested_image_uses() -> None:
    plan = with_host(AWS_ONLY, host("validators-9", "aws:euw2-az1", "10.120.1.21", confidential="nitro"))
    recorder = made(plan, replace(SETTINGS, enclave_measurement="ab" * 48))
    assert recorder.of("Instance")["validators-9"]["enclaveOptions"] == {"enabled": True}
    [decrypt] = [
        statement
        for statement in json.loads(recorder.of("Key")["aws-eu-west-2-signers"]["policy"])["Statement"]
        if "kms:Decrypt" in statement["Action"]
    ]
    assert decrypt["Condition"] == {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": "ab" * 48}}


def test_an_enclave_without_an_image_is_refused_by_host() -> None:
    plan = with_host(AWS_ONLY, host("validators-9", "aws:euw2-az1", "10.120.1.21", confidential="nitro"))
    with pytest.raises(UsageError, match="validators-9 has a Nitro Enclave, and no enclave image is named"):
        made(plan)


def test_no_policy_lets_a_host_read_anothers_secret(built: Recorder) -> None:
    statements = json.loads(built.of("RolePolicy")["validators-1"]["policy"])["Statement"]
    [secrets] = [statement for statement in statements if statement["Sid"] == "OwnSecrets"]
    assert all(":secret:perps/validators-1/" in arn for arn in secrets["Resource"])
    assert not [s for s in statements if s["Action"] == ["*"] or "*" in s["Action"]]


def test_no_secret_has_a_value(built: Recorder) -> None:
    assert sorted(built.of("Secret")) == [
        "oracles-1-ssh_host_ed25519_key", "validators-1-consensus.json", "validators-1-node.json",
        "validators-1-ssh_host_ed25519_key", "validators-2-consensus.json", "validators-2-node.json",
        "validators-2-ssh_host_ed25519_key",
    ]  # fmt: skip
    assert not built.of("SecretVersion")


def test_the_store_is_private_and_read_through_the_regions_endpoint(built: Recorder) -> None:
    closed = built.of("BucketPublicAccessBlock")["aws-eu-west-2-store"]
    assert all(
        closed[name] for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    [read, *_] = json.loads(built.of("BucketPolicy")["aws-eu-west-2-store"]["policy"])["Statement"]
    assert read["Condition"] == {"StringEquals": {"aws:SourceVpce": "id-aws-eu-west-2-s3"}}
    assert read["Action"] == "s3:GetObject"


def test_a_regions_store_has_its_own_hosts_documents_only(built: Recorder) -> None:
    keys = {
        o["key"] for name, o in built.of("BucketObjectv2").items() if name.startswith("aws-us-east-2/configuration")
    }
    assert keys == {"configuration/validators-2.json", "configuration/validators-2.sig"}


def test_keys_are_rotated_and_cannot_vanish_at_once(built: Recorder) -> None:
    for key in built.of("Key").values():
        assert (key["enableKeyRotation"], key["deletionWindowInDays"]) == (True, 30)
        statements = json.loads(key["policy"])["Statement"]
        assert not [s for s in statements if s["Principal"] == "*" or s["Action"] == ["kms:*"]]


def test_every_host_has_alarms_that_someone_hears(built: Recorder) -> None:
    assert {name.rpartition("validators-1-")[2] for name in built.of("MetricAlarm") if name.startswith("validators-1-")} == {
        "unreachable", "disk-stalled", "busy",
    }  # fmt: skip
    assert all(alarm["alarmActions"] for alarm in built.of("MetricAlarm").values())
    assert built.of("TopicSubscription")["aws-eu-west-2-alarms"]["endpoint"] == "oncall@perps.example"


def test_the_budget_counts_this_stack_only(built: Recorder) -> None:
    [budget] = built.of("Budget").values()
    assert budget["limitAmount"] == "900.00"
    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:geofleet-stack$perps"]}]


def test_one_more_host_changes_only_what_is_its_own(built: Recorder) -> None:
    more = made(with_host(AWS_ONLY, host("validators-3", "aws:euw2-az1", "10.120.1.21")))
    changed = {key for key, seen in more.seen.items() if key not in built.seen or built.seen[key].inputs != seen.inputs}
    own = {key for key in changed if "validators-3" in key}
    assert changed == own
    assert not built.seen.keys() - more.seen.keys()


def test_a_host_in_a_new_region_adds_entries_to_its_peers_and_changes_none(built: Recorder) -> None:
    only = replace(
        AWS_ONLY,
        regions=AWS_ONLY.regions[:1],
        links=(),
        hosts=tuple(h for h in AWS_ONLY.hosts if h.region == "aws:eu-west-2"),
    )
    less = made(only)
    touched = {key for key, seen in less.seen.items() if built.seen[key].inputs != seen.inputs}
    assert touched == set()
    entries = {key for key in built.seen.keys() - less.seen.keys() if "aws-eu-west-2-validators" in key}
    assert entries == {"SecurityGroupIngressRule aws-eu-west-2-validators-p2p-tcp-aws-us-east-2"}


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (host("validators-3", "aws:euw2-az1", "10.120.1.21", machine_type=""), "validators-3 in aws:eu-west-2 has no machine type of AWS"),
        (host("validators-3", "aws:euw2-az1", "10.120.1.21", confidential="tdx"), "by tdx, which AWS does not sell"),
        (host("validators-3", "aws:euw2-az2", "10.120.1.21"), r"hosts of 10.120.1.16/28 in aws:eu-west-2 are in several zones"),
    ],
)  # fmt: skip
def test_what_aws_cannot_make_is_refused_by_name(bad, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        made(with_host(AWS_ONLY, bad))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"account": "12"}, "geofleet:awsAccount is '12', an AWS account has 12 digits"),
        ({"account": ACCOUNT, "enclave_measurement": "0" * 96}, "or all zeros"),
        ({"account": ACCOUNT, "image": "debian*"}, "geofleet:awsImage is 'debian*', not the exact name of an image"),
    ],
)
def test_wrong_settings_are_refused_by_their_key(settings, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        AwsSettings(**settings)
    assert message in str(caught.value)


def test_tunnels_are_opened_to_the_gateways_that_listen() -> None:
    listener = Listener()
    aws = AwsBackend(SETTINGS)
    recorder = build(CloudBackend({"aws": aws, "gcp": listener}, opener=aws, listener=listener), TWO_CLOUDS)
    links = recorder.of("VpnConnection")
    assert sorted(links) == [
        "aws-eu-west-2-gcp-europe-west3-0", "aws-eu-west-2-gcp-us-east4-1", "aws-us-east-2-gcp-europe-west3-1",
        "aws-us-east-2-gcp-us-east4-0",
    ]  # fmt: skip
    inside = [link[name] for link in links.values() for name in ("tunnel1InsideCidr", "tunnel2InsideCidr")]
    assert len(set(inside)) == len(inside) == 8
    assert recorder.of("VpnGateway")["aws-us-east-2-vpn"]["amazonSideAsn"] == "64514"
    assert {gateway["bgpAsn"] for gateway in recorder.of("CustomerGateway").values()} == {"65010"}
    assert sorted(listener.accepted) == sorted(links)
