"""Boot data: what a host is told once, when it is made. It depends on nothing but the host itself."""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from components.bootstrap.access import OPERATOR, sshd, sudoers
from components.bootstrap.artifacts import UNIT, UNITS_DIR, artifact_files
from components.bootstrap.clients.catalogue import rendering_of
from components.bootstrap.cloud_config import BootDataError, Fragment, cloud_config
from components.bootstrap.firewall import ruleset
from components.bootstrap.programs import AGENT_USER, EVERYWHERE, PACKAGE, PROGRAMS_DIR, program
from components.bootstrap.services import base_units
from components.bootstrap.unit import unit_text
from schemas.kernel import NETWORK, sysctl_text
from schemas.roles import Role
from schemas.workloads import Assignment, Service, programs_of, services_of, workload_units_of

SCHEMA = "geofleet/boot/v1"

_FORMS = {
    "stack": re.compile(r"[a-z][a-z0-9-]{0,62}"),
    "host": re.compile(r"[a-z][a-z0-9-]{0,62}"),
    "fleet": re.compile(r"[a-z][a-z0-9-]{0,62}"),
    "store_url": re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)*"),
    "operator_public_key": re.compile(r"ssh-ed25519 [A-Za-z0-9+/]{68}( [A-Za-z0-9@._-]{1,64})?"),
}
"""Boot data ends in unit files, rule sets and sudoers: only these characters ever get there."""
_ASSIGNMENT_FORMS = {
    "client": re.compile(r"[a-z][a-z0-9-]{0,31}"),
    "version": re.compile(r"[0-9A-Za-z.+-]{0,32}"),
    "chain": re.compile(r"|[a-z][a-z0-9-]{0,62}"),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class BootData:
    """One host's unchanging facts and the trust anchors it starts from.

    Raises:
        BootDataError: A value is not of the form that a host can be told.
    """

    stack: str
    host: str
    fleet: str
    role: Role
    assignments: tuple[Assignment, ...] = ()
    """What the host runs; empty when it runs nothing yet."""
    artifacts: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 (hex) of every program that its clients need, by name."""
    address: str
    network_cidr: str
    operator_cidr: str
    store_url: str
    deployer_public_key: str
    """Ed25519, base64 of the 32 bytes: what signs network configurations."""
    operator_public_key: str
    """OpenSSH form: what opens sessions."""

    def __post_init__(self) -> None:
        """Check every value."""
        for name, form in _FORMS.items():
            if not form.fullmatch(getattr(self, name)):
                raise BootDataError(f"{name} {getattr(self, name)!r} cannot be told to a host", at=self.host[:64])
        try:
            ipaddress.IPv4Address(self.address)
            ipaddress.IPv4Network(self.network_cidr)
            ipaddress.IPv4Network(self.operator_cidr)
            key = base64.b64decode(self.deployer_public_key, validate=True)
        except ValueError as error:
            raise BootDataError(f"an address, network or key is malformed: {error}", at=self.host) from error
        if len(key) != 32 or base64.b64encode(key).decode() != self.deployer_public_key:
            raise BootDataError("deployer_public_key is not an Ed25519 key in base64", at=self.host)
        self._check_workloads()

    def _check_workloads(self) -> None:
        for assignment in self.assignments:
            for name, form in _ASSIGNMENT_FORMS.items():
                if not form.fullmatch(getattr(assignment, name)):
                    raise BootDataError(
                        f"{name} {getattr(assignment, name)!r} cannot be told to a host", at=self.host[:64]
                    )
        wanted = {program.name for program, _ in programs_of(self.assignments)}
        bad = {name for name, sha256 in self.artifacts.items() if not _SHA256.fullmatch(sha256)}
        if wanted != self.artifacts.keys() or bad:
            given = ", ".join(f"{name} '{sha256}'" for name, sha256 in sorted(self.artifacts.items())) or "none"
            raise BootDataError(
                f"artifacts ({given}) do not fit: {', '.join(sorted(wanted)) or 'none'} needed, each with its SHA-256",
                at=self.host,
            )

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units that network configuration may restart."""
        return workload_units_of(self.assignments)

    @property
    def services(self) -> tuple[Service, ...]:
        """Return the host's services."""
        return services_of(self.assignments)


LAB = Fragment(
    commands=(
        # Credentials reach a unit through a mount that must propagate; systemd sees to it except in containers.
        ("mount", "--make-rshared", "/"),
    )
)
"""A container's clock and kernel settings are the machine's (its image masks chrony; verification measures the
offset), those of its network are made with its namespace."""


def user_data(boot: BootData, provider: Fragment = LAB) -> str:
    """Return a host's user data: deterministic, without secrets, the same core on every back end.

    Raises:
        BootDataError: It is larger than a provider takes.
    """
    return cloud_config(_core(boot), provider)


def _core(boot: BootData) -> Fragment:
    files = {
        "/etc/geofleet/host.json": _facts(boot),
        "/etc/nftables.conf": ruleset(
            boot.assignments, network_cidr=boot.network_cidr, operator_cidr=boot.operator_cidr
        ),
        "/etc/ssh/authorized_keys.d/operator": f"restrict,pty {boot.operator_public_key}\n",
        "/etc/ssh/sshd_config.d/10-geofleet.conf": sshd(boot.address),
        "/etc/sudoers.d/geofleet": sudoers(),
        "/etc/sysctl.d/90-geofleet.conf": sysctl_text(NETWORK),
        "/etc/systemd/journald.conf.d/10-geofleet.conf": "[Journal]\nSystemMaxUse=64M\nRuntimeMaxUse=16M\n",
        "/etc/sysusers.d/geofleet.conf": _users(boot.services),
        "/etc/tmpfiles.d/geofleet.conf": _directories(boot.services),
        **{f"{PROGRAMS_DIR}/{PACKAGE}/{name}": program(name) for name in EVERYWHERE},
        **base_units(boot.address),
        **_workload_files(boot),
    }
    units = ["ssh.service", "geofleet-configuration.service", "prometheus-node-exporter.service"]
    if boot.services:
        units += [UNIT, *boot.units, *(f"geofleet-restart@{unit}.path" for unit in boot.units)]
    # Links instead of `systemctl enable`: that starts a shell for each unit with an init script, at every boot.
    links = {f"{UNITS_DIR}/sysinit.target.wants/nftables.service": "/lib/systemd/system/nftables.service"}
    for unit in units:
        template = re.sub("@.*[.]", "@.", unit)
        ours = f"{UNITS_DIR}/{template}" in files
        links[f"{UNITS_DIR}/multi-user.target.wants/{unit}"] = (
            f"{UNITS_DIR if ours else '/lib/systemd/system'}/{template}"
        )
    commands = [
        ["systemd-sysusers", "/etc/sysusers.d/geofleet.conf"],
        ["systemd-tmpfiles", "--create", "/etc/tmpfiles.d/geofleet.conf"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "reload-or-restart", "nftables.service"],
        ["systemctl", "start", "--no-block", *units],
    ]
    return Fragment(files=files, links=links, modes={"/etc/sudoers.d/geofleet": 0o440}, commands=commands)


def _workload_files(boot: BootData) -> dict[str, str]:
    """Return path to text of what the host's clients add; nothing on a host that runs none."""
    if not boot.services:
        return {}
    programs = [program for program, _ in programs_of(boot.assignments)]
    files = artifact_files(boot.services, programs, store_url=boot.store_url, sha256=boot.artifacts)
    for service in boot.services:
        for unit, sections in rendering_of(service).units(service, boot.address).items():
            files[f"{UNITS_DIR}/{unit}"] = unit_text(sections)
    return files


def _facts(boot: BootData) -> str:
    value = {
        "schema": SCHEMA,
        "stack": boot.stack,
        "host": boot.host,
        "fleet": boot.fleet,
        "role": boot.role.value,
        "workloads": [asdict(assignment) for assignment in boot.assignments],
        "artifacts": dict(sorted(boot.artifacts.items())),
        "address": boot.address,
        "store_url": boot.store_url,
        "deployer_public_key": boot.deployer_public_key,
        "units": list(boot.units),
    }
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _users(services: tuple[Service, ...]) -> str:
    """Return sysusers lines: locked passwords, fixed IDs, and no shell but the operator's."""
    lines = [
        f'u {OPERATOR} 930 "geofleet operator" /home/{OPERATOR} /bin/bash',
        f"m {OPERATOR} systemd-journal",
        f'u {AGENT_USER} 932 "geofleet configuration agent" - /usr/sbin/nologin',
    ]
    users = {service.workload.user: service.workload for service in services}
    lines += [f'u {user} {found.user_id} "{found.client}" - /usr/sbin/nologin' for user, found in users.items()]
    return "\n".join(lines) + "\n"


def _directories(services: tuple[Service, ...]) -> str:
    lines = [f"d /home/{OPERATOR} 0700 {OPERATOR} {OPERATOR}"]
    for service in services:
        if service.workload.has_data:
            lines.append(f"d /data/{service.name} 0700 {service.workload.user} {service.workload.user}")
    return "\n".join(lines) + "\n"
