"""The back end of GCP through Pulumi's mock engine: what it registers, with which properties, and what it refuses."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components.fleets.network import Network
from components.hosts.cloud import CloudBackend
from components.hosts.gcp import GcpBackend, GcpSettings
from components.hosts.gcp_budget import amount_usd
from components.hosts.gcp_identity import secret_id
from components.hosts.gcp_scope import Scope, label, shortened
from components.hosts.gcp_shapes import CONFIDENTIAL, confidential_shape, disk_type
from schemas.atlas.machines import Tee, machine_types
from schemas.errors import UsageError
from tests.standins.gcp.sample import HOSTS, PLAN, NoAws, host, network_args, sample_plan

SETTINGS = GcpSettings(
    project="example-perps", billing_account="000000-000000-000000", alarm_email="on-call@example.com",
    operators=("group:sre@example.com",),
)  # fmt: skip
Built = Mapping[str, pulumi.runtime.MockResourceArgs]


class Recorder(pulumi.runtime.Mocks):
    """Remembers what was registered; answers what Google alone knows."""

    def __init__(self) -> None:
        self.seen: dict[str, pulumi.runtime.MockResourceArgs] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        self.seen[f"{args.typ.rpartition(':')[2]} {args.name}"] = args
        chosen: dict[str, Any] = {}
        if args.typ.endswith(":HaVpnGateway"):
            chosen = {"vpnInterfaces": [{"id": end, "ipAddress": f"203.0.113.{end + 1}"} for end in (0, 1)]}
        if args.typ.endswith(":Account"):
            email = f"{args.inputs['accountId']}@example-perps.iam.gserviceaccount.com"
            chosen = {"email": email, "member": f"serviceAccount:{email}"}
        return f"id-of-{args.name}", {**args.inputs, "selfLink": f"link-of-{args.name}", **chosen}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        return {"number": "123", "member": "serviceAccount:store", "emailAddress": "store"}


def build(changes: Mapping[str, Any]) -> Built:
    """Return everything that the sample registers with these changes."""
    recorder = Recorder()

    @pulumi.runtime.test
    def register() -> None:
        mocks.set_mocks(recorder, project="geofleet", stack="sample", preview=False)
        plan, gcp, aws = sample_plan(changes), GcpBackend(SETTINGS), NoAws()
        backend = CloudBackend({"aws": aws, "gcp": gcp}, opener=aws, listener=gcp)
        Network(plan.stack, network_args(plan, backend), backend)

    loops: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def recorded() -> asyncio.AbstractEventLoop:
        loops.append(make())
        return loops[-1]

    with pytest.MonkeyPatch.context() as patch:
        # Pulumi leaves its loops open; whichever test the collector ran in would be blamed for them.
        patch.setattr(asyncio, "new_event_loop", recorded)
        asyncio.set_event_loop(recorded())
        try:
            register()
        finally:
            asyncio.set_event_loop(None)
            for loop in loops:
                loop.close()
    return recorder.seen


@pytest.fixture(scope="module")
def built() -> Built:
    return build({})


@pytest.fixture(scope="module")
def in_production() -> Built:
    return build({"environment": "production"})


def inputs(built: Built, name: str) -> Mapping[str, Any]:
    return built[name].inputs


def test_every_resource_is_named_after_the_plan_and_belongs_to_the_stack(built: Built) -> None:
    own = [args for args in built.values() if args.typ.startswith("gcp:")]
    assert len(own) > 150
    assert all(args.name.startswith("sample-") for args in own)
    assert all(len(args.inputs.get("name", "")) <= 63 for args in own if "gcp:compute" in args.typ)


def test_nothing_is_made_in_other_clouds_regions(built: Built) -> None:
    places = [
        str(args.inputs.get(key, "")) for args in built.values() if args.typ.startswith("gcp:")
        for key in ("region", "zone", "location")
    ]  # fmt: skip
    assert {place.lower().rpartition("-")[0] for place in places if place} <= {
        "europe",
        "us",
        "europe-west2",
        "us-central1",
    }


def test_the_network_has_no_subnets_of_its_own_and_routes_everywhere(built: Built) -> None:
    network = inputs(built, "Network sample-network")
    assert (network["autoCreateSubnetworks"], network["routingMode"], network["mtu"]) == (False, "GLOBAL", 1460)
    subnetwork = inputs(built, "Subnetwork sample-europe-west2")
    assert (subnetwork["ipCidrRange"], subnetwork["privateIpGoogleAccess"]) == ("10.120.2.0/24", True)
    assert subnetwork["logConfig"]["metadata"] == "INCLUDE_ALL_METADATA"


def test_what_no_rule_admits_is_denied_and_logged(built: Built) -> None:
    rule = inputs(built, "Firewall sample-deny-ingress")
    assert (rule["denies"], rule["priority"], rule["sourceRanges"]) == ([{"protocol": "all"}], 65534, ["0.0.0.0/0"])
    assert rule["logConfig"]
    assert "targetServiceAccounts" not in rule


def test_a_hosts_rules_are_its_clients_ports_and_sessions_through_iap(built: Built) -> None:
    rules = {
        args.inputs["name"]: args.inputs for args in built.values()
        if args.typ.endswith(":Firewall") and "validators-1" in args.name
    }  # fmt: skip
    account = "sample-validators-1@example-perps.iam.gserviceaccount.com"
    assert sorted(rules) == ["sample-validators-1-p2p", "sample-validators-1-ssh"]
    assert rules["sample-validators-1-ssh"]["sourceRanges"] == ["35.235.240.0/20"]
    assert rules["sample-validators-1-p2p"]["sourceRanges"] == ["10.120.1.0/24", "10.120.2.0/24", "10.120.3.0/24"]
    assert rules["sample-validators-1-p2p"]["allows"] == [{"protocol": "tcp", "ports": ["26656"]}]
    assert all(rule["targetServiceAccounts"] == [account] for rule in rules.values())


def test_hosts_that_run_nothing_are_reached_by_sessions_only(built: Built) -> None:
    assert [key for key in built if key.startswith("Firewall sample-relayers-1")] == ["Firewall sample-relayers-1-ssh"]


def test_machines_are_shielded_private_and_closed(built: Built) -> None:
    machine = inputs(built, "Instance sample-validators-2")
    assert machine["shieldedInstanceConfig"] == {
        "enableSecureBoot": True, "enableVtpm": True, "enableIntegrityMonitoring": True,
    }  # fmt: skip
    [interface] = machine["networkInterfaces"]
    assert interface["networkIp"] == "10.120.2.11"
    assert "accessConfigs" not in interface
    metadata = machine["metadata"]
    closed = ("enable-oslogin", "enable-oslogin-2fa", "block-project-ssh-keys", "serial-port-enable")
    assert [metadata[key] for key in closed] == ["TRUE", "TRUE", "TRUE", "FALSE"]
    assert "ssh-keys" not in metadata
    assert machine["canIpForward"] is False
    assert machine["scheduling"]["provisioningModel"] == "STANDARD"
    assert machine["serviceAccount"] == {
        "email": "sample-validators-2@example-perps.iam.gserviceaccount.com", "scopes": ["cloud-platform"],
    }  # fmt: skip


def test_disks_have_the_regions_key_and_data_outlives_the_machine(built: Built) -> None:
    machine, disk = inputs(built, "Instance sample-validators-2"), inputs(built, "Disk sample-validators-2-data")
    key = "id-of-sample-europe-west2-disks-key"
    assert disk["diskEncryptionKey"] == {"kmsKeySelfLink": key}
    assert (disk["size"], disk["zone"]) == (50, "europe-west2-b")
    [attached] = machine["attachedDisks"]
    assert (attached["source"], attached["kmsKeySelfLink"]) == ("link-of-sample-validators-2-data", key)
    assert machine["bootDisk"]["kmsKeySelfLink"] == key
    assert machine["bootDisk"]["autoDelete"] is True


def test_a_confidential_host_is_asked_for_as_google_wants_it(built: Built) -> None:
    machine = inputs(built, "Instance sample-validators-1")
    assert machine["confidentialInstanceConfig"] == {"confidentialInstanceType": "SEV_SNP"}
    assert (machine["minCpuPlatform"], machine["scheduling"]["onHostMaintenance"]) == ("AMD Milan", "TERMINATE")


def test_other_hosts_move_while_google_works_below_them(built: Built) -> None:
    machine = inputs(built, "Instance sample-validators-2")
    assert machine["scheduling"]["onHostMaintenance"] == "MIGRATE"
    assert "confidentialInstanceConfig" not in machine
    assert "minCpuPlatform" not in machine


def test_families_without_persistent_disks_get_hyperdisks(built: Built) -> None:
    assert inputs(built, "Disk sample-relayers-1-data")["type"] == "hyperdisk-balanced"
    assert inputs(built, "Disk sample-validators-2-data")["type"] == "pd-balanced"


def test_in_production_voters_and_what_they_sign_with_are_protected(in_production: Built) -> None:
    assert inputs(in_production, "Instance sample-validators-2")["deletionProtection"] is True
    assert inputs(in_production, "Disk sample-validators-2-data")["deletionPolicy"] == "PREVENT"
    assert inputs(in_production, "Secret sample-validators-2-consensus-json-secret")["deletionProtection"] is True
    key = inputs(in_production, "CryptoKey sample-europe-west2-disks-key")
    assert (key["deletionPolicy"], key["versionTemplate"]["protectionLevel"]) == ("PREVENT", "HSM")
    assert inputs(in_production, "Bucket sample-example-perps-europe-west2-store")["forceDestroy"] is False


def test_in_production_other_roles_can_be_replaced(in_production: Built) -> None:
    assert inputs(in_production, "Instance sample-relayers-1")["deletionProtection"] is False
    assert inputs(in_production, "Disk sample-relayers-1-data")["deletionPolicy"] == "DELETE"


def test_elsewhere_a_stack_can_be_removed_whole(built: Built) -> None:
    assert inputs(built, "Instance sample-validators-2")["deletionProtection"] is False
    assert inputs(built, "Bucket sample-example-perps-europe-west2-store")["forceDestroy"] is True


def test_keys_rotate_and_their_destruction_can_be_undone(built: Built) -> None:
    for purpose in ("disks", "secrets", "store"):
        key = inputs(built, f"CryptoKey sample-us-central1-{purpose}-key")
        assert (key["rotationPeriod"], key["destroyScheduledDuration"]) == ("7776000s", "2592000s")


def test_secrets_stay_in_the_hosts_region_and_come_without_a_value(built: Built) -> None:
    secret = inputs(built, "Secret sample-validators-3-consensus-json-secret")
    assert secret["replication"] == {
        "userManaged": {
            "replicas": [
                {
                    "location": "us-central1",
                    "customerManagedEncryption": {"kmsKeyName": "id-of-sample-us-central1-secrets-key"},
                }
            ]
        }
    }
    assert not [key for key in built if key.startswith("SecretVersion ")]


def test_each_host_reads_its_own_secrets_only(built: Built) -> None:
    for args in (args for args in built.values() if args.typ.endswith(":SecretIamMember")):
        owner = args.inputs["member"].removeprefix("serviceAccount:").partition("@")[0]
        assert args.inputs["secretId"].startswith(f"{owner}-")
        assert args.inputs["role"] == "roles/secretmanager.secretAccessor"


def test_hosts_have_few_roles_and_no_keys_of_their_own(built: Built) -> None:
    roles = {args.inputs["role"] for args in built.values() if args.typ.endswith("projects/iAMMember:IAMMember")}
    assert roles == {"roles/logging.logWriter", "roles/monitoring.metricWriter"}
    assert not [args for args in built.values() if args.typ == "gcp:serviceaccount/key:Key"]


def test_the_store_is_private_versioned_and_each_regions_own(built: Built) -> None:
    bucket = inputs(built, "Bucket sample-example-perps-europe-west2-store")
    assert (bucket["uniformBucketLevelAccess"], bucket["publicAccessPrevention"]) == (True, "enforced")
    assert bucket["versioning"] == {"enabled": True}
    assert bucket["encryption"] == {"defaultKmsKeyName": "id-of-sample-europe-west2-store-key"}
    objects = {
        args.inputs["name"]
        for args in built.values()
        if args.typ.endswith(":BucketObject") and "us-central1" in args.name
    }
    assert objects == {
        "blobs/" + "ab" * 32, "configuration/relayers-1.json", "configuration/relayers-1.sig",
        "configuration/validators-3.json", "configuration/validators-3.sig",
    }  # fmt: skip


def test_operators_and_nobody_else_open_sessions(built: Built) -> None:
    members = [args.inputs for args in built.values() if args.typ.endswith(":TunnelInstanceIAMMember")]
    assert len(members) == len(HOSTS)
    assert {(m["member"], m["role"]) for m in members} == {
        ("group:sre@example.com", "roles/iap.tunnelResourceAccessor")
    }


def test_a_fleets_hosts_of_one_region_are_kept_apart(built: Built) -> None:
    policy = inputs(built, "ResourcePolicy sample-validators-europe-west2-spread")
    assert policy["groupPlacementPolicy"] == {"availabilityDomainCount": 3}
    assert (
        inputs(built, "Instance sample-validators-2")["resourcePolicies"]
        == "link-of-sample-validators-europe-west2-spread"
    )


def test_each_link_to_aws_has_two_tunnels_with_bgp_over_the_planned_addresses(built: Built) -> None:
    name = "sample-aws-aws-eu-west-2-gcp-europe-west2-0"
    assert inputs(built, f"ExternalVpnGateway {name}")["redundancyType"] == "TWO_IPS_REDUNDANCY"
    for number, (ours, theirs) in enumerate((("169.254.16.18", "169.254.16.17"), ("169.254.16.22", "169.254.16.21"))):
        assert inputs(built, f"RouterInterface {name}-{number}")["ipRange"] == f"{ours}/30"
        peer = inputs(built, f"RouterPeer {name}-{number}")
        assert (peer["ipAddress"], peer["peerIpAddress"], peer["peerAsn"]) == (ours, theirs, 64513)
        tunnel = inputs(built, f"VPNTunnel {name}-{number}")
        assert (tunnel["ikeVersion"], tunnel["peerExternalGatewayInterface"]) == (2, number)
        assert "value" in tunnel["sharedSecret"], "the key is marked as a secret"


def test_hosts_have_private_names(built: Built) -> None:
    assert inputs(built, "ManagedZone sample-names")["visibility"] == "private"
    record = inputs(built, "RecordSet sample-validators-1-name")
    assert (record["name"], record["rrdatas"]) == ("validators-1.sample.geofleet.internal.", ["10.120.2.10"])


def test_labels_are_the_stable_facts_in_googles_form(built: Built) -> None:
    assert inputs(built, "Instance sample-validators-1")["labels"] == {
        "geofleet_stack": "sample", "geofleet_environment": "staging", "geofleet_host": "validators-1",
        "geofleet_fleet": "validators", "geofleet_role": "validator", "geofleet_region": "gcp_europe-west2",
        "geofleet_zone": "gcp_europe-west2-a", "geofleet_operator": "self",
    }  # fmt: skip


def test_alarms_reach_people_and_say_what_to_do(built: Built) -> None:
    policies = [args.inputs for args in built.values() if args.typ.endswith(":AlertPolicy")]
    assert len(policies) == 11
    assert all(policy["notificationChannels"] for policy in policies)
    assert all(len(policy["documentation"]["content"]) > 40 for policy in policies)


def test_the_budget_is_the_plans_price_with_a_margin(built: Built) -> None:
    budget = inputs(built, "Budget sample-budget")
    assert budget["amount"]["specifiedAmount"] == {"currencyCode": "USD", "units": "390"}
    assert budget["budgetFilter"]["labels"] == {"geofleet_stack": "sample"}


def test_hosts_without_a_price_count_as_the_others_and_none_at_all_makes_no_budget() -> None:
    unpriced = dataclasses.replace(PLAN, hosts=tuple(dataclasses.replace(h, cost_usd_per_month=None) for h in HOSTS))
    half = dataclasses.replace(PLAN, hosts=(*unpriced.hosts[:2], *HOSTS[2:]))
    assert amount_usd(Scope(settings=SETTINGS, plan=unpriced)) is None
    assert amount_usd(Scope(settings=SETTINGS, plan=half)) == 390


def test_one_more_host_changes_no_other_hosts_inputs(built: Built) -> None:
    more = build({"added": {"validators-4": {"zone": "gcp:us-central1-a", "address": "10.120.3.11"}}})
    changed = [key for key, args in built.items() if more[key].inputs != args.inputs]
    assert changed == ["Budget sample-budget"]
    assert all("validators-4" in key for key in set(more) - set(built))


@pytest.mark.parametrize("machine_type", ["", "aws:c6a.xlarge"])
def test_a_host_without_a_machine_type_of_google_is_refused_by_name(machine_type: str) -> None:
    wrong = host("validators-1", "gcp:europe-west2-a", "10.120.2.10", machine_type=machine_type)
    with pytest.raises(UsageError) as refused:
        confidential_shape(dataclasses.replace(wrong, confidential="sev_snp"))
    assert str(refused.value) == (
        f"host validators-1 in gcp:europe-west2 has no machine type of GCP in its plan: '{machine_type}'"
    )


def test_enclaves_are_refused_with_what_google_has() -> None:
    with pytest.raises(UsageError) as refused:
        confidential_shape(host("validators-1", "gcp:europe-west2-a", "10.120.2.10", confidential="nitro"))
    assert str(refused.value) == (
        "host validators-1 in gcp:europe-west2 shall have 'nitro', which GCP has not; it has sev_snp, tdx"
    )


def test_a_family_that_cannot_be_confidential_is_refused() -> None:
    wrong = host("validators-1", "gcp:europe-west2-a", "10.120.2.10", confidential="tdx")
    with pytest.raises(UsageError) as refused:
        confidential_shape(wrong)
    assert str(refused.value) == "host validators-1 shall have 'tdx', but machine type n2d-standard-2 is not of c3"


def test_a_back_end_without_a_project_is_refused() -> None:
    with pytest.raises(UsageError, match="no project of Google Cloud is named"):
        GcpBackend(GcpSettings(project=""))


@pytest.mark.parametrize(("kind", "tee"), [("sev_snp", Tee.SEV_SNP), ("tdx", Tee.TDX)])
def test_confidential_families_are_those_of_the_atlas(kind: str, tee: Tee) -> None:
    families = {
        machine.family for machine in machine_types().values()
        if machine.provider == "gcp" and tee in {support.tee for support in machine.tees}
    }  # fmt: skip
    assert CONFIDENTIAL[kind].families == families


def test_every_family_of_the_atlas_has_a_kind_of_disk() -> None:
    types = {disk_type(name.removeprefix("gcp:")) for name, m in machine_types().items() if m.provider == "gcp"}
    assert types == {"hyperdisk-balanced", "pd-balanced"}


def test_facts_become_labels_that_google_takes() -> None:
    assert label("gcp:europe-west2-b") == "gcp_europe-west2-b"
    assert label("Acme Staking, Inc.") == "acme_staking_inc_"
    assert len(label("x" * 100)) == 63


def test_long_names_are_cut_and_stay_apart() -> None:
    one, other = shortened("a" * 80 + "1"), shortened("a" * 80 + "2")
    assert len(one) == len(other) == 63
    assert one != other


def test_a_secrets_name_says_whose_it_is() -> None:
    assert secret_id("perps", "validators-1", "ssh_host_ed25519_key") == "perps-validators-1-ssh-host-ed25519-key"
