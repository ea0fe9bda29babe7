"""Puts a stack right after a drill, whatever the drill did: from the plan alone, so that a killed one is healed too."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

from lab import exchanges
from lab import faults as lab_faults
from lab.containers import start_host, states_of
from operations.drills.faults import AS_PLANNED, set_wide_area_network
from operations.drills.ground import Ground
from operations.drills.price_watching import sources_of
from schemas.errors import FleetError
from schemas.locations import run_dir

SAVED = "geofleet-drill-saved"
"""Suffix of a sign state that a drill put aside; it comes back only where nothing was signed since."""

OLD = "geofleet-drill-old"
"""Suffix of an earlier sign state that a drill kept to roll back to; removed when it is over."""


def journal(stack: str) -> Path:
    """Return the file that says that a drill is under way, and which."""
    return run_dir(stack) / "drill.json"


def begin(stack: str, scenario: str, target: str) -> None:
    """Note that a drill begins: from here on `heal` is owed."""
    path = journal(stack)
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.write_text(json.dumps({"scenario": scenario, "target": target}) + "\n", encoding="utf-8")


def owed(stack: str) -> str:
    """Return the drill that was begun and never healed, in words; empty when there is none."""
    try:
        found = json.loads(journal(stack).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f"{found.get('scenario', '?')} {found.get('target', '')}".strip()


def heal(ground: Ground) -> list[str]:
    """Put everything right that a drill may have done; return what could not be, in words.

    May be repeated. Hosts still boot when it returns, and chains still catch up.
    """
    problems: list[str] = []
    for part in (_reunite, _links, _power, _processes, _prices):
        problems += part(ground)
    if not problems:
        journal(ground.stack).unlink(missing_ok=True)
    return problems


def _reunite(ground: Ground) -> list[str]:
    return _tried(ground, lambda host: lab_faults.reunite(ground.stack, host))


def _links(ground: Ground) -> list[str]:
    try:
        set_wide_area_network(ground, AS_PLANNED)
    except FleetError as error:
        return [str(error)]
    return []


def _power(ground: Ground) -> list[str]:
    running = states_of(ground.stack)
    return _tried(ground, lambda host: start_host(ground.stack, host), [h for h, runs in running.items() if not runs])


def _processes(ground: Ground) -> list[str]:
    """Wake what is paused, give back sign states that were put aside, start what is stopped."""

    def right(host: str) -> None:
        units = ground.units(host)
        if units:
            lab_faults.signal_units(ground.stack, host, units, "SIGCONT")
            names = shlex.join(units)
            lab_faults.run_inside(
                ground.stack, host, ["sh", "-c", _GIVE_BACK.format(saved=SAVED, old=OLD, units=names)]
            )

    return _tried(ground, right)


def _prices(ground: Ground) -> list[str]:
    if sources_of(ground):
        exchanges.set_faults(ground.stack, {})
    return []


_GIVE_BACK = """
for saved in $(find /data -xdev -name '*.{saved}'); do
    systemctl is-active --quiet {units} && continue
    systemctl stop {units}
    mv -f "$saved" "${{saved%.{saved}}}"
done
find /data -xdev -name '*.{old}' -delete
systemctl reset-failed {units} 2>/dev/null
systemctl is-active --quiet {units} || systemctl start --no-block {units}
"""
"""A signer that runs has signed since: its own state is the truth then, and the saved one is never put back."""


def _tried(ground: Ground, function: Callable[[str], None], hosts: list[str] | None = None) -> list[str]:
    problems = []
    for host in hosts if hosts is not None else [host.host for host in ground.plan.hosts]:
        try:
            function(host)
        except FleetError as error:
            problems.append(f"{host}: {error}")
    return problems
