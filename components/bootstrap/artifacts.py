"""How a host gets its programs: fetched by hash without privileges, checked by root, put in place last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components.bootstrap.clients.catalogue import host_programs
from components.bootstrap.programs import AGENT_USER, PACKAGE, PROGRAMS_DIR
from components.bootstrap.unit import SANDBOX, Section, unit_text
from schemas.canonical import sha256_hex
from schemas.workloads import Form, Program, Service

UNITS_DIR = "/etc/systemd/system"
UNIT = "geofleet-artifacts.service"
_INCOMING = f"{PROGRAMS_DIR}/incoming"
_SUMS = "/etc/geofleet/artifacts.sha256"


def artifact_files(
    services: Sequence[Service], programs: Sequence[Program], *, store_url: str, sha256: Mapping[str, str]
) -> dict[str, str]:
    """Return path to text of the units that fetch what services run, and of the list of hashes.

    Args:
        services: The host's services.
        programs: What they run, each once.
        store_url: Where the stack's store is.
        sha256: Program to SHA-256 (hex).
    """
    own = host_programs(services)
    hashes = {program.name: sha256[program.name] for program in programs}
    hashes |= {program.name: sha256_hex(program.text) for program in own}
    urls = {program.name: f"{store_url}/artifacts/{sha256[program.name]}" for program in programs}
    urls |= {program.name: f"{store_url}/blobs/{hashes[program.name]}" for program in own}
    units = [unit for service in services for unit in service.units]
    sections = _fetching(programs, [program.name for program in own], urls, units)
    return {
        f"{UNITS_DIR}/{UNIT}": unit_text(sections),
        f"{UNITS_DIR}/geofleet-restart@.path": unit_text(_RESTART_PATH),
        f"{UNITS_DIR}/geofleet-restart@.service": unit_text(_RESTART_SERVICE),
        _SUMS: "".join(f"{digest}  {_INCOMING}/{name}\n" for name, digest in hashes.items()),
    }


def _fetching(
    programs: Sequence[Program], own: Sequence[str], urls: Mapping[str, str], units: Sequence[str]
) -> dict[str, Section]:
    """Fetch without privileges, copy to where only root writes, check the copies, then put them in place.

    Programs come last, each in one step; those that are missing are what the unit's condition looks for.
    """
    names = " ".join(urls)
    fetches = " ".join(f"-o {name} {url}" for name, url in urls.items())
    return {
        "Unit": (
            ("Description", f"{', '.join(program.name for program in programs)} by SHA-256"),
            *(("ConditionPathExists", f"|!{program.path}") for program in programs),
            ("OnSuccess", " ".join(units)),
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *SANDBOX,
            ("Type", "oneshot"),
            ("User", AGENT_USER),
            ("CacheDirectory", "geofleet-artifacts"),
            ("WorkingDirectory", "/var/cache/geofleet-artifacts"),
            ("ExecStart", f"/usr/bin/curl -fsS --fail-early --connect-timeout 5 --max-time 300 {fetches}"),
            ("ExecStart", f"+/usr/bin/install -m 0600 -D -t {_INCOMING} {names}"),
            ("ExecStart", f"+/usr/bin/sha256sum --check --strict --quiet {_SUMS}"),
            *((("ExecStart", f"+/usr/bin/install -m 0644 -t {PROGRAMS_DIR}/{PACKAGE} "
                             + " ".join(f"{_INCOMING}/{name}" for name in own)),) if own else ()),
            *(("ExecStart", line) for program in programs for line in _installing(program)),
            ("ExecStartPost", f"/usr/bin/rm {names}"),
            ("Restart", "on-failure"),
            ("RestartSec", "5"),
        ),
    }  # fmt: skip


def _installing(program: Program) -> tuple[str, ...]:
    """Return the commands that put a checked program in its place as a whole; root's, done again after a crash."""
    incoming = f"{_INCOMING}/{program.name}"
    if program.form is Form.BINARY:
        return (f"+/usr/bin/chmod 0755 {incoming}", f"+/usr/bin/mv {incoming} {program.path}")
    return (
        f"+/usr/bin/rm -rf {program.path} {program.path}.new",
        f"+/usr/bin/mkdir -m 0755 {program.path}.new",
        f"+/usr/bin/tar --extract --gzip --no-same-owner --file={incoming} --directory={program.path}.new",
        f"+/usr/bin/rm {incoming}",
        f"+/usr/bin/mv {program.path}.new {program.path}",
    )


_RESTART_PATH: dict[str, Section] = {
    "Unit": (("Description", "Watches for new files of %i"),),
    "Path": (("PathChanged", "/var/lib/geofleet-configuration/restart/%i"),),
}
_RESTART_SERVICE: dict[str, Section] = {
    "Unit": (("Description", "Restarts %i on its new files"), ("StartLimitIntervalSec", "0")),
    # A unit that is not active takes the new files by itself when it starts.
    "Service": (
        ("Type", "oneshot"),
        ("ExecCondition", "/usr/bin/systemctl is-active --quiet %i"),
        ("ExecStart", "/usr/bin/systemctl --no-block try-restart %i"),
    ),
}
