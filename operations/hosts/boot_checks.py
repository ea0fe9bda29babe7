"""Whether hosts are what their boot data and the store say: OPS001, OPS002, OPS003, OPS005."""

from __future__ import annotations

from operations.hosts import commands
from operations.hosts.seen import HostSeen, NotReadError, Seen
from schemas.readings import CONFIGURATION_DIR, CONFIGURATION_DOCUMENT
from schemas.workloads import units_of

CLOCK_OFFSET_MS_MAX = 50.0
CLOCK_UNCERTAINTY_MS_MAX = 25.0
"""A clock that cannot be read more exactly than this is not judged."""


def boot(seen: Seen, host: str) -> list[str]:
    """Return what keeps cloud-init from being done, without errors and without warnings."""
    found = seen.hosts[host]
    if found.output(commands.BOOT_RESULT).status != 0:
        return ["cloud-init has not finished: /run/cloud-init/result.json is not there"]
    problems = [f"cloud-init reports an error: {error}" for error in _boot_errors(found)]
    log = found.output(commands.BOOT_WARNINGS)
    if log.status not in (0, 1) or log.complaint:  # grep: 1 and no word means that there is no such line
        raise NotReadError(f"reading '{commands.BOOT_WARNINGS}' failed: {log.complaint}")
    return problems + [f"cloud-init is degraded, its log says: {line}" for line in log.text.splitlines() if line]


def _boot_errors(found: HostSeen) -> list[str]:
    errors: list[str] = []
    for reading in (commands.BOOT_RESULT, commands.BOOT_STATUS):
        stages = found.json(reading)["v1"]
        for stage in (stages, *(stage for stage in stages.values() if isinstance(stage, dict))):
            errors += [str(error) for error in stage.get("errors") or ()]
            # cloud-init 23.4 and later: what earlier ones only log
            recoverable = stage.get("recoverable_errors") or {}
            errors += [str(error) for level in recoverable.values() for error in level]
    return list(dict.fromkeys(errors))


def units(seen: Seen, host: str) -> list[str]:
    """Return the units of a host's role that are not active or not enabled, and any other that failed."""
    found = seen.hosts[host]
    states = unit_states(found.text(commands.UNITS))
    problems = []
    for unit in units_of(seen.facts(host).assignments):
        state = states.get(unit)
        if state is None:
            problems.append(f"{unit} is not known to systemd")
            continue
        if state["ActiveState"] != "active":
            problems.append(f"{unit} is {state['ActiveState']} ({state['SubState']}), expected active")
        if state["UnitFileState"] not in ("enabled", "static"):
            problems.append(
                f"{unit} is {state['UnitFileState'] or 'not installed'}, expected enabled: a boot forgets it"
            )
    failed = [line.split()[0] for line in found.text(commands.FAILED_UNITS).splitlines() if line.strip()]
    return problems + [f"{unit} failed" for unit in failed if unit not in units_of(seen.facts(host).assignments)]


def unit_states(text: str) -> dict[str, dict[str, str]]:
    """Return unit to its properties, as `systemctl show` prints them."""
    states = {}
    for block in text.strip().split("\n\n"):
        properties = {name: value for name, _, value in (line.partition("=") for line in block.splitlines())}
        states[properties.get("Id", "")] = properties
    return states


def clock(seen: Seen, host: str) -> list[str]:
    """Return how far a host's clock is off, if it is."""
    found = seen.hosts[host]
    if found.clock is None:
        raise NotReadError("the host's clock could not be read")
    problems = _chrony(found)
    off_ms, unsure_ms = found.clock.offset_ms, found.clock.uncertainty_ms
    if abs(off_ms) - unsure_ms > CLOCK_OFFSET_MS_MAX:
        way = "ahead of" if off_ms > 0 else "behind"
        problems.append(
            f"the clock is {abs(off_ms):.0f} ms {way} the verifier's (± {unsure_ms:.0f} ms), "
            f"allowed: {CLOCK_OFFSET_MS_MAX:.0f} ms"
        )
    elif unsure_ms > CLOCK_UNCERTAINTY_MS_MAX:
        raise NotReadError(f"the clock could be read to ± {unsure_ms:.0f} ms only: the way there is too slow")
    return problems


def _chrony(found: HostSeen) -> list[str]:
    """Judge chrony where it runs; in containers it cannot, and the machine's clock is theirs."""
    said = found.text(commands.CHRONY)
    if said.strip() == "inactive":
        return []
    tracking = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}
    leap = tracking.get("Leap status", "unknown")
    return [] if leap == "Normal" else [f"chrony is not synchronised: leap status {leap}, expected Normal"]


def configuration(seen: Seen, host: str) -> list[str]:
    """Return where the network configuration on a host differs from the published one."""
    found = seen.hosts[host]
    published = found.published
    if published is None or published.error:
        raise NotReadError(published.error if published else "the store was not asked")
    sums = configuration_sums(found.text(commands.CONFIGURATION))
    applied = sums.get(CONFIGURATION_DOCUMENT)
    if applied is None:
        return [f"no network configuration is applied: {CONFIGURATION_DOCUMENT} is not there"]
    if applied != published.sha256:
        return [f"configuration {applied[:12]} is applied, {published.sha256[:12]} is published"]
    return [
        f"{path} was altered after it was applied: {sums.get(f'{CONFIGURATION_DIR}/{path}', 'missing')[:12]}, "
        f"published {sha256[:12]}"
        for path, sha256 in published.files.items()
        if sums.get(f"{CONFIGURATION_DIR}/{path}") != sha256
    ]


def configuration_sums(text: str) -> dict[str, str]:
    """Return path to SHA-256, as `sha256sum` prints them."""
    return {path.strip(): sha256 for sha256, _, path in (line.partition("  ") for line in text.splitlines()) if path}
