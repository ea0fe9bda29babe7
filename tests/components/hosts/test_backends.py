"""One contract, three back ends: what a network's program sees of the lab, of AWS and of GCP is the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from components.bootstrap.boot import LAB
from components.hosts.aws import AwsBackend
from components.hosts.aws_settings import AwsSettings
from components.hosts.backend import Backend
from components.hosts.cloud import CloudBackend
from components.hosts.gcp import GcpBackend
from components.hosts.gcp_settings import GcpSettings
from components.hosts.lab import LabBackend
from schemas.errors import UsageError
from schemas.facts import HostFacts, facts_of
from tests.components.hosts.building import Recorder, build
from tests.components.hosts.plans import ACCOUNT, TWO_CLOUDS


def lab() -> Backend:
    return LabBackend(image="localhost/geofleet-host:1")


def clouds() -> Backend:
    aws, gcp = AwsBackend(AwsSettings(account=ACCOUNT)), GcpBackend(GcpSettings(project="perps-prod"))
    return CloudBackend({"aws": aws, "gcp": gcp}, opener=aws, listener=gcp)


BACKENDS: dict[str, Callable[[], Backend]] = {"lab": lab, "cloud": clouds}

MACHINES = {"Machine", "Instance"}
VOLUMES = {"Volume", "Disk"}


@pytest.fixture(scope="module", params=sorted(BACKENDS))
def built(request: pytest.FixtureRequest) -> Recorder:
    return build(BACKENDS[request.param](), TWO_CLOUDS)


def names(recorder: Recorder, kinds: set[str]) -> set[str]:
    return {seen.name for key, seen in recorder.seen.items() if key.partition(" ")[0] in kinds}


def test_facts_are_those_of_the_plan_whoever_makes_the_host(built: Recorder) -> None:
    published = {name: HostFacts.from_props(inputs) for name, inputs in built.of("Host").items()}
    assert published == {host.host: facts_of(TWO_CLOUDS, host, {}) for host in TWO_CLOUDS.hosts}


def test_every_host_has_one_machine_and_one_volume_of_its_own(built: Recorder) -> None:
    machines, volumes = names(built, MACHINES), names(built, VOLUMES)
    assert len(machines) == len(volumes) == len(TWO_CLOUDS.hosts)
    for host in TWO_CLOUDS.hosts:
        assert [name for name in machines if name.endswith(host.host)], host.host
        assert [name for name in volumes if host.host in name], host.host


def test_the_same_user_data_reaches_every_machine(built: Recorder) -> None:
    texts = {
        str(inputs.get("user_data") or inputs.get("userData") or (inputs.get("metadata") or {}).get("user-data"))
        for kind in MACHINES for inputs in built.of(kind).values()
    }  # fmt: skip
    assert texts == {"#cloud-config\n{}\n"}


def test_machines_have_the_planned_addresses(built: Recorder) -> None:
    assert {host.address for host in TWO_CLOUDS.hosts} <= {
        str(value) for seen in built.seen.values() for value in _values(dict(seen.inputs))
    }


def test_every_hosts_configuration_is_published(built: Recorder) -> None:
    told = [str(value) for seen in built.seen.values() for value in _values(dict(seen.inputs))]
    for host in TWO_CLOUDS.hosts:
        at = f"configuration/{host.host}.json"
        stores = built.of("Configuration")
        assert any(at in value for value in told) or any(host.host in s["documents"] for s in stores.values()), (
            host.host
        )


def test_no_name_hangs_on_a_position(built: Recorder) -> None:
    shuffled = replace(
        TWO_CLOUDS, hosts=tuple(reversed(TWO_CLOUDS.hosts)), regions=tuple(reversed(TWO_CLOUDS.regions)),
        fleets=tuple(reversed(TWO_CLOUDS.fleets)),
    )  # fmt: skip
    backend = BACKENDS["lab" if built.of("WideAreaNetwork") else "cloud"]
    assert build(backend(), shuffled).seen.keys() == built.seen.keys()


def test_boot_data_differs_between_back_ends_only_in_the_providers_part() -> None:
    host = TWO_CLOUDS.hosts[0]
    assert lab().fragment(TWO_CLOUDS, host) == LAB
    fragment = clouds().fragment(TWO_CLOUDS, host)
    assert not fragment.files.keys() & {
        "/etc/geofleet/host.json",
        "/etc/nftables.conf",
        "/etc/ssh/sshd_config.d/10-geofleet.conf",
    }


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
def test_a_host_finds_its_store_before_anything_exists(backend: Callable[[], Backend]) -> None:
    assert all(backend().store_url(TWO_CLOUDS, host).startswith("http") for host in TWO_CLOUDS.hosts)


def test_what_a_cloud_cannot_make_is_refused_in_the_same_words() -> None:
    messages = set()
    for name in ("validators-1", "validators-3"):
        host = next(host for host in TWO_CLOUDS.hosts if host.host == name)
        hosts = tuple(replace(h, machine_type="") if h == host else h for h in TWO_CLOUDS.hosts)
        with pytest.raises(UsageError) as caught:
            build(clouds(), replace(TWO_CLOUDS, hosts=hosts))
        told = str(caught.value).replace(name, "HOST").replace(host.region, "REGION")
        messages.add(told.replace(host.provider.upper(), "CLOUD"))
    assert messages == {"host HOST in REGION has no machine type of CLOUD in its plan: ''"}


def test_a_provider_without_back_end_is_named() -> None:
    only_aws = CloudBackend({"aws": AwsBackend(AwsSettings(account=ACCOUNT))})
    with pytest.raises(UsageError, match="provider 'gcp' has no back end; aws have"):
        build(only_aws, TWO_CLOUDS)


def _values(value: object) -> list[object]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _values(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in _values(inner)]
    return [value]
