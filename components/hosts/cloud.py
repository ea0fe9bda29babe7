"""Target `cloud`: each region and host goes to the back end of its provider; links between the clouds are made here."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.bootstrap.cloud_config import Fragment
from components.hosts.backend import CloudProvider, CrossingListener, CrossingOpener, Machine, SignedConfiguration
from components.hosts.crossings import crossings
from schemas.errors import UsageError
from schemas.plan import HostPlan, Plan


class CloudBackend:
    """Several clouds as one back end."""

    target = "cloud"

    def __init__(
        self,
        providers: Mapping[str, CloudProvider],
        *,
        opener: CrossingOpener | None = None,
        listener: CrossingListener | None = None,
    ) -> None:
        """Take the back ends by provider; links between clouds need an opener and a listener among them."""
        self._providers = dict(providers)
        self._opener = opener
        self._listener = listener

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        """Return the store of the host's own provider: no cloud needs the other to boot."""
        return self._of(host.provider).store_url(plan, host)

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        """Return the part of boot data that the host's provider adds."""
        return self._of(host.provider).fragment(plan, host)

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Let every provider in use make its ground, then join them."""
        for provider in sorted({region.region.partition(":")[0] for region in plan.regions}):
            self._of(provider).prepare(plan, parent=parent)
        links = crossings(plan)
        if links:
            assert self._opener is not None, "AWS opens the tunnels"
            assert self._listener is not None, "GCP listens"
            gateways = self._listener.listen(links, parent=parent)
            self._listener.accept(links, self._opener.open(links, gateways, parent=parent), parent=parent)

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make the host's machine in its provider."""
        return self._of(host.provider).machine(host, user_data=user_data, parent=parent)

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Publish in every provider's store; each takes what its own hosts need. Returns the last one's resource."""
        published = [self._providers[name].publish(configuration, parent=parent) for name in sorted(self._providers)]
        return published[-1]

    def _of(self, provider: str) -> CloudProvider:
        found = self._providers.get(provider)
        if found is None:
            raise UsageError(
                f"provider '{provider}' has no back end; {', '.join(sorted(self._providers))} have",
                remedy="Rehearse it in the lab (geofleet:target lab), or leave its regions out under `regions`.",
            )
        return found
