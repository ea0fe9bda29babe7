"""A stack in two emulated clouds: the stacks' own program, with specs, keys and binaries in folders of the test's."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from components.placement.planning import place
from operations import keys
from schemas.loading import load_spec
from schemas.locations import REPOSITORY
from schemas.lock import lock_text, read_lock
from schemas.plan import Plan
from stacks.stack import StackFiles
from tests.standins.running import Project, World, aws_world

STACK = "trial-clouds"
ACCOUNT = "123456789012"

PROGRAM = """\
from pathlib import Path

import stacks.program
import stacks.signing
import stacks.stack

folder = Path("@FOLDER@")
stacks.stack.STACKS = folder
stacks.signing.secrets_dir = lambda stack: folder / "secrets" / stack
stacks.program.run()
"""


class CloudProject(Project):
    """A project whose program finds binaries in a cache of the test's own."""

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "XDG_CACHE_HOME": str(self.folder.parent / "cache"),
            "PYTHONPATH": str(REPOSITORY),
        }


@dataclass
class Trial:
    """One stack in two emulated clouds."""

    project: CloudProject
    world: World
    folder: Path

    def write(self, spec: str) -> Plan:
        """Write the stack's spec, plan it, and make its keys; returns the plan."""
        files = StackFiles(
            name=STACK, spec=self.folder / f"{STACK}.yaml", lock=self.folder / f"{STACK}.lock.yaml",
            ledger=self.folder / f"{STACK}.keys.yaml",
        )  # fmt: skip
        files.spec.write_text(spec)
        loaded = load_spec(files.spec)
        old = read_lock(files.lock) if files.lock.exists() else None
        plan, lock = place(loaded.network, stack=STACK, spec_sha256=loaded.sha256, lock=old)
        files.lock.write_text(lock_text(lock))
        keys.create_keys(files, plan)
        return plan

    def secrets(self) -> list[str]:
        """Return every private key of the stack."""
        return [path.read_text() for path in (self.folder / "secrets").rglob("*") if path.is_file()]


@contextlib.contextmanager
def cloud_trial(base: Path) -> Iterator[Trial]:
    """Start the worlds and make the project, configured for both clouds, in a folder."""
    folder = base / "stacks"
    folder.mkdir()
    _binaries(base / "cache" / "geofleet")
    secrets = folder / "secrets"
    with (
        mock.patch.object(keys, "secrets_dir", lambda stack: secrets / stack),
        mock.patch.object(keys, "host_secrets_dir", lambda stack, host: secrets / stack / "hosts" / host),
        aws_world(base / "world") as world,
    ):
        project = CloudProject(base / "project", world, program=PROGRAM.replace("@FOLDER@", str(folder)))
        settings = {
            "target": "cloud", "awsAccount": ACCOUNT, "gcpProject": "example-perps", "alarmEmail": "oncall@perps.example",
            "awsBudgetUsdPerMonth": "900", "gcpBillingAccount": "000000-000000-000000",
        }  # fmt: skip
        project.configure({f"geofleet:{key}": value for key, value in settings.items()}, stack=STACK)
        yield Trial(project=project, world=world, folder=folder)


def _binaries(cache: Path) -> None:
    """Fill a cache with what stands for CometBFT and for the packages of cloud hosts."""
    (cache / "artifacts").mkdir(parents=True)
    hashes = {}
    for name in ("cometbft", "packages"):
        content = name.encode() * 100
        hashes[name] = hashlib.sha256(content).hexdigest()
        (cache / "artifacts" / hashes[name]).write_bytes(content)
    index = {"schema": "geofleet/artifacts/v1", "artifacts": {"cometbft 0.38.26": hashes["cometbft"]}}
    (cache / "artifacts" / "index.json").write_text(json.dumps(index))
    (cache / "packages.json").write_text(json.dumps({"sha256": hashes["packages"]}))
