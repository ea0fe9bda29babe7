"""The kinds of resource that a lab is made of: what each is given, and how it is made, seen and removed.

Every create may be repeated: it adopts what carries the stack's ownership mark and
repairs what a killed run left. Every read says what is there, so that a refresh sees
what was removed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab import containers, evm, exchanges, links, network, router, store
from lab.claim import claim
from lab.limits import ensure_limits
from lab.naming import region_number
from schemas.canonical import sha256_hex
from schemas.errors import UsageError
from schemas.locations import host_secrets_dir

PACKAGE = "geofleet-lab"

Inputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a kind."""

    description: str
    type: type = str
    replaces: bool = False
    """Whether a change needs a new resource."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource."""

    name: str
    description: str
    properties: Mapping[str, Property]
    identity: Callable[[Inputs], str]
    """The resource's ID, known from its inputs."""
    create: Callable[[Inputs], None]
    """Make it, repair it, or bring it to these inputs."""
    read: Callable[[Inputs], Inputs | None]
    """What is there, as properties; None when it is gone or not whole."""
    delete: Callable[[Inputs], None]

    def problems(self, inputs: Inputs) -> Iterator[tuple[str, str]]:
        """Yield every property that is unknown, missing or of the wrong type, with the reason."""
        for name in sorted(set(inputs) - set(self.properties)):
            yield name, f"{self.name} has no property '{name}'; it has: {', '.join(sorted(self.properties))}"
        for name, property_ in self.properties.items():
            if name not in inputs:
                yield name, f"{self.name} needs '{name}': {property_.description}"
            elif not _fits(inputs[name], property_.type):
                yield name, f"found {type(inputs[name]).__name__}, expected {property_.type.__name__}"


def kind_of(token: str) -> Kind:
    """Return the kind that a type token (`geofleet-lab:index:Region`) names.

    Raises:
        UsageError: There is no such kind.
    """
    name = token.rpartition(":")[2]
    found = next((kind for kind in KINDS if kind.name == name), None)
    if found is None:
        raise UsageError(
            f"'{token}' is not a resource of the lab", remedy=f"It has: {', '.join(sorted(k.name for k in KINDS))}."
        )
    return found


_STACK = Property(description="Name of the stack: part of every name, and the ownership mark.", replaces=True)
_ADDRESS_TEXT = "IPv4 address; its /24 is the region's subnet."


def _wan(inputs: Inputs) -> network.WideAreaNetwork:
    return network.WideAreaNetwork(
        stack=inputs["stack"], network_cidr=inputs["network_cidr"], operator_cidr=inputs["operator_cidr"]
    )


def _create_wan(inputs: Inputs) -> None:
    wan = _wan(inputs)
    claim(wan.stack)
    network.ensure_wan(wan)
    network.ensure_operator(wan)
    router.start_router(wan.stack, network_cidr=wan.network_cidr)


def _read_wan(inputs: Inputs) -> Inputs | None:
    wan = _wan(inputs)
    whole = network.read_wan(wan).complete and network.read_operator(wan).complete
    return inputs if whole and router.read_router(wan.stack) else None


def _delete_wan(inputs: Inputs) -> None:
    router.stop_router(inputs["stack"])
    network.remove_operator(inputs["stack"])
    network.remove_wan(inputs["stack"])


def _create_region(inputs: Inputs) -> None:
    network.ensure_region(inputs["stack"], inputs["cidr"])


def _read_region(inputs: Inputs) -> Inputs | None:
    return inputs if network.read_region(inputs["stack"], inputs["cidr"]).complete else None


def _pair(inputs: Inputs) -> tuple[int, int]:
    return region_number(inputs["cidr"]), region_number(inputs["other_cidr"])


def _create_link(inputs: Inputs) -> None:
    number, other = _pair(inputs)
    found = links.read_link(inputs["stack"], number, other)
    if found is not None and (found.cut_ways or found.loss_share):
        links.remove_link(inputs["stack"], number, other)  # what a drill left goes with it
    links.set_link(inputs["stack"], number, other, round_trip_ms=inputs["round_trip_ms"], jitter_ms=inputs["jitter_ms"])


def _read_link(inputs: Inputs) -> Inputs | None:
    found = links.read_link(inputs["stack"], *_pair(inputs))
    if found is None or found.cut_ways or found.loss_share:
        return None
    # The router counts whole nanoseconds: a figure that it keeps within them is the one that was given.
    kept = {name: inputs[name] for name in ("round_trip_ms", "jitter_ms") if _same(getattr(found, name), inputs[name])}
    return {**inputs, "round_trip_ms": found.round_trip_ms, "jitter_ms": found.jitter_ms, **kept}


def _same(found_ms: float, given_ms: float) -> bool:
    return abs(found_ms - given_ms) < 0.0002


def _delete_link(inputs: Inputs) -> None:
    if router.read_router(inputs["stack"]) is not None:
        links.remove_link(inputs["stack"], *_pair(inputs))


def _create_store(inputs: Inputs) -> None:
    store.start_store(inputs["stack"], operator_cidr=inputs["operator_cidr"])


def _read_store(inputs: Inputs) -> Inputs | None:
    return inputs if store.read_store(inputs["stack"], operator_cidr=inputs["operator_cidr"]) else None


def _create_exchanges(inputs: Inputs) -> None:
    exchanges.start_exchanges(inputs["stack"], operator_cidr=inputs["operator_cidr"], answers=inputs["answers"])


def _read_exchanges(inputs: Inputs) -> Inputs | None:
    found = exchanges.read_exchanges(inputs["stack"], operator_cidr=inputs["operator_cidr"])
    return None if found is None else {**inputs, "answers": dict(found)}


def _evm(inputs: Inputs) -> evm.EvmInputs:
    return evm.EvmInputs(
        stack=inputs["stack"],
        operator_cidr=inputs["operator_cidr"],
        chain_number=int(inputs["chain_number"]),
        block_time_ms=int(inputs["block_time_ms"]),
    )


def _create_evm(inputs: Inputs) -> None:
    evm.start_evm(_evm(inputs))


def _read_evm(inputs: Inputs) -> Inputs | None:
    return inputs if evm.read_evm(_evm(inputs)) else None


def _create_configuration(inputs: Inputs) -> None:
    store.publish(
        inputs["stack"],
        documents=inputs["documents"],
        signatures=inputs["signatures"],
        blobs=inputs["blobs"],
    )


def _read_configuration(inputs: Inputs) -> Inputs | None:
    found = store.read_published(inputs["stack"])
    kept = {host: text for host, text in inputs["documents"].items() if found.documents.get(host) == sha256_hex(text)}
    if not found.documents:
        return None
    return {
        **inputs,
        "documents": {**dict.fromkeys(found.documents, "changed by hand"), **kept},
        "signatures": dict(found.signatures),
        "blobs": {name: text for name, text in inputs["blobs"].items() if name in found.blobs},
    }


def _delete_configuration(inputs: Inputs) -> None:
    store.publish(inputs["stack"], documents={}, signatures={}, blobs={})


def _create_volume(inputs: Inputs) -> None:
    containers.ensure_volume(inputs["stack"], inputs["host"])


def _read_volume(inputs: Inputs) -> Inputs | None:
    return inputs if containers.read_volume(inputs["stack"], inputs["host"]) else None


def _machine(inputs: Inputs) -> containers.MachineInputs:
    return containers.MachineInputs(
        stack=inputs["stack"],
        host=inputs["host"],
        image=inputs["image"],
        user_data=inputs["user_data"],
        secrets=host_secrets_dir(inputs["stack"], inputs["host"]),
    )


def _create_machine(inputs: Inputs) -> None:
    ensure_limits()
    network.ensure_host(inputs["stack"], inputs["host"], address=inputs["address"])
    containers.ensure_host(_machine(inputs))


def _read_machine(inputs: Inputs) -> Inputs | None:
    if not network.read_host(inputs["stack"], inputs["host"], address=inputs["address"]).complete:
        return None
    return inputs if containers.runs_as_made(_machine(inputs)) else None


def _delete_machine(inputs: Inputs) -> None:
    containers.remove_host(inputs["stack"], inputs["host"])
    network.remove_host(inputs["stack"], inputs["host"])


def _fits(value: Any, wanted: type) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, Mapping) if wanted is dict else isinstance(value, wanted)


KINDS = (
    Kind(
        name="WideAreaNetwork",
        description="The emulated wide-area network: its namespace, its router, and the operator's way into it.",
        properties={
            "stack": _STACK,
            "network_cidr": Property(description="Holds every region's subnet.", replaces=True),
            "operator_cidr": Property(description="Operators and the store; never delayed.", replaces=True),
        },
        identity=lambda inputs: f"{inputs['stack']}/wan",
        create=_create_wan,
        read=_read_wan,
        delete=_delete_wan,
    ),
    Kind(
        name="Region",
        description="One region: a bridge with its subnet.",
        properties={
            "stack": _STACK,
            "region": Property(description="Its name, `provider:region`."),
            "cidr": Property(description="Its subnet, a /24.", replaces=True),
        },
        identity=lambda inputs: f"{inputs['stack']}/{inputs['region']}",
        create=_create_region,
        read=_read_region,
        delete=lambda inputs: network.remove_region(inputs["stack"], inputs["cidr"]),
    ),
    Kind(
        name="Link",
        description="What separates two regions.",
        properties={
            "stack": _STACK,
            "region": Property(description="One region, `provider:region`."),
            "other": Property(description="The other region."),
            "cidr": Property(description="Subnet of the one region.", replaces=True),
            "other_cidr": Property(description="Subnet of the other region.", replaces=True),
            "round_trip_ms": Property(description="Median round trip, in ms.", type=float),
            "jitter_ms": Property(description="Standard deviation of the round trip, in ms.", type=float),
        },
        identity=lambda inputs: f"{inputs['stack']}/{inputs['region']}/{inputs['other']}",
        create=_create_link,
        read=_read_link,
        delete=_delete_link,
    ),
    Kind(
        name="Store",
        description="Serves configuration, contents and binaries to hosts.",
        properties={
            "stack": _STACK,
            "operator_cidr": Property(description="It listens on the third address of it.", replaces=True),
        },
        identity=lambda inputs: f"{inputs['stack']}/store",
        create=_create_store,
        read=_read_store,
        delete=lambda inputs: store.stop_store(inputs["stack"]),
    ),
    Kind(
        name="Exchanges",
        description="Plays the exchanges that oracles read prices from.",
        properties={
            "stack": _STACK,
            "operator_cidr": Property(description="They listen on the third address of it.", replaces=True),
            "answers": Property(description="Path and query to source, pair and the form of the answer.", type=dict),
        },
        identity=lambda inputs: f"{inputs['stack']}/exchanges",
        create=_create_exchanges,
        read=_read_exchanges,
        delete=lambda inputs: exchanges.stop_exchanges(inputs["stack"]),
    ),
    Kind(
        name="EvmChain",
        description="Stands in for an EVM chain that others operate; it keeps nothing.",
        properties={
            "stack": _STACK,
            "operator_cidr": Property(description="It answers on the third address of it.", replaces=True),
            "chain_number": Property(description="EIP-155 chain ID.", type=float, replaces=True),
            "block_time_ms": Property(description="Time between blocks, in ms.", type=float, replaces=True),
        },
        identity=lambda inputs: f"{inputs['stack']}/evm",
        create=_create_evm,
        read=_read_evm,
        delete=lambda inputs: evm.stop_evm(inputs["stack"]),
    ),
    Kind(
        name="Configuration",
        description="The published network configuration.",
        properties={
            "stack": _STACK,
            "documents": Property(description="Host to its document, canonical JSON.", type=dict),
            "signatures": Property(description="Host to the deployer's signature, base64.", type=dict),
            "blobs": Property(description="SHA-256 to the contents that documents refer to.", type=dict),
        },
        identity=lambda inputs: f"{inputs['stack']}/configuration",
        create=_create_configuration,
        read=_read_configuration,
        delete=_delete_configuration,
    ),
    Kind(
        name="Volume",
        description="A data volume; it outlives its host and carries the sign state.",
        properties={"stack": _STACK, "host": Property(description="The host that it belongs to.", replaces=True)},
        identity=lambda inputs: f"{inputs['stack']}/{inputs['host']}/data",
        create=_create_volume,
        read=_read_volume,
        delete=lambda inputs: containers.remove_volume(inputs["stack"], inputs["host"]),
    ),
    Kind(
        name="Machine",
        description="One host: a container with systemd, in a network namespace of its own.",
        properties={
            "stack": _STACK,
            "host": Property(description="Its name, `<fleet>-<n>`.", replaces=True),
            "address": Property(description=_ADDRESS_TEXT, replaces=True),
            "image": Property(description="The image that it starts from.", replaces=True),
            "user_data": Property(description="What cloud-init does at its first boot.", replaces=True),
        },
        identity=lambda inputs: f"{inputs['stack']}/{inputs['host']}",
        create=_create_machine,
        read=_read_machine,
        delete=_delete_machine,
    ),
)
