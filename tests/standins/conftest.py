"""Fixtures of the stand-ins' own tests; other suites use `tests.standins.running`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.running import Project, World, aws_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One moto server for the tests of a module; each uses names of its own."""
    with aws_world(tmp_path_factory.mktemp("aws") / "world") as found:
        yield found


@pytest.fixture
def project(world: World, tmp_path: Path) -> Project:
    """A project without a program yet."""
    return Project(tmp_path / "project", world)
