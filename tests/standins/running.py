"""Run the real engine with stand-ins: emulators, a world that tests can read and disturb, projects.

```python
with aws_world(tmp_path / "world") as world:
    project = Project(tmp_path / "project", program="...", world=world)
    project.up()
    world.ec2("eu-west-1").describe_vpcs()
```
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config

from operations.engine import pulumi_command
from schemas.locations import REPOSITORY, cache_dir, engine_bin_dir
from tests.standins.base.faults import Fault, write_faults
from tests.standins.base.ground import FOLDER_VARIABLE, Ground, Operation

PLUGINS = Path(__file__).parent / "plugins"
AMIS = Path(__file__).parent / "aws" / "amis.json"


class World:
    """An emulated cloud, read back as anyone with access would."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.json").write_text(json.dumps(dict(settings)), encoding="utf-8")
        self.folder = folder
        self.settings = dict(settings)
        self.ground = Ground(folder)
        self._faults: list[Fault] = []

    def environment(self) -> dict[str, str]:
        """Return what the engine must be started with, so that stand-ins find this world."""
        return {FOLDER_VARIABLE: str(self.folder)}

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of the emulated AWS."""
        return boto3.client(
            service, region_name=region, endpoint_url=self.settings["aws_endpoint"], aws_access_key_id="test",
            aws_secret_access_key="test", config=Config(s3={"addressing_style": "path"}),
        )  # fmt: skip

    def ec2(self, region: str) -> Any:
        """Return a client of EC2."""
        return self.client("ec2", region)

    def disturb(self, *faults: Fault) -> None:
        """Put these faults in place of the former ones; none: nothing goes wrong any more."""
        write_faults(self.ground, faults)

    def operations(self, *kinds: str) -> list[Operation]:
        """Return what the engine asked for, by kind of operation (create, read, update, delete); default: changes."""
        wanted = kinds or ("create", "update", "delete")
        return [one for one in self.ground.operations() if one.operation in wanted]


@contextlib.contextmanager
def aws_world(folder: Path, settings: Mapping[str, Any] | None = None) -> Iterator[World]:
    """Start moto with its validations on; end it afterwards."""
    port = _free_port()
    environment = {
        **os.environ,
        "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true",
        "MOTO_ENABLE_AMI_VALIDATION": "true",
        "MOTO_ENABLE_KEYPAIR_VALIDATION": "true",
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_AMIS_PATH": str(AMIS),
        "PYTHONWARNINGS": "ignore",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "moto.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.standins.aws.moto_world", "-H", "127.0.0.1", "-p", str(port)],
            cwd=REPOSITORY, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _await_answer(endpoint, server, folder / "moto.log")
            yield World(folder, {**(settings or {}), "aws_endpoint": endpoint})
        finally:
            server.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)
            if server.poll() is None:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await_answer(endpoint: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"moto ended with {server.returncode}:\n{log.read_text(encoding='utf-8')}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"moto did not answer within 60 s:\n{log.read_text(encoding='utf-8')}")


@dataclass(frozen=True, kw_only=True)
class Done:
    """How an engine command ended."""

    exit_code: int
    text: str
    """Standard output and error, together."""
    changes: Mapping[str, int]
    """Operation to number of resources, without those that stay."""
    steps: Sequence[Mapping[str, Any]]
    """Metadata of each step that changes something, from the engine's event log."""

    def diagnostics(self) -> str:
        """Return the text, for messages of assertions."""
        return self.text


class Project:
    """A Pulumi project in a folder of its own, whose providers are stand-ins, with state in the folder too."""

    def __init__(self, folder: Path, world: World, *, program: str = "", main: Path | None = None) -> None:
        """Make the project.

        Args:
            folder: Where; made if need be.
            world: What its stand-ins act on.
            program: Text of a Python program.
            main: A folder with a program, instead of a text.
        """
        self.folder, self.world = folder, world
        (folder / "state").mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {
            "name": "geofleet",
            "runtime": {
                "name": "python",
                "options": {"toolchain": "pip", "virtualenv": str(REPOSITORY / ".venv")},
            },
            "plugins": {
                "providers": [
                    {"name": path.name, "path": str(path)} for path in sorted(PLUGINS.iterdir()) if path.is_dir()
                ]
            },
        }
        if main is not None:
            settings["main"] = str(main)
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        if program:
            self.program(program)
        self._stack_made: set[str] = set()

    def program(self, text: str) -> None:
        """Put a program in place of the former one."""
        (self.folder / "__main__.py").write_text(text, encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the environment of the engine's commands."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "GOOGLE_"))},
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(cache_dir() / "pulumi-home"),
            "PULUMI_DEBUG_COMMANDS": "true",
            "PATH": f"{engine_bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            **self.world.environment(),
        }

    def run(self, *arguments: str, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        """Run an engine command in the project."""
        return subprocess.run(
            [str(pulumi_command()), *arguments, "--non-interactive"], cwd=self.folder, env=self.environment(),
            capture_output=True, text=True, check=False, timeout=timeout_s, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def configure(self, values: Mapping[str, str], stack: str = "test") -> None:
        """Set the stack's configuration."""
        self._make(stack)
        for key, value in values.items():
            done = self.run("config", "set", key, value, "--stack", stack)
            assert done.returncode == 0, done.stdout + done.stderr

    def _make(self, stack: str) -> None:
        if stack not in self._stack_made:
            done = self.run("stack", "init", stack)
            assert done.returncode == 0, done.stdout + done.stderr
            self._stack_made.add(stack)

    def command(self, name: str, *arguments: str, stack: str = "test") -> Done:
        """Run `preview`, `up`, `refresh` or `destroy`; failures are for the caller to judge."""
        self._make(stack)
        log = self.folder / f"events-{time.monotonic_ns()}"
        agreed = [] if name == "preview" else ["--yes", "--skip-preview"]
        done = self.run(name, *agreed, "--stack", stack, "--event-log", str(log), "--color", "never", *arguments)
        changes: dict[str, int] = {}
        steps: list[Mapping[str, Any]] = []
        for event in _events(log):
            if "summaryEvent" in event:
                counts = event["summaryEvent"].get("resourceChanges") or {}
                changes = {key: count for key, count in counts.items() if key not in ("same", "refresh", "read")}
            if "resourcePreEvent" in event and event["resourcePreEvent"]["metadata"]["op"] not in (
                "same",
                "refresh",
                "read",
            ):
                steps.append(event["resourcePreEvent"]["metadata"])
        return Done(exit_code=done.returncode, text=done.stdout + done.stderr, changes=changes, steps=steps)

    def up(self, *arguments: str, stack: str = "test") -> Done:
        """Run `pulumi up`; it must succeed."""
        return _succeeded(self.command("up", *arguments, stack=stack))

    def preview(self, *arguments: str, stack: str = "test") -> Done:
        """Run `pulumi preview`; it must succeed."""
        return _succeeded(self.command("preview", *arguments, stack=stack))

    def destroy(self, *arguments: str, stack: str = "test") -> Done:
        """Run `pulumi destroy`; it must succeed."""
        return _succeeded(self.command("destroy", *arguments, stack=stack))

    def outputs(self, stack: str = "test") -> dict[str, Any]:
        """Return the stack's outputs, secrets included."""
        done = self.run("stack", "output", "--json", "--show-secrets", "--stack", stack)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def state(self, stack: str = "test") -> dict[str, Any]:
        """Return the stack's state; secrets stay encrypted."""
        done = self.run("stack", "export", "--stack", stack)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))


def _succeeded(done: Done) -> Done:
    assert done.exit_code == 0, done.text
    return done


def _events(log: Path) -> Iterator[dict[str, Any]]:
    if log.exists():
        for line in log.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
