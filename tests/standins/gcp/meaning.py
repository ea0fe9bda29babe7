"""What Google refuses though every field is well formed: overlaps, missing rights, machines that do not exist.

Each check yields an error's code and message, as Google's interfaces word them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.atlas import PUBLISHED
from schemas.atlas.machines import Tee, machine_types
from tests.standins.gcp.tables_trust import PROJECT_NUMBER
from tests.standins.gcp.world import World

Refusal = tuple[str, str]
INVALID, CONFLICT, LIMIT = "400 invalid", "409 conflict", "403 quotaExceeded"

METADATA_VALUE_BYTES_MAX = 262_144
METADATA_BYTES_MAX = 524_288
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,255}")
_MEMBER = re.compile(r"(user|group|domain|serviceAccount):[^@\s]*@?[a-z0-9.-]+\.[a-z]+")
_HYPERDISK_ONLY = frozenset({"c4", "c4d", "n4", "n4d"})
_NETWORK_DISKS = frozenset({"pd-standard", "pd-balanced", "pd-ssd", "pd-extreme"})
_PLATFORM_OF_SNP = "AMD Milan"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A resource that is to be made or changed."""

    world: World
    name: str
    inputs: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def project(self) -> str:
        """Return the project that it belongs to."""
        return str(self.inputs.get("project", ""))


def refusals(token: str, asked: Asked) -> Iterator[Refusal]:
    """Yield what Google refuses in a resource."""
    yield from _labels(asked)
    yield from _compute_name(token, asked)
    if check := _CHECKS.get(token):
        yield from check(asked)


def _labels(asked: Asked) -> Iterator[Refusal]:
    labels = asked.inputs.get("labels")
    if not isinstance(labels, Mapping) or asked.inputs.get("type") == "email":
        return
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key):
            yield INVALID, f"label key '{key}' must be lower case letters, digits, _ and -, at most 63"
        if not _LABEL_VALUE.fullmatch(value):
            yield (
                INVALID,
                f"label {key} has value '{value}'; it must be lower case letters, digits, _ and -, at most 63",
            )


def _compute_name(token: str, asked: Asked) -> Iterator[Refusal]:
    name = asked.inputs.get("name", "")
    if token.startswith("gcp:compute/") and not _NAME.fullmatch(name):
        yield INVALID, f"Invalid value for field 'resource.name': '{name}'. Must match {_NAME.pattern}"


def _subnetwork(asked: Asked) -> Iterator[Refusal]:
    try:
        mine = ipaddress.IPv4Network(asked.inputs["ipCidrRange"])
    except ValueError as error:
        yield INVALID, f"Invalid value for field 'resource.ipCidrRange': {error}"
        return
    if mine.prefixlen > 29:
        yield INVALID, f"'{mine}' is smaller than /29"
    yield from _known_region(asked.inputs["region"])
    for other in asked.world.entries("gcp:compute/subnetwork:Subnetwork"):
        if other.name == asked.name or other.body["network"] != asked.body["network"]:
            continue
        if mine.overlaps(ipaddress.IPv4Network(other.body["ipCidrRange"])):
            yield INVALID, f"Invalid IPCidrRange: {mine} conflicts with existing subnetwork '{other.name}'"


def _known_region(region: str) -> Iterator[Refusal]:
    if f"gcp:{region}" not in PUBLISHED.regions:
        yield INVALID, f"Unknown region '{region}'"


def _address(asked: Asked) -> Iterator[Refusal]:
    yield from _known_region(asked.inputs["region"])
    if asked.inputs.get("addressType") != "INTERNAL" or "address" not in asked.inputs:
        return
    subnet = asked.world.get(str(asked.body.get("subnetwork")))
    if subnet is None:
        return
    if f"/regions/{asked.inputs['region']}/" not in subnet.name:
        yield INVALID, f"subnetwork {subnet.name} is in another region than the address"
    network = ipaddress.IPv4Network(subnet.body["ipCidrRange"])
    address = ipaddress.IPv4Address(asked.inputs["address"])
    if address not in network:
        yield INVALID, f"Requested internal IP address {address} is outside the subnetwork {network}"
    elif address in (network[0], network[1], network[-2], network[-1]):
        yield INVALID, f"IP '{address}' is reserved by Google in {network}"
    for other in asked.world.entries("gcp:compute/address:Address"):
        if other.name != asked.name and other.body.get("address") == str(address):
            yield CONFLICT, f"IP_IN_USE_BY_ANOTHER_RESOURCE: IP '{address}' is already being used by '{other.name}'"


def _nat(asked: Asked) -> Iterator[Refusal]:
    inputs = asked.inputs
    if inputs.get("enableDynamicPortAllocation") and inputs.get("enableEndpointIndependentMapping"):
        yield INVALID, "dynamic port allocation cannot be used with endpoint-independent mapping"
    least, most = inputs.get("minPortsPerVm", 64), inputs.get("maxPortsPerVm", 65536)
    if inputs.get("enableDynamicPortAllocation") and any(n & (n - 1) for n in (least, most)):
        yield INVALID, "with dynamic port allocation minPortsPerVm and maxPortsPerVm must be powers of two"
    if inputs.get("natIpAllocateOption") == "MANUAL_ONLY" and not inputs.get("natIps"):
        yield INVALID, "MANUAL_ONLY needs natIps"


def _firewall(asked: Asked) -> Iterator[Refusal]:
    inputs = asked.inputs
    if not inputs.get("allows") and not inputs.get("denies"):
        yield INVALID, "a firewall needs 'allowed' or 'denied'"
    if inputs.get("allows") and inputs.get("denies"):
        yield INVALID, "a firewall cannot have both 'allowed' and 'denied'"
    for kind in ("targetServiceAccounts", "sourceServiceAccounts"):
        if len(inputs.get(kind) or ()) > 10:
            yield LIMIT, f"{kind} takes 10 accounts"
    if inputs.get("targetTags") and inputs.get("targetServiceAccounts"):
        yield INVALID, "tags and service accounts cannot be mixed"
    if not 0 <= inputs.get("priority", 1000) <= 65535:
        yield INVALID, "priority must be 0 to 65535"
    for source in inputs.get("sourceRanges") or ():
        try:
            ipaddress.ip_network(source)
        except ValueError as error:
            yield INVALID, f"Invalid value for field 'resource.sourceRanges': {error}"


def _uses_key(asked: Asked, key: str, *, agent: str, place: str) -> Iterator[Refusal]:
    """Refuse a key of another region, and one that Google's own service may not use."""
    location = key.split("/")[3] if key.count("/") > 3 else ""
    if location not in (place, "global"):
        yield INVALID, f"KMS key {key} is in '{location}', the resource in '{place}'"
    grants = asked.world.entries("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
    if not any(grant.name.startswith(f"{key}/iam/") and agent in grant.body["members"] for grant in grants):
        yield (
            "403 kmsPermissionDenied",
            f"{agent} lacks cloudkms.cryptoKeyVersions.useToEncrypt on {key}",
        )


COMPUTE_AGENT = f"serviceAccount:service-{PROJECT_NUMBER}@compute-system.iam.gserviceaccount.com"
STORAGE_AGENT = f"serviceAccount:service-{PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
SECRETS_AGENT = f"serviceAccount:service-{PROJECT_NUMBER}@gcp-sa-secretmanager.iam.gserviceaccount.com"


def _region_of(zone: str) -> str:
    return zone.rpartition("-")[0]


def _disk(asked: Asked) -> Iterator[Refusal]:
    zone = asked.inputs["zone"]
    yield from _known_zone(zone)
    key = asked.body.get("diskEncryptionKey", {}).get("kmsKeyName")
    if key:
        yield from _uses_key(asked, key, agent=COMPUTE_AGENT, place=_region_of(zone))
    former = asked.world.get(asked.name)
    if former and int(asked.body.get("sizeGb", 0)) < int(former.body.get("sizeGb", 0)):
        yield INVALID, "a disk cannot shrink"


def _zones(zone: str) -> tuple[str, ...]:
    region = f"gcp:{_region_of(zone)}"
    return PUBLISHED.zones(region) if region in PUBLISHED.regions else ()


def _known_zone(zone: str) -> Iterator[Refusal]:
    if f"gcp:{zone}" not in _zones(zone):
        yield INVALID, f"Invalid value for field 'zone': '{zone}'. Unknown zone."


def _instance(asked: Asked) -> Iterator[Refusal]:
    zone, machine = asked.inputs["zone"], asked.inputs["machineType"]
    region, family = _region_of(zone), machine.partition("-")[0]
    yield from _known_zone(zone)
    if f"gcp:{machine}" not in machine_types():
        yield INVALID, f"Invalid value for field 'resource.machineType': '{machine}' does not exist"
    elif PUBLISHED.price(f"gcp:{region}", f"gcp:{machine}") is None:
        yield INVALID, f"Machine type '{machine}' does not exist in zone '{zone}'"
    else:
        yield from _confidential(asked, machine_types()[f"gcp:{machine}"])
    for disk in asked.body["disks"]:
        yield from _attached(asked, disk, family=family, region=region)
    yield from _interfaces(asked, region)
    yield from _metadata(asked.inputs.get("metadata") or {})


def _confidential(asked: Asked, machine: Any) -> Iterator[Refusal]:
    config = asked.body.get("confidentialInstanceConfig", {})
    kind = config.get("confidentialInstanceType")
    if not kind:
        return
    tee = {"SEV": Tee.SEV, "SEV_SNP": Tee.SEV_SNP, "TDX": Tee.TDX}[kind]
    if tee not in {support.tee for support in machine.tees}:
        yield INVALID, f"The VM's Confidential Computing type {kind} is not supported by machine type {machine.name}"
    if asked.body.get("scheduling", {}).get("onHostMaintenance") != "TERMINATE" and kind != "SEV":
        yield INVALID, f"Instances with {kind} must set onHostMaintenance to TERMINATE"
    if kind == "SEV_SNP" and asked.body.get("minCpuPlatform") != _PLATFORM_OF_SNP:
        yield INVALID, f"SEV_SNP needs minCpuPlatform '{_PLATFORM_OF_SNP}'"


def _attached(asked: Asked, disk: Mapping[str, Any], *, family: str, region: str) -> Iterator[Refusal]:
    source, kind = disk.get("source"), disk.get("initializeParams", {}).get("diskType", "").rpartition("/")[2]
    key = disk.get("diskEncryptionKey", {}).get("kmsKeyName")
    if key:
        yield from _uses_key(asked, key, agent=COMPUTE_AGENT, place=region)
    if source:
        found = asked.world.get(source)
        if found is None:
            return
        kind = found.body["type"].rpartition("/")[2]
        if f"/zones/{asked.inputs['zone']}/" not in source:
            yield INVALID, f"disk '{source}' is not in zone {asked.inputs['zone']}"
        if found.body.get("diskEncryptionKey", {}).get("kmsKeyName") != key:
            yield INVALID, f"disk '{source}' is encrypted with another key"
        for other in asked.world.entries("gcp:compute/instance:Instance"):
            if other.name != asked.name and any(one.get("source") == source for one in other.body["disks"]):
                yield "400 resourceInUseByAnotherResource", f"disk '{source}' is in use by '{other.name}'"
    if kind in _NETWORK_DISKS and family in _HYPERDISK_ONLY:
        yield INVALID, f"[{kind}] features are not compatible for creating instance of {family}"


def _interfaces(asked: Asked, region: str) -> Iterator[Refusal]:
    for interface in asked.body.get("networkInterfaces", ()):
        subnet = asked.world.get(str(interface.get("subnetwork")))
        if subnet and f"/regions/{region}/" not in subnet.name:
            yield INVALID, f"subnetwork '{subnet.name}' is in another region than the instance"
        reserved = [
            entry.body.get("address") or entry.assigned.get("address")
            for entry in asked.world.entries("gcp:compute/address:Address")
        ]
        wanted = [interface.get("networkIP"), *(one.get("natIP") for one in interface.get("accessConfigs", ()))]
        for address in wanted:
            if address and address not in reserved:
                yield INVALID, f"address {address} is not reserved in this project"
    for other in asked.world.entries("gcp:compute/instance:Instance"):
        taken = {one.get("networkIP") for one in other.body.get("networkInterfaces", ())}
        mine = {one.get("networkIP") for one in asked.body.get("networkInterfaces", ())}
        if other.name != asked.name and taken & mine - {None}:
            yield CONFLICT, f"IP {sorted(taken & mine)} is already in use by '{other.name}'"


def _metadata(values: Mapping[str, str]) -> Iterator[Refusal]:
    for key, value in values.items():
        if len(value.encode()) > METADATA_VALUE_BYTES_MAX:
            yield INVALID, f"metadata '{key}' is {len(value.encode())} bytes, more than {METADATA_VALUE_BYTES_MAX}"
    total = sum(len(key.encode()) + len(value.encode()) for key, value in values.items())
    if total > METADATA_BYTES_MAX:
        yield INVALID, f"metadata is {total} bytes in all, more than {METADATA_BYTES_MAX}"


def _spread(asked: Asked) -> Iterator[Refusal]:
    policy = asked.body.get("groupPlacementPolicy", {})
    count = policy.get("availabilityDomainCount")
    if count is not None and not 1 <= count <= 8:
        yield INVALID, "availabilityDomainCount must be 1 to 8"
    if count is not None and policy.get("collocation") == "COLLOCATED":
        yield INVALID, "COLLOCATED and availabilityDomainCount exclude each other"


def _key(asked: Asked) -> Iterator[Refusal]:
    rotation = asked.inputs.get("rotationPeriod", "")
    if rotation and (not rotation.endswith("s") or int(rotation[:-1]) < 86400):
        yield INVALID, "rotationPeriod must be at least 86400s"
    delay = asked.inputs.get("destroyScheduledDuration", "2592000s")
    if not 86400 <= int(delay[:-1]) <= 120 * 86400:
        yield INVALID, "destroyScheduledDuration must be 24 hours to 120 days"


def _ring(asked: Asked) -> Iterator[Refusal]:
    yield from _known_region(asked.inputs["location"])


def _secret(asked: Asked) -> Iterator[Refusal]:
    if not _SECRET.fullmatch(asked.inputs["secretId"]):
        yield INVALID, f"Secret ID '{asked.inputs['secretId']}' must match {_SECRET.pattern}"
    for replica in asked.body["replication"].get("userManaged", {}).get("replicas", ()):
        key = replica.get("customerManagedEncryption", {}).get("kmsKeyName")
        yield from _known_region(replica["location"])
        if key:
            yield from _uses_key(asked, key, agent=SECRETS_AGENT, place=replica["location"])


def _bucket(asked: Asked) -> Iterator[Refusal]:
    name, place = asked.inputs["name"], asked.inputs["location"].lower()
    if not _BUCKET.fullmatch(name) or name.startswith("goog"):
        yield INVALID, f"Invalid bucket name: '{name}'"
    yield from _known_region(place)
    key = asked.body.get("encryption", {}).get("defaultKmsKeyName")
    if key:
        yield from _uses_key(asked, key, agent=STORAGE_AGENT, place=place)


def _account(asked: Asked) -> Iterator[Refusal]:
    if not _ACCOUNT.fullmatch(asked.inputs["accountId"]):
        yield INVALID, f"account ID '{asked.inputs['accountId']}' must match {_ACCOUNT.pattern}"


def _member(asked: Asked) -> Iterator[Refusal]:
    member, role = asked.inputs["member"], asked.inputs["role"]
    if not re.fullmatch(r"(roles|projects/[^/]+/roles)/[A-Za-z0-9_.]+", role):
        yield INVALID, f"Role {role} is not supported"
    if not _MEMBER.fullmatch(member):
        yield (
            INVALID,
            f"Invalid member '{member}': allUsers and the like are refused here, others need `user:`, `group:`",
        )
    kind, _, email = member.partition(":")
    own = re.fullmatch(r"[^@]+@([a-z0-9-]+)\.iam\.gserviceaccount\.com", email)
    if kind != "serviceAccount" or own is None:
        return
    if member == SECRETS_AGENT and not _has_identity(asked.world, "secretmanager"):
        yield INVALID, f"Service account {email} does not exist: it is made by a ServiceIdentity"
    name = f"projects/{own[1]}/serviceAccounts/{email}"
    if member not in (SECRETS_AGENT, STORAGE_AGENT, COMPUTE_AGENT) and asked.world.get(name) is None:
        yield INVALID, f"Service account {email} does not exist."


def _has_identity(world: World, service: str) -> bool:
    return any(
        f"/identities/{service}." in entry.name
        for entry in world.entries("gcp:projects/serviceIdentity:ServiceIdentity")
    )


def _record(asked: Asked) -> Iterator[Refusal]:
    name = asked.inputs["name"]
    zone = asked.world.get(f"projects/{asked.project}/managedZones/{asked.inputs['managedZone']}")
    if zone and not name.endswith(f".{zone.body['dnsName']}") and name != zone.body["dnsName"]:
        yield INVALID, f"'{name}' is not below the zone's '{zone.body['dnsName']}'"


def _zone(asked: Asked) -> Iterator[Refusal]:
    if not asked.inputs["dnsName"].endswith("."):
        yield INVALID, "dnsName must end with a dot"


def _external_gateway(asked: Asked) -> Iterator[Refusal]:
    wanted = {"SINGLE_IP_INTERNALLY_REDUNDANT": 1, "TWO_IPS_REDUNDANCY": 2, "FOUR_IPS_REDUNDANCY": 4}
    count = wanted.get(asked.inputs.get("redundancyType", ""), 0)
    found = asked.body.get("interfaces", [])
    if [one.get("id") for one in found] != list(range(count)):
        yield INVALID, f"{asked.inputs.get('redundancyType')} needs interfaces 0 to {count - 1}"


def _tunnel(asked: Asked) -> Iterator[Refusal]:
    if asked.inputs.get("vpnGatewayInterface") not in (0, 1):
        yield INVALID, "vpnGatewayInterface must be 0 or 1"
    if not asked.inputs.get("sharedSecret"):
        yield INVALID, "a tunnel needs a shared secret"
    if asked.inputs.get("ikeVersion", 2) not in (1, 2):
        yield INVALID, "ikeVersion must be 1 or 2"


def _peer(asked: Asked) -> Iterator[Refusal]:
    ours, theirs = asked.inputs.get("ipAddress"), asked.inputs.get("peerIpAddress")
    if (
        ours
        and theirs
        and ipaddress.ip_interface(f"{ours}/30").network != ipaddress.ip_interface(f"{theirs}/30").network
    ):
        yield INVALID, f"{ours} and {theirs} are not in one /30"
    router = asked.world.get(
        f"projects/{asked.project}/regions/{asked.inputs['region']}/routers/{asked.inputs['router']}"
    )
    if router and router.body.get("bgp", {}).get("asn") == asked.inputs.get("peerAsn"):
        yield INVALID, f"peer ASN {asked.inputs.get('peerAsn')} is the router's own"


_CHECKS: dict[str, Callable[[Asked], Iterator[Refusal]]] = {
    "gcp:compute/subnetwork:Subnetwork": _subnetwork,
    "gcp:compute/address:Address": _address,
    "gcp:compute/routerNat:RouterNat": _nat,
    "gcp:compute/firewall:Firewall": _firewall,
    "gcp:compute/disk:Disk": _disk,
    "gcp:compute/instance:Instance": _instance,
    "gcp:compute/resourcePolicy:ResourcePolicy": _spread,
    "gcp:compute/externalVpnGateway:ExternalVpnGateway": _external_gateway,
    "gcp:compute/vPNTunnel:VPNTunnel": _tunnel,
    "gcp:compute/routerPeer:RouterPeer": _peer,
    "gcp:kms/keyRing:KeyRing": _ring,
    "gcp:kms/cryptoKey:CryptoKey": _key,
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": _member,
    "gcp:secretmanager/secret:Secret": _secret,
    "gcp:secretmanager/secretIamMember:SecretIamMember": _member,
    "gcp:storage/bucket:Bucket": _bucket,
    "gcp:storage/bucketIAMMember:BucketIAMMember": _member,
    "gcp:projects/iAMMember:IAMMember": _member,
    "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember": _member,
    "gcp:serviceaccount/account:Account": _account,
    "gcp:dns/recordSet:RecordSet": _record,
    "gcp:dns/managedZone:ManagedZone": _zone,
}
