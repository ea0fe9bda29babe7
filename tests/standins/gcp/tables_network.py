"""Networks, subnets, routers, tunnels and firewalls: Pulumi's properties and Google's fields."""

from __future__ import annotations

from tests.standins.gcp.shapes import Body, Field, Inputs, Reference, Table

COMPUTE = "https://www.googleapis.com/compute/v1/"
NETWORK = Reference(token="gcp:compute/network:Network", path="projects/{project}/global/networks/{}")
SUBNETWORK = Reference(
    token="gcp:compute/subnetwork:Subnetwork", path="projects/{project}/regions/{region}/subnetworks/{}"
)
ROUTER = Reference(token="gcp:compute/router:Router", path="projects/{project}/regions/{region}/routers/{}")
TUNNEL = Reference(token="gcp:compute/vPNTunnel:VPNTunnel", path="projects/{project}/regions/{region}/vpnTunnels/{}")
ADDRESS = Reference(token="gcp:compute/address:Address", path="projects/{project}/regions/{region}/addresses/{}")
ACCOUNT = Reference(token="gcp:serviceaccount/account:Account", path="projects/{project}/serviceAccounts/{}")

NAMED = {"name": Field(to="name", replaces=True), "project": Field(replaces=True)}
DELETION = {"deletionPolicy": Field()}
DESCRIBED = {"description": Field(to="description")}
LABELLED = {"labels": Field(to="labels", passes=True)}
REGIONAL = {"region": Field(replaces=True)}


def self_link(name: str, inputs: Inputs) -> Body:
    """Return the address of a resource of the compute interface."""
    del inputs
    return {"selfLink": COMPUTE + name}


def _public_address(number: int) -> str:
    """Return an address of the ranges that are kept for documents and tests; never a real one."""
    return f"203.0.113.{number % 250 + 1}" if number % 500 < 250 else f"198.51.100.{number % 250 + 1}"


def _chosen_address(number: int, inputs: Inputs) -> Body:
    return {} if inputs.get("address") else {"address": _public_address(number)}


def _gateway_interfaces(number: int, inputs: Inputs) -> Body:
    del inputs
    return {"vpnInterfaces": [{"id": end, "ipAddress": _public_address(2 * number + end)} for end in (0, 1)]}


def _log_config(body: Body, inputs: Inputs) -> Body:
    """Say that logs are on: the provider does so when it is told how they shall be."""
    del inputs
    if "logConfig" in body:
        body["logConfig"]["enable"] = True
    return body


_PORTS = {"protocol": Field(to="IPProtocol"), "ports": Field(to="ports")}

TABLES = (
    Table(
        token="gcp:compute/network:Network",
        api="compute",
        message="Network",
        path="projects/{project}/global/networks/{name}",
        fields={
            **NAMED,
            **DELETION,
            "description": Field(to="description", replaces=True),
            "autoCreateSubnetworks": Field(to="autoCreateSubnetworks", replaces=True),
            "routingMode": Field(to="routingConfig.routingMode"),
            "mtu": Field(to="mtu"),
        },
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/subnetwork:Subnetwork",
        api="compute",
        message="Subnetwork",
        path="projects/{project}/regions/{region}/subnetworks/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            "description": Field(to="description", replaces=True),
            "network": Field(to="network", replaces=True, refers=NETWORK),
            "ipCidrRange": Field(to="ipCidrRange", replaces=True),
            "stackType": Field(to="stackType"),
            "purpose": Field(to="purpose", replaces=True),
            "privateIpGoogleAccess": Field(to="privateIpGoogleAccess"),
            "logConfig": Field(
                to="logConfig",
                inner={name: Field(to=name) for name in ("aggregationInterval", "flowSampling", "metadata")},
            ),
        },
        join=_log_config,
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/router:Router",
        api="compute",
        message="Router",
        path="projects/{project}/regions/{region}/routers/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            **DESCRIBED,
            "network": Field(to="network", replaces=True, refers=NETWORK),
            "bgp": Field(
                to="bgp",
                inner={name: Field(to=name) for name in ("asn", "advertiseMode", "advertisedGroups", "keepaliveInterval")},
            ),
        },
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/routerNat:RouterNat",
        api="compute",
        message="RouterNat",
        path="projects/{project}/regions/{region}/routers/{router}/nats/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            "router": Field(replaces=True, refers=ROUTER),
            "natIps": Field(to="natIps", refers=ADDRESS),
            "subnetworks": Field(
                to="subnetworks",
                inner={
                    "name": Field(to="name", refers=SUBNETWORK),
                    "sourceIpRangesToNats": Field(to="sourceIpRangesToNat"),
                },
            ),
            "logConfig": Field(to="logConfig", inner={"enable": Field(to="enable"), "filter": Field(to="filter")}),
            **{
                name: Field(to=name)
                for name in (
                    "natIpAllocateOption",
                    "sourceSubnetworkIpRangesToNat",
                    "enableDynamicPortAllocation",
                    "enableEndpointIndependentMapping",
                    "minPortsPerVm",
                    "maxPortsPerVm",
                )
            },
        },
    ),
    Table(
        token="gcp:compute/firewall:Firewall",
        api="compute",
        message="Firewall",
        path="projects/{project}/global/firewalls/{name}",
        fields={
            **NAMED,
            **DELETION,
            **DESCRIBED,
            "network": Field(to="network", replaces=True, refers=NETWORK),
            "direction": Field(to="direction", replaces=True),
            "allows": Field(to="allowed", inner=_PORTS),
            "denies": Field(to="denied", inner=_PORTS),
            "targetServiceAccounts": Field(to="targetServiceAccounts", refers=ACCOUNT),
            "sourceServiceAccounts": Field(to="sourceServiceAccounts", refers=ACCOUNT),
            "logConfig": Field(to="logConfig", inner={"metadata": Field(to="metadata")}),
            **{name: Field(to=name) for name in ("priority", "disabled", "sourceRanges", "destinationRanges")},
        },
        join=_log_config,
        outputs=self_link,
    ),
    Table(
        token="gcp:compute/address:Address",
        api="compute",
        message="Address",
        path="projects/{project}/regions/{region}/addresses/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            **LABELLED,
            "description": Field(to="description", replaces=True),
            "subnetwork": Field(to="subnetwork", replaces=True, refers=SUBNETWORK),
            **{name: Field(to=name, replaces=True) for name in ("address", "addressType", "purpose", "networkTier")},
        },
        assigned=_chosen_address,
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/haVpnGateway:HaVpnGateway",
        api="compute",
        message="VpnGateway",
        path="projects/{project}/regions/{region}/vpnGateways/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            **LABELLED,
            "network": Field(to="network", replaces=True, refers=NETWORK),
            **{name: Field(to=name, replaces=True) for name in ("description", "gatewayIpVersion", "stackType")},
        },
        assigned=_gateway_interfaces,
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/externalVpnGateway:ExternalVpnGateway",
        api="compute",
        message="ExternalVpnGateway",
        path="projects/{project}/global/externalVpnGateways/{name}",
        fields={
            **NAMED,
            **DELETION,
            **LABELLED,
            "description": Field(to="description", replaces=True),
            "redundancyType": Field(to="redundancyType", replaces=True),
            "interfaces": Field(
                to="interfaces", replaces=True, inner={"id": Field(to="id"), "ipAddress": Field(to="ipAddress")}
            ),
        },
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/vPNTunnel:VPNTunnel",
        api="compute",
        message="VpnTunnel",
        path="projects/{project}/regions/{region}/vpnTunnels/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            **LABELLED,
            "router": Field(to="router", replaces=True, refers=ROUTER),
            "vpnGateway": Field(
                to="vpnGateway",
                replaces=True,
                refers=Reference(
                    token="gcp:compute/haVpnGateway:HaVpnGateway",
                    path="projects/{project}/regions/{region}/vpnGateways/{}",
                ),
            ),
            "peerExternalGateway": Field(
                to="peerExternalGateway",
                replaces=True,
                refers=Reference(
                    token="gcp:compute/externalVpnGateway:ExternalVpnGateway",
                    path="projects/{project}/global/externalVpnGateways/{}",
                ),
            ),
            **{
                name: Field(to=name, replaces=True)
                for name in (
                    "description", "sharedSecret", "ikeVersion", "vpnGatewayInterface", "peerExternalGatewayInterface",
                )
            },
        },
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/routerInterface:RouterInterface",
        api="compute",
        message="RouterInterface",
        path="projects/{project}/regions/{region}/routers/{router}/interfaces/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            "router": Field(replaces=True, refers=ROUTER),
            "ipRange": Field(to="ipRange", replaces=True),
            "vpnTunnel": Field(to="linkedVpnTunnel", replaces=True, refers=TUNNEL),
        },
        is_held=True,
    ),
    Table(
        token="gcp:compute/routerPeer:RouterPeer",
        api="compute",
        message="RouterBgpPeer",
        path="projects/{project}/regions/{region}/routers/{router}/peers/{name}",
        fields={
            **NAMED,
            **DELETION,
            **REGIONAL,
            "router": Field(replaces=True, refers=ROUTER),
            "interface": Field(
                to="interfaceName",
                replaces=True,
                refers=Reference(
                    token="gcp:compute/routerInterface:RouterInterface",
                    path="projects/{project}/regions/{region}/routers/{router}/interfaces/{}",
                ),
            ),
            **{
                name: Field(to=name)
                for name in ("ipAddress", "peerIpAddress", "peerAsn", "advertisedRoutePriority", "advertiseMode")
            },
        },
    ),
)  # fmt: skip
