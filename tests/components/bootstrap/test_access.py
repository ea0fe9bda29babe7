from __future__ import annotations

from components.bootstrap.access import sshd, sudoers
from schemas.readings import SUDO_READINGS


def test_the_operator_may_run_the_readings_and_nothing_else() -> None:
    defaults, *rules = sudoers().splitlines()
    assert defaults.startswith("Defaults:operator ")
    assert rules == [f"operator ALL=(root) NOPASSWD: {command}" for command in SUDO_READINGS]
    assert not any(rule.endswith(("ALL", "/bin/sh", "*")) for rule in rules)


def test_every_reading_is_an_absolute_command() -> None:
    assert all(command.startswith(("/usr/bin/", "/usr/sbin/")) for command in SUDO_READINGS)


def test_sshd_takes_keys_of_the_operator_on_one_address() -> None:
    settings = dict(line.split(" ", 1) for line in sshd("10.120.1.10").splitlines())
    assert settings["ListenAddress"] == "10.120.1.10"
    assert settings["HostKey"] == "/run/credstore/ssh_host_ed25519_key"
    assert settings["AllowUsers"] == "operator"
    assert settings["PermitRootLogin"] == "no"
    assert settings["PasswordAuthentication"] == "no"
    assert settings["AuthenticationMethods"] == "publickey"
