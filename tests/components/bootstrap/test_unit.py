from __future__ import annotations

import pytest

from components.bootstrap.services import base_units, workload_units
from components.bootstrap.unit import SANDBOX, unit_text
from schemas.workloads import COMETBFT


def test_a_unit_is_written_section_by_section() -> None:
    text = unit_text({"Unit": (("Description", "One"),), "Service": (("User", "nobody"), ("ExecStart", "/bin/true"))})
    assert text == "[Unit]\nDescription=One\n\n[Service]\nUser=nobody\nExecStart=/bin/true\n"


@pytest.mark.parametrize("value", ["a\nExecStart=/bin/sh", "a\r", "\0", "\u2028"])
def test_a_control_character_never_reaches_a_unit(value: str) -> None:
    with pytest.raises(AssertionError, match="holds a control character"):
        unit_text({"Unit": (("Description", value),)})


def test_every_service_of_ours_is_in_the_sandbox() -> None:
    units = base_units("10.120.1.10") | workload_units(COMETBFT, store_url="http://store", artifact_sha256="a" * 64)
    sandbox = "\n".join(f"{name}={value}" for name, value in SANDBOX)
    inside = [path.rsplit("/", 1)[1] for path, text in units.items() if sandbox in text]
    assert inside == [
        "geofleet-configuration.service",
        "10-geofleet.conf",
        "geofleet-artifacts.service",
        "cometbft.service",
    ]


def test_only_copying_into_place_runs_as_root() -> None:
    units = workload_units(COMETBFT, store_url="http://store", artifact_sha256="a" * 64)
    text = units["/etc/systemd/system/geofleet-artifacts.service"]
    fetch, *placing = [line.removeprefix("ExecStart=") for line in text.splitlines() if line.startswith("ExecStart=")]
    assert fetch.startswith("/usr/bin/curl ")
    assert [command.split()[0] for command in placing] == [
        "+/usr/bin/install",
        "+/usr/bin/sha256sum",
        "+/usr/bin/install",
        "+/usr/bin/chmod",
        "+/usr/bin/mv",
    ]


def test_no_unit_starts_a_shell() -> None:
    units = base_units("10.120.1.10") | workload_units(COMETBFT, store_url="http://store", artifact_sha256="a" * 64)
    assert not [path for path, text in units.items() if "/sh " in text or "bash" in text]
