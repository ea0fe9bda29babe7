"""The one object that answers for the world: the tables, and over them a user's own figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schemas.atlas import latency, pricing
from schemas.atlas import regions as places
from schemas.atlas.distance import Place
from schemas.atlas.estimation import by_distance
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.hubs import Hub, hub_round_trip
from schemas.atlas.machines import ARCHITECTURE, MachineType, machine_types
from schemas.atlas.measurements import pair_of
from schemas.atlas.offers import MachineOffer, Need, offer_of
from schemas.atlas.overrides import Overrides
from schemas.atlas.pricing import Price
from schemas.atlas.regions import Region
from schemas.canonical import canonical_json, sha256_hex
from schemas.errors import AtlasError

VERSION = "2026-11-24.2"
"""Changes whenever a table changes; plan locks carry it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Atlas:
    """What is known of the world. Whoever plans or judges is handed one; nothing reads overrides by itself."""

    overrides: Overrides = field(default_factory=Overrides)

    @cached_property
    def version(self) -> str:
        """Return the tables' version, and with overrides the hash of what they say: `2026-11-24.2+5f0c9a6b1d2e`."""
        if not self.overrides:
            return VERSION
        told = sha256_hex(canonical_json(self.overrides.over(Overrides()).to_json()))
        return f"{VERSION}+{told[:12]}"

    @property
    def regions(self) -> Mapping[str, Region]:
        """Return every known region by name, sorted."""
        return places.regions()

    def zones(self, region: str) -> tuple[str, ...]:
        """Return a region's zones that any account can use; empty when none is known."""
        return places.zones(region)

    @cached_property
    def _round_trips(self) -> dict[tuple[str, str], RoundTrip]:
        return {figure.pair: figure.round_trip() for figure in self.overrides.round_trips}

    @cached_property
    def _jitter(self) -> dict[tuple[str, str], RoundTrip]:
        return {figure.pair: figure.round_trip() for figure in self.overrides.jitter}

    @cached_property
    def _prices(self) -> dict[tuple[str, str], Price]:
        return {(found.region, found.machine): found.price() for found in self.overrides.prices}

    @cached_property
    def _answers(self) -> dict[tuple[str, str], RoundTrip]:
        return {}

    def measured(self, origin: str, target: str) -> RoundTrip | None:
        """Return what is measured between two regions, the user's own first; None when nothing is."""
        own = self._round_trips.get(pair_of(origin, target))
        if own is not None and own.evidence is Evidence.MEASURED:
            return own
        return latency.published(origin, target)

    def round_trip(self, origin: str, target: str) -> RoundTrip:
        """Return the best known round trip between two regions, the same in both directions.

        A user's own figure wins; then what is measured, composed, estimated. Own measurements
        also take part in composed figures.

        Raises:
            AtlasError: The atlas lacks one of the regions.
        """
        pair = pair_of(origin, target)
        found = self._round_trips.get(pair) or self._answers.get(pair)
        if found is None:
            found = self._answers[pair] = latency.round_trip(*pair, self.measured)
        return found

    def jitter(self, origin: str, target: str) -> RoundTrip:
        """Return the standard deviation of the round trip (ping's mdev), in ms, the user's own first.

        Raises:
            AtlasError: The atlas lacks one of the regions.
        """
        return self._jitter.get(pair_of(origin, target)) or latency.jitter(origin, target)

    def figures(self, origin: str, target: str) -> tuple[RoundTrip, ...]:
        """Return every figure for a pair: the user's own, measured, composed, estimated, and the light bound last.

        Raises:
            AtlasError: The atlas lacks one of the regions.
        """
        own = self._round_trips.get(pair_of(origin, target))
        return (*([own] if own else []), *latency.figures(origin, target, self.measured))

    def point_round_trip(self, origin: str, to: Place) -> RoundTrip:
        """Return the round trip from a region to coordinates (a site, a hub on the map): an estimate by distance.

        Raises:
            AtlasError: The atlas lacks the region.
        """
        return by_distance(places.region(origin), to)

    def hub_round_trip(self, origin: str, hub: Hub) -> RoundTrip:
        """Return the round trip from a region to where a hub is; see `schemas.atlas.hubs.hub_round_trip`."""
        return hub_round_trip(origin, hub, self.round_trip)

    def price(self, region: str, machine: str) -> Price | None:
        """Return a machine's price in a region, the user's own first; None when nothing is known about it there."""
        return self._prices.get((region, machine)) or pricing.price(region, machine)

    @cached_property
    def _offers(self) -> dict[tuple[str, Need], tuple[MachineOffer, ...]]:
        return {}

    def offers(
        self, region: str, *, vcpu: int, memory_gib: float, local_disk_gib: int = 0, confidential: bool = False
    ) -> tuple[MachineOffer, ...]:
        """Return every machine that fits and has a price in a region, the cheapest first.

        Args:
            region: Where.
            vcpu: At least this many virtual processors.
            memory_gib: At least this much memory.
            local_disk_gib: At least this much local disk; a type whose disks nobody measured has none.
            confidential: Only types that run AMD SEV-SNP or Intel TDX; whether the region has them is in `tees`.

        Raises:
            AtlasError: The atlas lacks the region.
        """
        need = Need(vcpu=vcpu, memory_gib=memory_gib, local_disk_gib=local_disk_gib, confidential=confidential)
        if (region, need) not in self._offers:
            places.region(region)
            found = [offer for machine in self._candidates(region, need) for offer in self._offer(region, machine)]
            self._offers[region, need] = tuple(sorted(found, key=MachineOffer.order))
        return self._offers[region, need]

    def machine_for(
        self, region: str, *, vcpu: int, memory_gib: float, local_disk_gib: int = 0, confidential: bool = False
    ) -> MachineOffer:
        """Return the cheapest machine that fits; see `offers` for what fits.

        Raises:
            AtlasError: The atlas lacks the region, nothing fits there, or no price is known there.
        """
        found = self.offers(
            region, vcpu=vcpu, memory_gib=memory_gib, local_disk_gib=local_disk_gib, confidential=confidential
        )
        if found:
            return found[0]
        if not self._priced(region):
            raise AtlasError(
                f"no price is known in {region}",
                remedy=f"Add prices to atlas/overrides.yaml, or leave {region} out under 'regions'.",
            )
        wish = "confidential machine" if confidential else "machine"
        disk = f" and {local_disk_gib} GiB of local disk" if local_disk_gib else ""
        raise AtlasError(
            f"no {wish} of {vcpu} vCPU, {memory_gib:g} GiB{disk} is known in {region}",
            remedy="Ask for less, or choose another region: geofleet atlas machines.",
        )

    def _priced(self, region: str) -> set[str]:
        own = {machine for at, machine in self._prices if at == region}
        return own | set(pricing.priced_machines(region))

    def _candidates(self, region: str, need: Need) -> Iterable[MachineType]:
        types = machine_types()
        for name in sorted(self._priced(region)):
            machine = types[name]
            if machine.architecture == ARCHITECTURE and need.fits(machine):
                yield machine

    def _offer(self, region: str, machine: MachineType) -> Iterable[MachineOffer]:
        found = self.price(region, machine.name)
        if found is not None:
            yield offer_of(machine, region, found)


PUBLISHED = Atlas()
"""The tables alone."""
