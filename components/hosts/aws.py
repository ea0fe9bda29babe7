"""The back end of AWS: one provider process for the account, `region=` on every resource.

Each region stands on its own: network, keys, store, topic. Links and private names
join them. Its parts are `components/hosts/aws_<noun>.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.bootstrap.cloud_config import Fragment
from components.bootstrap.fragments_aws import aws_fragment
from components.hosts import aws_account, aws_machines
from components.hosts.aws_dns import make_name, make_zone
from components.hosts.aws_firewall import make_groups
from components.hosts.aws_identity import make_identity
from components.hosts.aws_keys import make_keys
from components.hosts.aws_links import make_mesh, open_crossings
from components.hosts.aws_machines import Ground
from components.hosts.aws_names import PROVIDER, host_tags, key_of, own_regions
from components.hosts.aws_network import RegionNetwork, make_network
from components.hosts.aws_observability import (
    Subject,
    make_budget,
    make_flow_log_role,
    make_logs,
    make_topic,
    watch_host,
)
from components.hosts.aws_place import Place
from components.hosts.aws_public import make_public_endpoints
from components.hosts.aws_settings import AwsSettings
from components.hosts.aws_store import bucket_name, bucket_url, make_store, publish
from components.hosts.backend import Gateway, Machine, SignedConfiguration, Tunnel
from components.hosts.crossings import Crossing
from components.hosts.secret_names import secret_files
from schemas.plan import HostPlan, Plan

TOKEN = "geofleet:index:AwsRegion"  # noqa: S105 - a type token, not a secret


class AwsRegion(pulumi.ComponentResource):
    """Everything that one region's hosts stand on; a folder for its resources."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the folder; `AwsBackend` fills it."""
        super().__init__(TOKEN, name, {}, opts)


class AwsConfiguration(pulumi.ComponentResource):
    """The published network configuration: the objects in every region's store."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the folder; `AwsBackend` fills it."""
        super().__init__("geofleet:index:AwsConfiguration", name, {}, opts)


class AwsBackend:
    """Makes the regions and hosts of a plan that are in AWS."""

    target = "cloud"
    provider = PROVIDER

    def __init__(self, settings: AwsSettings) -> None:
        """Remember the account; resources take the provider of their parents."""
        self._settings = settings
        self._places: dict[str, Place] = {}
        self._grounds: dict[str, Ground] = {}
        self._stores: dict[str, aws.s3.Bucket] = {}
        self._topics: dict[str, aws.sns.Topic] = {}
        self._zone: aws.route53.Zone | None = None

    def store_url(self, plan: Plan, host: HostPlan) -> str:
        """Return the store of the host's own region."""
        return bucket_url(plan.stack, host.region, self._settings.account)

    def fragment(self, plan: Plan, host: HostPlan) -> Fragment:
        """Return what a Debian image of AWS needs beside the core."""
        return aws_fragment(
            secrets=secret_files(host), store_url=self.store_url(plan, host),
            packages_sha256=self._settings.packages_sha256,
        )  # fmt: skip

    def prepare(self, plan: Plan, *, parent: pulumi.Resource) -> None:
        """Make every region of AWS, join them, and give them one zone of private names."""
        folders = {
            r.region: AwsRegion(key_of(r.region), pulumi.ResourceOptions(parent=parent)) for r in own_regions(plan)
        }
        places = [
            Place(plan=plan, region=r, settings=self._settings, parent=folders[r.region]) for r in own_regions(plan)
        ]
        if not places:
            return
        flow_role = make_flow_log_role(places[0].at(parent))
        for place in places:
            self._make_region(place, flow_role)
        networks = self._networks
        make_mesh(places, networks)
        self._zone = make_zone([place.at(parent) for place in places], networks)
        make_budget(places[0].at(parent))

    def _make_region(self, place: Place, flow_role: aws.iam.Role) -> None:
        stack, account = place.plan.stack, self._settings.account
        aws_account.make_region_defaults(place)
        network = make_network(place, bucket_name(stack, place.region.region, account))
        keys = make_keys(place)
        self._places[place.key] = place
        self._stores[place.key] = make_store(place, network)
        self._topics[place.key] = make_topic(place, keys)
        make_logs(place, network, keys, flow_role)
        make_public_endpoints(place, network)
        self._grounds[place.key] = Ground(
            place=place, network=network, keys=keys, groups=make_groups(place, network),
            spread=aws_machines.make_spread_groups(place), image=aws_machines.find_image(place),
        )  # fmt: skip

    @property
    def _networks(self) -> dict[str, RegionNetwork]:
        return {key: ground.network for key, ground in self._grounds.items()}

    def machine(self, host: HostPlan, *, user_data: str, parent: pulumi.Resource) -> Machine:
        """Make a host's role, its secrets, its data volume, its instance, its name and its alarms.

        Raises:
            UsageError: The plan's machine type or confidential environment is not AWS's, or user data is too large.
        """
        ground = self._grounds[key_of(host.region)]
        place, topic = ground.place, self._topics[key_of(host.region)]
        identity = make_identity(place, host, ground.keys, parent=parent)
        volume = aws_machines.make_volume(ground, host, parent=parent)
        instance = aws_machines.make_instance(ground, host, identity, user_data, parent=parent)
        aws_machines.attach(ground, host, volume, instance, parent=parent)
        assert self._zone is not None, "prepare comes before machine"
        make_name(self._zone, place.plan.stack, host, parent=parent)
        subject = Subject(name=host.host, tags=host_tags(place.plan, host), topic=topic, parent=parent)
        watch_host(place, subject, instance=instance, volume=volume)
        return Machine(resource=instance, address=instance.private_ip)

    def publish(self, configuration: SignedConfiguration, *, parent: pulumi.Resource) -> pulumi.Resource:
        """Publish in every region's store what its hosts pull."""
        folder = AwsConfiguration("aws-configuration", pulumi.ResourceOptions(parent=parent))
        for key, place in sorted(self._places.items()):
            publish(place, self._stores[key], configuration, folder)
        return folder

    def open(
        self, crossings: Sequence[Crossing], gateways: Mapping[str, Gateway], *, parent: pulumi.Resource
    ) -> Mapping[str, tuple[Tunnel, Tunnel]]:
        """Make the tunnels of every crossing, and watch them; they belong to their regions, not to `parent`."""
        del parent
        return open_crossings(crossings, gateways, self._grounds, self._topics)
