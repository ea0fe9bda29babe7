"""The stand-in for GCP alone: what it takes, what it refuses, and with which words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.hosts.gcp_alarms import LOG_ALARMS, METRIC_ALARMS
from components.hosts.gcp_shapes import CONFIDENTIAL
from tests.standins.base.ground import Ground
from tests.standins.base.kind import Call, RefusedError
from tests.standins.base.values import UNKNOWN
from tests.standins.base.vocabulary import resource_vocabulary
from tests.standins.gcp import discovery
from tests.standins.gcp.cloud import TABLES, GcpCloud, TableKind
from tests.standins.gcp.shapes import Field, Table, inputs_of
from tests.standins.gcp.tables_trust import PROJECT_NUMBER

P = "projects/p"
NETWORK, SUBNETWORK = "gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork"
ADDRESS, INSTANCE, DISK = "gcp:compute/address:Address", "gcp:compute/instance:Instance", "gcp:compute/disk:Disk"
RING, KEY = "gcp:kms/keyRing:KeyRing", "gcp:kms/cryptoKey:CryptoKey"
ACCOUNT = "gcp:serviceaccount/account:Account"
AGENT = f"serviceAccount:service-{PROJECT_NUMBER}@compute-system.iam.gserviceaccount.com"


class Bench:
    """One empty project, without the engine."""

    def __init__(self, folder: Path) -> None:
        self.cloud = GcpCloud(Ground(folder))
        self.cloud.configure({"project": "p"})
        self.world = self.cloud.world

    def check(self, token: str, inputs: Mapping[str, Any]) -> list[str]:
        found = resource_vocabulary("gcp", token).problems(inputs) or list(self.cloud.kinds[token].problems(inputs))
        return [f"{at} {reason}".strip() for at, reason in found]

    def create(self, token: str, inputs: Mapping[str, Any]) -> str:
        assert self.check(token, inputs) == []
        return self.cloud.kinds[token].create(self._call(token, "", inputs))

    def update(self, token: str, identity: str, inputs: Mapping[str, Any], *changed: str) -> None:
        self.cloud.kinds[token].update(self._call(token, identity, inputs), frozenset(changed))

    def delete(self, token: str, identity: str, **inputs: Any) -> None:
        self.cloud.kinds[token].delete(self._call(token, identity, inputs))

    def refusal(self, token: str, inputs: Mapping[str, Any]) -> str:
        with pytest.raises(RefusedError) as refused:
            self.create(token, inputs)
        return str(refused.value)

    def _call(self, token: str, identity: str, inputs: Mapping[str, Any]) -> Call[GcpCloud]:
        return Call(cloud=self.cloud, token=token, name="one", region="", id=identity, inputs=inputs, state={})


@pytest.fixture
def empty(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def bench(empty: Bench) -> Bench:
    """A project with a network in one region, a key for its disks, and an account."""
    for service in ("cloudkms", "cloudresourcemanager", "compute", "dns", "iam", "secretmanager", "storage"):
        empty.create("gcp:projects/service:Service", {"project": "p", "service": f"{service}.googleapis.com"})
    empty.create(NETWORK, {"project": "p", "name": "net", "autoCreateSubnetworks": False})
    empty.create(SUBNETWORK, subnetwork("sub", "10.0.2.0/24"))
    ring = empty.create(RING, {"project": "p", "name": "ring", "location": "europe-west2"})
    key = empty.create(KEY, {"name": "disks", "keyRing": ring})
    empty.create(
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        {"cryptoKeyId": key, "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter", "member": AGENT},
    )
    empty.create(ACCOUNT, {"project": "p", "accountId": "host-one"})
    empty.create(ADDRESS, address("one", "10.0.2.10"))
    empty.create(DISK, disk("data"))
    return empty


KEY_NAME = f"{P}/locations/europe-west2/keyRings/ring/cryptoKeys/disks"


def subnetwork(name: str, cidr: str, **more: Any) -> dict[str, Any]:
    return {
        "project": "p", "name": name, "region": "europe-west2", "network": f"{P}/global/networks/net",
        "ipCidrRange": cidr, **more,
    }  # fmt: skip


def address(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {
        "project": "p", "name": name, "region": "europe-west2", "addressType": "INTERNAL", "address": value,
        "subnetwork": f"{P}/regions/europe-west2/subnetworks/sub", **more,
    }  # fmt: skip


def disk(name: str, **more: Any) -> dict[str, Any]:
    return {
        "project": "p", "name": name, "zone": "europe-west2-a", "type": "pd-balanced", "size": 50,
        "diskEncryptionKey": {"kmsKeySelfLink": KEY_NAME}, **more,
    }  # fmt: skip


def instance(**more: Any) -> dict[str, Any]:
    return {
        "project": "p", "name": "one", "zone": "europe-west2-a", "machineType": "n2d-standard-2",
        "bootDisk": {
            "kmsKeySelfLink": KEY_NAME,
            "initializeParams": {"image": "projects/debian-cloud/global/images/i", "size": 20, "type": "pd-balanced"},
        },
        "attachedDisks": [{"source": f"{P}/zones/europe-west2-a/disks/data", "kmsKeySelfLink": KEY_NAME}],
        "networkInterfaces": [
            {"subnetwork": f"{P}/regions/europe-west2/subnetworks/sub", "networkIp": "10.0.2.10", "nicType": "GVNIC"}
        ],
        "serviceAccount": {"email": "host-one@p.iam.gserviceaccount.com", "scopes": ["cloud-platform"]},
        **more,
    }  # fmt: skip


# --- the tables ---


def _names(fields: Mapping[str, Field]) -> set[str]:
    return set(fields)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.token)
def test_every_translated_property_is_one_of_the_sdks(table: Table) -> None:
    assert _names(table.fields) <= set(resource_vocabulary("gcp", table.token).inputs)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.token)
def test_every_place_in_the_interface_is_one_of_the_documents(table: Table) -> None:
    properties = discovery.schema(table.api, table.message).get("properties", {})
    if table.join or not properties:
        return  # what is put together is judged as it is made
    tops = {field.to.partition(".")[0] for field in table.fields.values() if field.to}
    assert tops <= set(properties)


def test_confidential_kinds_of_the_back_end_are_googles() -> None:
    known = discovery.enum_of("compute", "ConfidentialInstanceConfig", "confidentialInstanceType")
    assert {shape.instance_type for shape in CONFIDENTIAL.values()} <= set(known)


# --- names, types, fields ---


def test_a_type_that_is_not_taught_is_unknown(empty: Bench) -> None:
    assert "gcp:compute/snapshot:Snapshot" not in empty.cloud.kinds


def test_a_property_that_the_sdk_lacks_is_refused_with_its_neighbour(bench: Bench) -> None:
    assert bench.check(DISK, disk("d", sise=1)) == ["sise is no property of it; did you mean 'size'?"]


def test_a_property_that_is_not_translated_is_refused(bench: Bench) -> None:
    [problem] = bench.check(DISK, disk("d", provisionedIops=3000))
    assert problem.startswith("provisionedIops is not translated by the stand-in for GCP")


def test_a_value_outside_googles_words_is_refused(bench: Bench) -> None:
    [problem] = bench.check(ADDRESS, address("a", "10.0.2.11", purpose="PRIVATE"))
    assert problem.startswith("Address.purpose is 'PRIVATE', expected one of: DNS_RESOLVER, GCE_ENDPOINT")


def test_a_resource_without_a_name_is_refused(bench: Bench) -> None:
    nameless = {key: value for key, value in disk("d").items() if key != "name"}
    assert any(problem.startswith("name is not given") for problem in bench.check(DISK, nameless))


def test_unknown_values_pass_the_check(bench: Bench) -> None:
    assert bench.check(INSTANCE, instance(serviceAccount={"email": UNKNOWN, "scopes": ["cloud-platform"]})) == []


# --- what Google refuses ---


def test_a_sound_instance_is_taken_and_read_back(bench: Bench) -> None:
    name = bench.create(INSTANCE, instance())
    body = dict(bench.world.get(name).body)  # type: ignore[union-attr]  # it was just made
    assert body["machineType"] == "zones/europe-west2-a/machineTypes/n2d-standard-2"
    assert [one["boot"] for one in body["disks"]] == [True, False]
    kind = bench.cloud.kinds[INSTANCE]
    assert isinstance(kind, TableKind)
    assert inputs_of(kind.table, body, instance()) == {
        key: value for key, value in instance().items() if key not in ("project", "zone")
    }


def test_nothing_is_made_while_its_interface_is_off(empty: Bench) -> None:
    assert "compute.googleapis.com has not been used in project p" in empty.refusal(
        NETWORK, {"project": "p", "name": "n"}
    )


def test_a_name_is_given_once(bench: Bench) -> None:
    assert "409 alreadyExists" in bench.refusal(SUBNETWORK, subnetwork("sub", "10.0.3.0/24"))


def test_what_is_referred_to_must_exist(bench: Bench) -> None:
    wrong = subnetwork("other", "10.0.3.0/24", network=f"{P}/global/networks/gone")
    assert f"network names {P}/global/networks/gone, which does not exist" in bench.refusal(SUBNETWORK, wrong)


def test_overlapping_subnets_are_refused(bench: Bench) -> None:
    assert "conflicts with existing subnetwork" in bench.refusal(SUBNETWORK, subnetwork("b", "10.0.2.128/25"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("10.0.3.1", "is outside the subnetwork"), ("10.0.2.1", "is reserved by Google"),
        ("10.0.2.254", "is reserved by Google"), ("10.0.2.10", "IP_IN_USE_BY_ANOTHER_RESOURCE"),
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_reserved(bench: Bench, value: str, reason: str) -> None:
    assert reason in bench.refusal(ADDRESS, address("two", value))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"machineType": "n2d-standard-3"}, "'n2d-standard-3' does not exist"),
        ({"machineType": "c3d-standard-4"}, "does not exist in zone 'europe-west2-a'"),
        ({"zone": "europe-west2-z"}, "Unknown zone"),
        ({"zone": "europe-west2-b"}, "is not in zone europe-west2-b"),
        ({"machineType": "n4-standard-2"}, "[pd-balanced] features are not compatible"),
        ({"metadata": {"user-data": "x" * 262_145}}, "metadata 'user-data' is 262145 bytes"),
        ({"labels": {"Region": "x"}}, "label key 'Region'"),
        ({"labels": {"region": "gcp:x"}}, "has value 'gcp:x'"),
    ],
)
def test_machines_that_cannot_be(bench: Bench, changes: Mapping[str, Any], reason: str) -> None:
    assert reason in bench.refusal(INSTANCE, instance(**changes))


def test_a_confidential_machine_needs_its_family_platform_and_no_moving(bench: Bench) -> None:
    wanted = {
        "confidentialInstanceConfig": {"confidentialInstanceType": "SEV_SNP"}, "minCpuPlatform": "AMD Milan",
        "scheduling": {"onHostMaintenance": "TERMINATE"},
    }  # fmt: skip
    moving = {**wanted, "scheduling": {"onHostMaintenance": "MIGRATE"}}
    assert "must set onHostMaintenance to TERMINATE" in bench.refusal(INSTANCE, instance(**moving))
    assert "needs minCpuPlatform 'AMD Milan'" in bench.refusal(INSTANCE, instance(**{**wanted, "minCpuPlatform": None}))
    other = {**wanted, "machineType": "n2-standard-2"}
    assert "SEV_SNP is not supported by machine type" in bench.refusal(INSTANCE, instance(**other))
    assert bench.create(INSTANCE, instance(**wanted))


def test_a_disk_has_one_machine(bench: Bench) -> None:
    bench.create(INSTANCE, instance())
    bench.create(ADDRESS, address("two", "10.0.2.11"))
    second = instance(name="two")
    second["networkInterfaces"][0]["networkIp"] = "10.0.2.11"
    assert "is in use by" in bench.refusal(INSTANCE, second)


def test_a_key_of_another_region_is_refused(bench: Bench) -> None:
    assert "is in 'europe-west2', the resource in 'us-central1'" in bench.refusal(DISK, disk("d", zone="us-central1-a"))


def test_a_key_that_googles_service_may_not_use_is_refused(bench: Bench) -> None:
    grant = next(entry for entry in bench.world.entries("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"))
    bench.world.drop(grant.name)
    assert "lacks cloudkms.cryptoKeyVersions.useToEncrypt" in bench.refusal(DISK, disk("d"))


def test_rights_for_accounts_that_do_not_exist_or_for_the_world_are_refused(bench: Bench) -> None:
    token, right = "gcp:projects/iAMMember:IAMMember", {"project": "p", "role": "roles/logging.logWriter"}
    gone = {**right, "member": "serviceAccount:gone@p.iam.gserviceaccount.com"}
    assert "Service account gone@p.iam.gserviceaccount.com does not exist" in bench.refusal(token, gone)
    assert "Invalid member 'allUsers'" in bench.refusal(token, {**right, "member": "allUsers"})
    assert bench.create(token, {**right, "member": "serviceAccount:host-one@p.iam.gserviceaccount.com"})


def test_eleven_accounts_are_too_many_for_a_rule(bench: Bench) -> None:
    for number in range(11):
        bench.create(ACCOUNT, {"project": "p", "accountId": f"account-{number}"})
    rule = {
        "project": "p", "name": "r", "network": f"{P}/global/networks/net", "allows": [{"protocol": "tcp"}],
        "targetServiceAccounts": [f"account-{number}@p.iam.gserviceaccount.com" for number in range(11)],
    }  # fmt: skip
    assert "targetServiceAccounts takes 10 accounts" in bench.refusal("gcp:compute/firewall:Firewall", rule)


# --- changing and deleting ---


def test_a_machine_is_changed_only_when_it_may_be_stopped(bench: Bench) -> None:
    name = bench.create(INSTANCE, instance())
    larger = instance(machineType="n2d-standard-4")
    with pytest.raises(RefusedError, match="changing machineType needs allowStoppingForUpdate"):
        bench.update(INSTANCE, name, larger, "machineType")
    bench.update(INSTANCE, name, {**larger, "allowStoppingForUpdate": True}, "machineType")


def test_a_disk_grows_and_never_shrinks(bench: Bench) -> None:
    name = f"{P}/zones/europe-west2-a/disks/data"
    bench.update(DISK, name, disk("data", size=100), "size")
    with pytest.raises(RefusedError, match="a disk cannot shrink"):
        bench.update(DISK, name, disk("data", size=50), "size")


def test_what_is_used_is_not_deleted(bench: Bench) -> None:
    bench.create(INSTANCE, instance())
    with pytest.raises(RefusedError, match="is already being used by"):
        bench.delete(DISK, f"{P}/zones/europe-west2-a/disks/data")
    with pytest.raises(RefusedError, match="is already being used by"):
        bench.delete(NETWORK, f"{P}/global/networks/net")


def test_what_is_protected_is_not_deleted(bench: Bench) -> None:
    name = bench.create(INSTANCE, instance(deletionProtection=True))
    with pytest.raises(RefusedError, match="has deletion protection"):
        bench.delete(INSTANCE, name)
    with pytest.raises(RefusedError, match="has deletion_policy PREVENT"):
        bench.delete(DISK, f"{P}/zones/europe-west2-a/disks/data", deletionPolicy="PREVENT")


def test_a_key_ring_is_forgotten_and_its_name_is_gone_for_ever(bench: Bench) -> None:
    ring = f"{P}/locations/europe-west2/keyRings/ring"
    bench.delete(RING, ring)
    assert bench.world.get(ring) is None
    assert ring in bench.world.forgotten()
    again = {"project": "p", "name": "ring", "location": "europe-west2"}
    assert "Google keeps the name for ever" in bench.refusal(RING, again)


def test_a_bucket_with_objects_goes_only_by_force(bench: Bench) -> None:
    bench.create("gcp:storage/bucket:Bucket", {"project": "p", "name": "b-1", "location": "EUROPE-WEST2"})
    bench.create("gcp:storage/bucketObject:BucketObject", {"bucket": "b-1", "name": "x", "content": "y"})
    with pytest.raises(RefusedError, match="still has 'b-1/x' in it"):
        bench.delete("gcp:storage/bucket:Bucket", "b-1")
    bench.delete("gcp:storage/bucket:Bucket", "b-1", forceDestroy=True)
    assert bench.world.get("b-1/x") is None


# --- words of the back end that no schema lists ---


def test_alarms_align_their_metrics_with_words_of_google() -> None:
    known = discovery.enum_of("monitoring", "Aggregation", "perSeriesAligner")
    assert {alarm.aligner for alarm in METRIC_ALARMS} <= set(known)
    severities = discovery.enum_of("monitoring", "AlertPolicy", "severity")
    assert {alarm.severity for alarm in (*METRIC_ALARMS, *LOG_ALARMS)} <= set(severities)
