"""The unit of a node that signs or follows a CometBFT chain, whatever its application."""

from __future__ import annotations

from components.bootstrap.clients.rendering import HostProgram, UnitSections
from components.bootstrap.programs import PACKAGE, PYTHON, program
from components.bootstrap.unit import SANDBOX
from schemas.workloads import Program, Service

GUARD = tuple(HostProgram(name=name, text=program(name)) for name in ("guard.py", "node_home.py", "signing_state.py"))
"""What decides on the host whether a node may start, and assembles its home."""


def node_unit(service: Service, *, program: Program, description: str, command: str) -> UnitSections:
    """Return the unit of a chain's node: a signer behind the start guard, or a full node that never votes.

    Args:
        service: The service; one with a chain of its own is a full node.
        program: Its binary.
        description: What `systemctl status` calls it.
        command: Arguments of the binary, without its home.
    """
    observes = bool(service.chain)
    keys = ("node.json", "observer.json" if observes else "consensus.json")
    guard = f"/usr/bin/python3 -m {PACKAGE}.{'node_home' if observes else 'guard'}"
    arguments = f"{service.name} {program.path}"
    return {
        "Unit": (
            ("Description", description),
            # On a host's first boot the artifacts' unit starts this one when they are in place.
            ("ConditionPathExists", program.path),
            # Written out, and Before=multi-user.target left out: a boot is done even while a signer waits.
            ("DefaultDependencies", "no"),
            ("Requires", "sysinit.target"),
            ("After", "sysinit.target basic.target network-online.target"),
            ("Conflicts", "shutdown.target"),
            ("Before", "shutdown.target"),
            # A node never gives up by itself: two seconds between starts is the limit.
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *SANDBOX,
            *PYTHON,
            ("User", service.workload.user),
            # The Cosmos SDK panics without one, whatever --home says.
            ("Environment", f"HOME=/run/{service.name}"),
            *(("LoadCredential", f"{key}:/run/credstore/{key}") for key in keys),
            ("RuntimeDirectory", service.name),
            ("RuntimeDirectoryMode", "0700"),
            ("StateDirectory", service.name),
            ("StateDirectoryMode", "0700"),
            ("ReadWritePaths", f"-/data/{service.name}"),
            ("ExecStartPre", f"{guard} {arguments}" if observes else f"{guard} start {arguments}"),
            ("ExecStart", f"{program.path} {command} --home /run/{service.name}"),
            *(() if observes else (("ExecStopPost", f"{guard} stop {arguments}"),)),
            # The guard waits up to a minute for what it misses, then fails for all to see.
            ("TimeoutStartSec", "120"),
            ("Restart", "always"),
            ("RestartSec", "2"),
            ("LimitNOFILE", "8192"),
            ("TasksMax", "512"),
        ),
    }
