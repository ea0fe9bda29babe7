from __future__ import annotations

import re
from importlib import metadata

import pytest
from machine import python_environment
from machine.engine import host_packages

from schemas.locations import REPOSITORY

LOCK = """\
grpcio==1.85.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via pulumi
Py_YAML[c]==6.0.3 \\
    --hash=sha256:cc
    # via
    #   geofleet
    #   pulumi
pulumi-aws==7.51.1 \\
    --hash=sha256:dd
"""


def test_the_locks_names_are_compared_as_the_registry_does() -> None:
    assert python_environment.locked_names(LOCK) == {"grpcio", "py-yaml", "pulumi-aws"}


def test_a_subset_keeps_every_hash() -> None:
    subset = python_environment.locked_subset(LOCK, ["py.yaml", "grpcio"])
    assert "--hash=sha256:aa" in subset
    assert "--hash=sha256:bb" in subset
    assert "--hash=sha256:cc" in subset
    assert "pulumi-aws" not in subset


def test_a_name_that_the_lock_lacks_is_refused() -> None:
    with pytest.raises(KeyError, match="pulumi-gcp"):
        python_environment.locked_subset(LOCK, ["pulumi-gcp"])


def test_the_language_hosts_packages_are_pulumi_and_all_it_needs() -> None:
    wanted, todo = set(), ["pulumi"]
    while todo:
        name = python_environment.normalised(todo.pop())
        if name not in wanted:
            wanted.add(name)
            needs = [need for need in metadata.requires(name) or [] if "extra ==" not in need]
            todo += [re.split(r"[^A-Za-z0-9._-]", need)[0] for need in needs]
    assert sorted(wanted) == host_packages(REPOSITORY / "tools" / "engine")


def test_the_lock_pins_what_is_installed() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    installed = {python_environment.normalised(found.metadata["Name"]) for found in metadata.distributions()}
    assert installed - python_environment.locked_names(lock) <= {"pip", "geofleet"}
