"""The suite for deployed hosts: `pytest tests/hosts --inventory FILE`. Without an inventory nothing here is collected.

FILE is the stack output `inventory`; an `ssh_config` with a `Host` entry for each host lies beside it, or is named
with --ssh-config. `geofleet verify STACK` writes both and starts this suite from the operators' network.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import testinfra

from operations.hosts import access
from operations.hosts.distance_checks import hub_subject
from operations.hosts.gathering import gather
from operations.hosts.published import store_url
from operations.hosts.scripts import Output, UnreachableError
from operations.hosts.seen import NotApplicableError, NotReadError, Seen, runs_chain
from schemas.facts import HostFacts
from schemas.inventory import Inventory, inventory_from_json
from schemas.workloads import Trait

INVENTORY = pytest.StashKey[Inventory]()

Check = Callable[[Seen, str], list[str]]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("geofleet")
    group.addoption("--inventory", metavar="FILE", help="judge the hosts of this stack output `inventory`")
    group.addoption("--store-url", metavar="URL", help="where network configurations are published (lab: known)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(id, each): the rule that a test proves, and what it is proved for")
    path = config.getoption("inventory", None)
    if path:
        config.stash[INVENTORY] = inventory_from_json(json.loads(Path(path).read_text(encoding="utf-8")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    del collection_path
    return None if INVENTORY in config.stash else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    inventory = metafunc.config.stash[INVENTORY]
    marker = metafunc.definition.get_closest_marker("rule")
    if marker is not None:
        [rule_id] = marker.args
        subjects = SUBJECTS[marker.kwargs["each"]](inventory)
        metafunc.parametrize("subject", subjects, ids=[f"{rule_id}-{subject}" for subject in subjects])
    elif "host" in metafunc.fixturenames:
        names = [facts.host for facts in inventory.hosts]
        metafunc.parametrize("host", names, ids=names, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the suite, and leave out claims that this stack makes for nobody."""
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in ours:
        item.add_marker(pytest.mark.hosts)
    unmade = [item for item in ours if item.name.endswith("[NOTSET]")]
    items[:] = [item for item in items if item not in unmade]
    config.hook.pytest_deselected(items=unmade)


def _hosts(chosen: Callable[[HostFacts], bool]) -> Callable[[Inventory], list[str]]:
    return lambda inventory: [facts.host for facts in inventory.hosts if chosen(facts)]


SUBJECTS: dict[str, Callable[[Inventory], list[str]]] = {
    "host": _hosts(lambda facts: True),
    "node of a chain": _hosts(runs_chain),
    "member with a promise of nearness": _hosts(lambda facts: facts.promises.between_members_ms_max is not None),
    "member with a promise of steadiness": _hosts(lambda facts: facts.promises.jitter_ms_max is not None),
    "hub": lambda inventory: list(
        dict.fromkeys(hub_subject(facts.fleet, near) for facts in inventory.hosts for near in facts.promises.near)
    ),
    "chain": lambda inventory: [chain.chain for chain in inventory.chains],
    "relayer": _hosts(lambda facts: facts.does(Trait.RELAYER)),
    "path": lambda inventory: [path.name for path in inventory.paths],
    "price": lambda inventory: [
        f"{facts.host} {pair.pair}"
        for pair in inventory.pairs
        for facts in inventory.hosts
        if facts.fleet == pair.fleet
    ],
    "stack": lambda inventory: [inventory.stack],
}
"""What a rule can be proved for."""


@pytest.fixture(scope="session")
def connection(pytestconfig: pytest.Config) -> Callable[[str], testinfra.host.Host]:
    """Return how to get testinfra's view of a host by its name."""
    config = pytestconfig.getoption("ssh_config") or str(_beside_inventory(pytestconfig))
    # Shared connections are the ssh_config's business; testinfra's own would keep each session open for a minute.
    return lambda host: testinfra.get_host(f"ssh://{host}", ssh_config=config, controlpersist=0)


@pytest.fixture
def host(request: pytest.FixtureRequest, connection: Callable[[str], testinfra.host.Host]) -> testinfra.host.Host:
    """Return one host, for tests of your own: each is run for every host of the inventory."""
    return connection(request.param)


@pytest.fixture(scope="session")
def seen(pytestconfig: pytest.Config, connection: Callable[[str], testinfra.host.Host]) -> Seen:
    """Return what one look at all hosts saw; taken once, before the first claim is judged."""
    inventory = pytestconfig.stash[INVENTORY]
    config = pytestconfig.getoption("ssh_config") or str(_beside_inventory(pytestconfig))
    return gather(
        inventory,
        partial(_run, connection),
        ssh=lambda name, *arguments: ["ssh", "-F", config, *arguments[:-1], name, arguments[-1]],
        store_url=pytestconfig.getoption("store_url") or store_url(inventory),
    )


def _beside_inventory(config: pytest.Config) -> Path:
    return Path(config.getoption("inventory")).parent / access.CONFIG_FILE


def _run(connection: Callable[[str], testinfra.host.Host], name: str, command: str) -> Output:
    try:
        done = connection(name).run(command)
    except RuntimeError as error:  # testinfra's word for ssh's own failures
        [result] = error.args
        raise UnreachableError(access.reason(result.stderr)) from error
    return Output(status=done.rc, text=done.stdout, complaint=done.stderr.strip())


@pytest.fixture
def problems(
    request: pytest.FixtureRequest, subject: str, seen: Seen, record_property: Callable[[str, object], None]
) -> Callable[[Check], list[str]]:
    """Return how a test asks what speaks against its claim; an empty list proves it.

    What was found goes into the JUnit file too: rule, subject, and one `problem` each.
    """
    marker = request.node.get_closest_marker("rule")

    def ask(check: Check) -> list[str]:
        record_property("rule", marker.args[0])
        record_property("subject", subject)
        record_property("host", subject if subject in seen.hosts else "")
        record_property("claim", (request.function.__doc__ or "").strip())
        try:
            found = _asked(check, seen, subject)
        except NotApplicableError as error:
            record_property("not applicable", str(error))
            pytest.skip(str(error))
        except NotReadError as error:
            record_property("not evaluated", str(error))
            pytest.fail(f"not evaluated: {error}", pytrace=False)
        except UnreachableError as error:
            record_property("unreachable", str(error))
            pytest.skip(f"{subject} is unreachable")
        for problem in found:
            record_property("problem", problem)
        return found

    return ask


def _asked(check: Check, seen: Seen, subject: str) -> list[str]:
    if subject in seen.hosts and not seen.reached(subject):
        raise UnreachableError(seen.hosts[subject].unreachable)
    return check(seen, subject)
