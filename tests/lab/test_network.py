from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from lab import naming, network, router, sweep
from lab.iproute import run, set_sysctls
from lab.namespaces import owned_namespaces
from schemas.errors import BackendError
from schemas.locations import REPOSITORY
from tests.lab.conftest import HOSTS, NETWORK, Lab

pytestmark = pytest.mark.lab


def _wan(lab: Lab, command: str) -> None:
    run("ip", "-n", lab.wan.namespace, *command.split())


def _host(lab: Lab, command: str) -> None:
    run("ip", "-n", lab.namespace("a-1"), *command.split())


def test_a_whole_network_has_no_faults_and_carries_packets(lab: Lab) -> None:
    assert network.read_wan(lab.wan).complete
    assert network.read_operator(lab.wan).complete
    assert network.read_region(lab.stack, "10.120.1.0/24").complete
    assert all(network.read_host(lab.stack, host, address=address).complete for host, address in HOSTS.items())
    assert len(lab.round_trips("a-1", "b-1")) == 2


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("link delete wan", "device wan is missing"),
        ("link set wan down", "device wan is down or has other limits"),
        ("rule delete pref 200", "the routing rules are not ours"),
        ("rule add pref 50 lookup 101", "the routing rules are not ours"),
        ("route delete unreachable default table 102", "the routes to the router are missing"),
    ],
)
def test_damage_to_the_wide_area_is_seen_and_repaired(lab: Lab, command: str, fault: str) -> None:
    _wan(lab, command)
    assert fault in network.read_wan(lab.wan).faults
    lab.mend()
    assert network.read_wan(lab.wan).complete
    assert len(lab.round_trips("a-1", "b-1")) == 2


def test_forwarding_switched_off_is_seen_and_repaired(lab: Lab) -> None:
    set_sysctls(lab.wan.namespace, {"ipv4/ip_forward": "0"})
    assert network.read_wan(lab.wan).faults == ("sysctl /proc/sys/net/ipv4/ip_forward is 0",)
    assert network.ensure_wan(lab.wan).complete


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("addr flush dev region1", "bridge region1 has not the address 10.120.1.1/24"),
        ("link set region1 down", "bridge region1 is down"),
        ("route delete 10.120.1.0/24 table 101", "the route to 10.120.1.0/24 is missing"),
        ("link set region1 address 02:00:00:00:00:01", "region1 is not our bridge"),
    ],
)
def test_damage_to_a_region_is_seen_and_repaired(lab: Lab, command: str, fault: str) -> None:
    _wan(lab, command)
    assert fault in network.read_region(lab.stack, "10.120.1.0/24").faults
    assert network.ensure_region(lab.stack, "10.120.1.0/24").complete
    assert len(lab.round_trips("b-1", "a-1")) == 2


def test_a_removed_region_does_not_exist_and_its_hosts_say_so(lab: Lab) -> None:
    network.remove_region(lab.stack, "10.120.1.0/24")
    assert not network.read_region(lab.stack, "10.120.1.0/24").exists
    assert network.read_host(lab.stack, "a-1", address=HOSTS["a-1"]).faults == ("the WAN end is not on bridge region1",)
    lab.mend()
    assert len(lab.round_trips("b-1", "a-1")) == 2


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("link delete eth0", "link eth0 is missing"),
        ("addr flush dev eth0", "link eth0 has not the address 10.120.1.10/24"),
        ("addr add 10.120.9.9/24 dev eth0", "link eth0 has not the address 10.120.1.10/24"),
        ("route delete default", "the default route by 10.120.1.1 is missing"),
        ("link set eth0 down", "link eth0 is down or has another MTU"),
        ("link set lo down", "lo is down"),
    ],
)
def test_damage_to_a_host_is_seen_and_repaired(lab: Lab, command: str, fault: str) -> None:
    _host(lab, command)
    assert fault in network.read_host(lab.stack, "a-1", address=HOSTS["a-1"]).faults
    assert network.ensure_host(lab.stack, "a-1", address=HOSTS["a-1"]).complete
    assert len(lab.round_trips("b-1", "a-1")) == 2


def test_a_removed_wan_end_is_seen_and_repaired(lab: Lab) -> None:
    _wan(lab, "link delete host1-10")
    assert "the WAN end of the link is missing" in network.read_host(lab.stack, "a-1", address=HOSTS["a-1"]).faults
    assert network.ensure_host(lab.stack, "a-1", address=HOSTS["a-1"]).complete


def test_a_removed_namespace_is_made_anew_with_the_same_hardware_address(lab: Lab) -> None:
    run("ip", "netns", "delete", lab.namespace("a-1"))
    assert not network.read_host(lab.stack, "a-1", address=HOSTS["a-1"]).exists
    assert network.ensure_host(lab.stack, "a-1", address=HOSTS["a-1"]).complete
    assert len(lab.round_trips("a-2", "a-1")) == 2  # the neighbour's ARP entry still fits


def test_a_removed_operator_link_is_seen_and_repaired(lab: Lab) -> None:
    _wan(lab, "link delete operator")
    assert "link eth0 is missing" in network.read_operator(lab.wan).faults
    assert network.ensure_operator(lab.wan).complete
    assert len(lab.round_trips("operator", "c-1")) == 2


def test_somebody_elses_namespace_is_refused_and_left_alone(lab: Lab) -> None:
    name = naming.host_namespace(lab.stack, "d-1")
    run("ip", "netns", "add", name)
    try:
        run("ip", "-n", name, "link", "set", "lo", "alias", "another's")
        with pytest.raises(BackendError) as refused:
            network.ensure_host(lab.stack, "d-1", address="10.120.1.12")
        assert f"network namespace {name} exists and belongs to another's" in str(refused.value)
        network.remove_host(lab.stack, "d-1")
        assert name not in owned_namespaces(lab.stack)
        assert naming.NETNS_DIR.joinpath(name).exists()
    finally:
        run("ip", "netns", "delete", name)


def test_what_a_killed_start_left_is_adopted(lab: Lab) -> None:
    unlabelled, unmounted = naming.host_namespace(lab.stack, "d-1"), naming.host_namespace(lab.stack, "d-2")
    run("ip", "netns", "add", unlabelled)
    naming.NETNS_DIR.joinpath(unmounted).touch()
    assert {unlabelled, unmounted} <= set(owned_namespaces(lab.stack))
    assert network.ensure_host(lab.stack, "d-1", address="10.120.1.12").complete
    assert network.ensure_host(lab.stack, "d-2", address="10.120.1.13").complete
    network.remove_host(lab.stack, "d-1")
    network.remove_host(lab.stack, "d-2")


def test_a_host_in_a_region_that_is_not_there_is_refused(lab: Lab) -> None:
    with pytest.raises(BackendError) as refused:
        network.ensure_host(lab.stack, "e-1", address="10.120.9.10")
    assert "the network of e-1 cannot be made" in str(refused.value)
    assert "region9" in str(refused.value)
    network.remove_host(lab.stack, "e-1")


def test_removal_of_one_stack_spares_a_stack_with_a_longer_name(lab: Lab) -> None:
    longer = network.WideAreaNetwork(
        stack=f"{lab.stack}-more", network_cidr=NETWORK, operator_cidr=lab.wan.operator_cidr
    )
    shorter = lab.stack.rpartition("-")[0]
    network.ensure_wan(longer)
    try:
        assert longer.namespace not in owned_namespaces(lab.stack)
        sweep.remove_stack(shorter, volumes=True)
        assert network.read_wan(longer).complete
        assert network.read_wan(lab.wan).complete
    finally:
        sweep.remove_stack(longer.stack, volumes=True)


def test_nothing_passes_between_regions_without_the_router_and_operators_still_reach_hosts(lab: Lab) -> None:
    assert len(lab.round_trips("a-1", "b-1")) == 2
    router.stop_router(lab.stack)
    assert lab.round_trips("a-1", "b-1") == []
    assert len(lab.round_trips("a-1", "a-2")) == 2
    assert len(lab.round_trips("operator", "b-1")) == 2


@pytest.mark.parametrize("command", ["link delete wan", "rule delete pref 200", "rule delete pref 100", "rule flush"])
def test_with_any_one_piece_missing_nothing_passes_between_regions(lab: Lab, command: str) -> None:
    _wan(lab, command)
    assert lab.round_trips("a-1", "b-1") == []


def test_a_deployer_killed_at_any_moment_leaves_what_can_be_mended_and_removed(lab: Lab) -> None:
    stack = f"{lab.stack}-killed"
    program = (
        "from lab.network import *\n"
        f"w = WideAreaNetwork(stack={stack!r}, network_cidr={NETWORK!r}, operator_cidr='10.121.0.0/24')\n"
        "ensure_wan(w); ensure_operator(w); ensure_region(w.stack, '10.120.1.0/24')\n"
        "for n in range(10, 14): ensure_host(w.stack, f'h-{n}', address=f'10.120.1.{n}')\n"
    )
    try:
        for after_ms in range(60, 260, 25):
            deployer = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY)
            time.sleep(after_ms / 1000)
            deployer.send_signal(signal.SIGKILL)
            deployer.wait()
        done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert len(owned_namespaces(stack)) == 6
    finally:
        sweep.remove_stack(stack, volumes=True)
    assert sweep.leftovers(stack) == []
