"""Rules on machines and templates, one thing spoilt at a time, through engine and exported state alike."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policies.fleet_view import view_of
from policies.judge import judge
from policies.resources import Owner, Resource, resources_of
from schemas.report import Feed, Severity, Status
from schemas.terms import FleetTerms, NetworkTerms
from tests.policies.cloud import (
    UNKNOWN,
    Made,
    found,
    host,
    in_state,
    one,
    refused,
    silent,
    sound,
    unread,
    violations,
    waits,
)
from tests.policies.security.machines import AWS, GCP, GCP_KEY, GCP_TEMPLATE, GONE, TEMPLATE, machine, owned

RULES_OF_MACHINES = ("SEC010", "SEC012", "SEC013", "SEC015", "SEC022", "SEC033", "SEC034", "SEC035", "SEC036",
                     "SEC040", "OPS040", "OPS041", "OPS042", "OPS043", "OPS044", "RED041")  # fmt: skip


@pytest.mark.parametrize("token", [AWS, GCP])
def test_a_sound_voter_breaks_no_rule(token: str) -> None:
    region = "aws:eu-central-1" if token == AWS else "gcp:europe-west3"
    said = in_state(host("validator", region=region), owned(token))
    spoken = [f for f in said if f.where.urn and f.status is not Status.PASSED and f.rule_id in RULES_OF_MACHINES]
    assert spoken == []
    passed = {f.rule_id for f in said if f.where.urn and f.status is Status.PASSED}
    assert {"OPS042", "SEC015", "RED041"} <= passed


@pytest.mark.parametrize("token", [TEMPLATE, GCP_TEMPLATE])
def test_a_sound_template_breaks_no_rule(token: str) -> None:
    said = in_state(machine(token))
    assert [
        f for f in said if f.status in (Status.FAILED, Status.NOT_EVALUATED) and f.rule_id in RULES_OF_MACHINES
    ] == []


BAD: list[tuple[str, Made, str]] = [
    ("SEC010", machine(metadataOptions=GONE), "metadataOptions.httpTokens is not set; expected 'required'"),
    ("SEC010", machine(metadataOptions__httpTokens="optional"), "metadataOptions.httpTokens is 'optional'"),
    ("SEC010", machine(metadataOptions__httpPutResponseHopLimit=2.0), "httpPutResponseHopLimit is 2; expected a number"),
    ("SEC010", machine(metadataOptions__instanceMetadataTags="enabled"), "instanceMetadataTags is 'enabled'"),
    ("SEC010", machine(TEMPLATE, metadataOptions=GONE), "LaunchTemplate: metadataOptions.httpTokens is not set"),
    ("SEC012", machine(rootBlockDevice=GONE), "rootBlockDevice.encrypted is not set; expected true"),
    ("SEC012", machine(rootBlockDevice__encrypted=False), "rootBlockDevice.encrypted is False; expected true"),
    ("SEC012", machine(ebsBlockDevices=[{"encrypted": False}]), "ebsBlockDevices[0].encrypted is False"),
    ("SEC012", machine(TEMPLATE, blockDeviceMappings=[{"ebs": {"encrypted": "false"}}]),
     "blockDeviceMappings[0].ebs.encrypted is 'false'"),
    ("SEC012", machine(TEMPLATE, blockDeviceMappings=[{"ebs": {"volumeSize": 8}}]), "ebs.encrypted is not set"),
    ("SEC012", Made(token="aws:ebs/volume:Volume"), "Volume: encrypted is not set; expected true"),
    ("SEC013", machine(rootBlockDevice__kmsKeyId=GONE), "rootBlockDevice.kmsKeyId is not set; expected a key of"),
    ("SEC013", machine(rootBlockDevice__kmsKeyId="alias/aws/ebs"), "rootBlockDevice.kmsKeyId is 'alias/aws/ebs'"),
    ("SEC013", machine(GCP, bootDisk__kmsKeySelfLink=GONE), "bootDisk.kmsKeySelfLink is not set"),
    ("SEC013", machine(GCP, bootDisk__diskEncryptionKeyRaw="cmF3"), "expected no raw key"),
    ("SEC013", machine(GCP_TEMPLATE, disks=[{"boot": True}]), "disks[0].diskEncryptionKey.kmsKeySelfLink is not set"),
    ("SEC013", Made(token="gcp:compute/disk:Disk"), "Disk: diskEncryptionKey.kmsKeySelfLink is not set"),
    ("SEC022", machine(userData="-----BEGIN OPENSSH PRIVATE KEY-----\nx"), "userData holds a private key"),
    ("SEC022", machine(userData="export K=AKIAIOSFODNN7EXAMPLE"), "userData holds an AWS access key"),
    ("SEC022", machine(userDataBase64=base64.b64encode(b'{"priv_key": {"type"').decode()), "holds a consensus key"),
    ("SEC022", machine(userDataBase64=base64.b64encode(gzip.compress(b"password: hunter22")).decode()),
     "userDataBase64 holds a password"),
    ("SEC022", machine(GCP, metadata__my_script="mnemonic: " + "abandon " * 11 + "about"), "holds a recovery phrase"),
    ("SEC022", machine(GCP, metadataStartupScript="PRIVATE_KEY=0x" + "ab" * 32), "holds a key of Ethereum"),
    ("SEC033", machine(iamInstanceProfile=GONE), "iamInstanceProfile is not set"),
    ("SEC033", machine(GCP, serviceAccount__email="123-compute@developer.gserviceaccount.com"), "not the default one"),
    ("SEC033", machine(GCP, serviceAccount__email=GONE), "serviceAccount.email is not set"),
    ("SEC033", machine(GCP, serviceAccount__scopes=["compute-rw"]), "serviceAccount.scopes has 'compute-rw'"),
    ("SEC034", machine(GCP, shieldedInstanceConfig=GONE), "enableSecureBoot is not set; expected true; shielded"),
    ("SEC034", machine(GCP_TEMPLATE, shieldedInstanceConfig__enableVtpm=False), "enableVtpm is False; expected true"),
    ("SEC035", machine(keyName="mine"), "keyName is 'mine'; expected no key pair"),
    ("SEC035", machine(GCP, metadata__enable_oslogin="x", **{"metadata__enable-oslogin": "FALSE"}), "metadata.enable-oslogin is 'FALSE'"),
    ("SEC035", machine(GCP, metadata=GONE), "metadata.enable-oslogin is not set"),
    ("SEC035", machine(GCP, **{"metadata__ssh-keys": "me:ssh-ed25519 A"}), "expected no keys in metadata"),
    ("SEC036", machine(GCP, **{"metadata__serial-port-enable": "TRUE"}), "serial-port-enable is 'TRUE'"),
    ("SEC040", machine(sourceDestCheck=False), "sourceDestCheck is False; expected true"),
    ("SEC040", machine(GCP, canIpForward=True), "canIpForward is True; expected false"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "made", "told"), BAD, ids=lambda part: part if isinstance(part, str) else "")
def test_one_thing_spoilt_is_refused_by_name(rule: str, made: Made, told: str) -> None:
    assert told in refused(rule, made)


VOTERS: list[tuple[str, Made, str]] = [
    ("SEC015", owned(associatePublicIpAddress=True), "associatePublicIpAddress is True; expected false"),
    ("SEC015", owned(networkInterfaces=[{"associatePublicIpAddress": "true"}]), "networkInterfaces[0].associatePublic"),
    ("SEC015", owned(GCP, networkInterfaces=[{"accessConfigs": [{"natIp": ""}]}]), "accessConfigs is"),
    (
        "SEC015",
        owned(GCP, networkInterfaces=[{"ipv6AccessConfigs": [{"networkTier": "PREMIUM"}]}]),
        "ipv6AccessConfigs",
    ),
]


@pytest.mark.parametrize(("rule", "made", "told"), VOTERS, ids=lambda part: part if isinstance(part, str) else "")
def test_what_a_voter_must_not_be_is_refused_by_name(rule: str, made: Made, told: str) -> None:
    region = "aws:eu-central-1" if made.token == AWS else "gcp:europe-west3"
    finding = one(rule, host("validator", region=region), made)
    assert told in finding.message
    assert (finding.where.host, finding.where.urn) == ("validators-1", made.urn)


def test_a_public_address_is_advice_for_machines_that_nobody_labelled() -> None:
    finding = one("SEC015", machine(associatePublicIpAddress=True))
    assert finding.severity is Severity.MEDIUM
    assert {level for level, rule, _, _ in violations(machine(associatePublicIpAddress=True)) if rule == "SEC015"} == {
        "ADVISORY"
    }


def test_a_fixed_address_of_a_voter_is_refused_and_of_nobody_it_is_not() -> None:
    eip = Made(token="aws:ec2/eip:Eip", parent=host("validator").urn)
    assert "a fixed public address belongs to this host" in refused("SEC015", host("validator"), eip)
    silent("SEC015", Made(token="aws:ec2/eip:Eip"))


UNREADABLE: list[tuple[str, Made, str]] = [
    ("SEC010", machine(metadataOptions__httpTokens=UNKNOWN), "metadataOptions.httpTokens (known after creation)"),
    ("SEC010", machine(metadataOptions=UNKNOWN), "metadataOptions"),
    ("SEC012", machine(rootBlockDevice__encrypted=UNKNOWN), "rootBlockDevice.encrypted"),
    ("SEC012", machine(ebsBlockDevices=[UNKNOWN]), "ebsBlockDevices[0]"),
    ("SEC034", machine(GCP, shieldedInstanceConfig__enableVtpm=UNKNOWN), "shieldedInstanceConfig.enableVtpm"),
    ("SEC035", machine(GCP, **{"metadata__enable-oslogin": UNKNOWN}), "metadata.enable-oslogin"),
    ("SEC040", machine(GCP, canIpForward=UNKNOWN), "canIpForward"),
]


@pytest.mark.parametrize(("rule", "made", "path"), UNREADABLE, ids=lambda part: part if isinstance(part, str) else "")
def test_a_flag_that_is_unknown_at_preview_fails_the_gate(rule: str, made: Made, path: str) -> None:
    assert path in unread(rule, made)


WAITING: list[tuple[str, Made]] = [
    ("SEC013", machine(rootBlockDevice__kmsKeyId=UNKNOWN)),
    ("SEC013", machine(GCP, bootDisk__kmsKeySelfLink=UNKNOWN)),
    ("SEC022", machine(userData=f"peers: {UNKNOWN}")),
    ("SEC033", machine(iamInstanceProfile=UNKNOWN)),
    ("SEC033", machine(GCP, serviceAccount__email=UNKNOWN)),
    ("SEC010", machine(metadataOptions=GONE, launchTemplate={"id": "lt-1"})),
    ("SEC012", machine(rootBlockDevice=GONE, launchTemplate={"id": "lt-1"})),
]


@pytest.mark.parametrize(("rule", "made"), WAITING, ids=lambda part: part if isinstance(part, str) else "")
def test_what_only_creation_tells_waits_for_it(rule: str, made: Made) -> None:
    waits(rule, made)


def test_user_data_that_is_made_from_a_secret_is_refused_in_the_state() -> None:
    sealed = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    [finding] = [f for f in in_state(machine(userData=sealed)) if f.rule_id == "SEC022"]
    assert "userData is made from a secret" in finding.message
    assert finding.status is Status.FAILED


def test_what_the_provider_answers_is_judged_before_what_was_asked_for() -> None:
    made = machine()
    drifted = {**made.props, "metadataOptions": {"httpTokens": "optional", "httpPutResponseHopLimit": 1.0}}
    finding = one("SEC010", Made(token=AWS, name="m", props=made.props, outputs=drifted))
    assert "httpTokens is 'optional'" in finding.message


def test_what_nobody_asked_for_and_the_provider_will_choose_is_absent_not_unknown() -> None:
    made = machine(metadataOptions=GONE)
    chosen_later = {**made.props, "metadataOptions": {"httpTokens": UNKNOWN}, "arn": UNKNOWN}
    assert "is not set" in one("SEC010", Made(token=AWS, name="m", props=made.props, outputs=chosen_later)).message


def test_a_hop_more_is_a_parameter_for_containers() -> None:
    sound("SEC010", machine(metadataOptions__httpPutResponseHopLimit=1.0))
    sound("SEC010", machine(metadataOptions={"httpEndpoint": "disabled"}))


def test_an_attached_disk_has_its_key_where_the_disk_is_made() -> None:
    sound("SEC013", machine(GCP, attachedDisks=[{"source": "projects/p/zones/z/disks/d"}]))


def test_a_password_that_is_locked_or_a_variable_is_none() -> None:
    sound("SEC022", machine(userData="passwd: '!'\npassword: $PASSWORD\npassword={{ x }}\nlock_passwd: true"))


def test_the_text_of_a_secret_is_never_repeated() -> None:
    assert "hunter22" not in refused("SEC022", machine(userData="password: hunter22"))


def test_a_machine_without_a_service_account_can_do_nothing_which_is_fine() -> None:
    sound("SEC033", machine(GCP, serviceAccount=GONE))


CONFIDENTIAL_BAD = [
    (machine(cpuOptions={"amdSevSnp": "enabled"}, instanceType="m7i.large"), "expected a type of m6a, c6a or r6a"),
    (machine(enclaveOptions={"enabled": "no"}), "enclaveOptions.enabled is 'no'"),
    (machine(GCP, confidentialInstanceConfig={"confidentialInstanceType": "SEV_SNP"}), "minCpuPlatform is not set"),
    (
        machine(
            GCP,
            confidentialInstanceConfig={"confidentialInstanceType": "TDX"},
            scheduling={"onHostMaintenance": "TERMINATE"},
        ),
        "expected a type of c3 for TDX",
    ),
]


@pytest.mark.parametrize(("made", "told"), CONFIDENTIAL_BAD, ids=lambda part: part if isinstance(part, str) else "")
def test_a_confidential_machine_that_cannot_be_one_is_refused(made: Made, told: str) -> None:
    assert told in refused("SEC037", made)


def test_confidential_machines_that_can_be_pass() -> None:
    sound("SEC037", machine(cpuOptions={"amdSevSnp": "enabled"}))
    sound("SEC037", machine(enclaveOptions={"enabled": True}, instanceType="m7i.large"))
    sev = {"confidentialInstanceType": "SEV_SNP"}
    sound(
        "SEC037",
        machine(
            GCP,
            confidentialInstanceConfig=sev,
            minCpuPlatform="AMD Milan",
            scheduling={"onHostMaintenance": "TERMINATE"},
        ),
    )
    silent("SEC037", machine())


def test_the_same_machine_is_never_told_twice_by_the_engine() -> None:
    told = violations(machine(metadataOptions=GONE))
    assert len(told) == len(set(told))
    assert [rule for _, rule, _, _ in told].count("SEC010") == 1


def test_gcp_keys_are_links() -> None:
    sound("SEC013", machine(GCP, bootDisk__kmsKeySelfLink=GCP_KEY))
    assert found("SEC013", machine(GCP_TEMPLATE)) == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [("required", Status.FAILED), ("preferred", Status.NOT_APPLICABLE), ("", Status.NOT_APPLICABLE)],
)
def test_a_spec_that_requires_a_confidential_machine_gets_one(
    hosts: Callable[..., Any], asked: str, status: Status
) -> None:
    made = resources_of([
        Resource(token=AWS, name="m", urn="u", inputs=dict(machine().props), owner=Owner(host="validators-1"))
    ])  # fmt: skip
    view = replace(view_of(hosts("aws:euc1-az1")), resources=made)
    said = view.saying({"validators": FleetTerms(confidential=asked)}, NetworkTerms())
    [found] = [f for f in judge(said, Feed.PREVIEW).findings if f.rule_id == "SEC037"]
    assert found.status is status
    if status is Status.FAILED:
        assert "asks for no encrypted memory or enclave; the spec requires it" in found.message
