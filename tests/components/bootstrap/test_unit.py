from __future__ import annotations

from collections.abc import Callable

import pytest

from components.bootstrap.boot import BootData, user_data
from components.bootstrap.cloud_config import written_files
from components.bootstrap.unit import SANDBOX, unit_text


def test_a_unit_is_written_section_by_section() -> None:
    text = unit_text({"Unit": (("Description", "One"),), "Service": (("User", "nobody"), ("ExecStart", "/bin/true"))})
    assert text == "[Unit]\nDescription=One\n\n[Service]\nUser=nobody\nExecStart=/bin/true\n"


@pytest.mark.parametrize("value", ["a\nExecStart=/bin/sh", "a\r", "\0", "\u2028"])
def test_a_control_character_never_reaches_a_unit(value: str) -> None:
    with pytest.raises(AssertionError, match="holds a control character"):
        unit_text({"Unit": (("Description", value),)})


def units(boot: BootData) -> dict[str, str]:
    return {path: text for path, (_, text) in written_files(user_data(boot)).items() if path.startswith("/etc/systemd")}


def test_every_service_of_ours_is_in_the_sandbox(boot: Callable[..., BootData]) -> None:
    sandbox = "\n".join(f"{name}={value}" for name, value in SANDBOX)
    inside = sorted(path.rsplit("/", 1)[1] for path, text in units(boot()).items() if sandbox in text)
    assert inside == [
        "10-geofleet.conf",
        "cometbft.service",
        "geofleet-artifacts.service",
        "geofleet-configuration.service",
    ]


def test_only_copying_into_place_runs_as_root(boot: Callable[..., BootData]) -> None:
    text = units(boot())["/etc/systemd/system/geofleet-artifacts.service"]
    fetch, *placing = [line.removeprefix("ExecStart=") for line in text.splitlines() if line.startswith("ExecStart=")]
    assert fetch.startswith("/usr/bin/curl ")
    assert [command.split()[0] for command in placing] == [
        "+/usr/bin/install",
        "+/usr/bin/sha256sum",
        "+/usr/bin/install",
        "+/usr/bin/chmod",
        "+/usr/bin/mv",
    ]


def test_no_unit_starts_a_shell(boot: Callable[..., BootData]) -> None:
    assert not [path for path, text in units(boot()).items() if "/sh " in text or "bash" in text]
