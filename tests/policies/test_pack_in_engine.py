"""The pack in the real engine, over raw resources that no component of ours made.

The provider is a small one that makes whatever it is asked to (`echo_provider`): the pack is what is tested.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.engine import _events as _events_of
from operations.engine import _summary, pulumi_command
from schemas.locations import REPOSITORY, cache_dir, engine_bin_dir
from tests.policies.cloud import Made
from tests.policies.security.machines import machine

pytestmark = pytest.mark.engine

ECHO = Path(__file__).parent / "echo_provider"
PACK = ["--policy-pack", str(REPOSITORY / "policies")]
KEY = "aws:kms/key:Key"


class Project:
    """A Pulumi project of raw resources, with state in its folder."""

    def __init__(self, folder: Path, resources: list[dict[str, Any]]) -> None:
        self.folder = folder
        (folder / "state").mkdir()
        settings = {
            "name": "foreign",
            "runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(REPOSITORY / ".venv")}},
            "plugins": {"providers": [{"name": "aws", "path": str(ECHO)}]},
        }
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        (folder / "resources.json").write_text(json.dumps(resources), encoding="utf-8")
        (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        assert self.run("stack", "init", "test")[0] == 0

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the engine; return its exit code and all that it printed."""
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(cache_dir() / "pulumi-home"),
            "PATH": f"{engine_bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ECHO_LOG": str(self.folder / "made.txt"),
            "PULUMI_STACK": "test",
            "PULUMI_DEBUG_COMMANDS": "true",
        }
        done = subprocess.run(
            [str(pulumi_command()), *arguments, "--non-interactive", "--color", "never"], cwd=self.folder,
            env=environment, capture_output=True, text=True, check=False, timeout=200, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def made(self) -> list[str]:
        """Return the names of what the provider really made."""
        log = self.folder / "made.txt"
        return [line.rpartition("::")[2] for line in log.read_text().splitlines()] if log.exists() else []


PROGRAM = """
import json
import pulumi

made = {}
for one in json.load(open("resources.json")):
    props = {k: made[v["ref"]].arn if isinstance(v, dict) and "ref" in v else v for k, v in one["props"].items()}
    for path, name in one.get("nested", {}).items():
        block, inner = path.split(".")
        props[block] = {**props[block], inner: made[name].arn}
    class Any_(pulumi.CustomResource):
        arn: pulumi.Output[str]
    made[one["name"]] = Any_(one["type"], one["name"], {"arn": None, **props} if one["type"].startswith("aws:kms") else props)
"""


def raw(made: Made, **more: Any) -> dict[str, Any]:
    return {"type": made.token, "name": made.name, "props": dict(made.props), **more}


def key(name: str = "key") -> dict[str, Any]:
    return {"type": KEY, "name": name, "props": {"enableKeyRotation": True, "deletionWindowInDays": 30}}


def sound_machine(**changes: Any) -> dict[str, Any]:
    """Return a machine whose disk key is one that this very deployment makes, so that its ARN is unknown at preview."""
    return raw(machine(**changes), nested={"rootBlockDevice.kmsKeyId": "key"})


@pytest.fixture
def project(tmp_path: Path) -> Any:
    return lambda *resources: Project(tmp_path, list(resources))


def test_a_first_preview_of_a_sound_stack_passes_lists_what_is_deferred_and_up_settles_it(project: Any) -> None:
    found = project(key(), sound_machine())
    log = found.folder / "events"
    code, text = found.run("preview", *PACK, "--event-log", str(log))
    assert code == 0, text
    assert _summary(code, list(_events_of(log))).judged_by == ("geofleet",)
    assert "[SEC013] deferred SEC013: judged from what is made, before up ends: m (Instance: not known: " in text
    code, text = found.run("up", "--yes", *PACK)
    assert code == 0, text
    assert sorted(found.made()) == ["key", "m"]
    assert "deferred SEC013" not in text.partition("Updating")[2]


def test_what_a_rule_refuses_is_never_made_even_without_a_preview(project: Any) -> None:
    found = project(key(), sound_machine(metadataOptions={"httpTokens": "optional"}))
    code, text = found.run("up", "--yes", "--skip-preview", *PACK)
    assert code != 0
    assert "[SEC010] failed SEC010 (high) m: Instance: metadataOptions.httpTokens is 'optional'" in text
    assert "m" not in found.made()


def test_an_unknown_that_should_be_known_fails_the_preview_as_mandatory(project: Any) -> None:
    group = {"type": "aws:ec2/securityGroup:SecurityGroup", "name": "open", "props": {"ingress": {"ref": "key"}}}
    code, text = project(key(), group).run("preview", *PACK)
    assert code != 0
    assert "not evaluated SEC016 (critical) open" in text
    assert "can't run policy" not in text


def test_what_nobody_set_is_told_as_absent_though_the_provider_answers_unknown(project: Any) -> None:
    made = sound_machine()
    del made["props"]["metadataOptions"]
    code, text = project(key(), made).run("preview", *PACK)
    assert code != 0
    assert "metadataOptions.httpTokens is not set; expected 'required'" in text


def test_an_exported_state_is_judged_alike_by_the_engine_and_by_the_command(project: Any) -> None:
    found = project(key(), sound_machine(metadataOptions={"httpTokens": "optional"}))
    code, text = found.run("up", "--yes", "--skip-preview")
    assert code == 0, text
    assert found.run("stack", "export", "--file", "state.json")[0] == 0
    code, text = found.run("policy", "analyze", "--file", "state.json", "--json", *PACK)
    assert code != 0
    ours = [_finding(event["policyEvent"]) for event in _events(text) if "policyEvent" in event]
    command = ["-m", "operations.command", "check", "--state", str(found.folder / "state.json"), "--format", "json"]
    done = subprocess.run(
        [str(REPOSITORY / ".venv/bin/python"), *command], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )
    assert done.returncode == 1, done.stderr
    told = [f for f in json.loads(done.stdout)["findings"] if f["status"] in ("failed", "not evaluated")]
    assert sorted(ours) == sorted((f["rule_id"], f["where"]["urn"]) for f in told)
    assert ("SEC010", f"urn:pulumi:test::foreign::{machine().token}::m") in ours


def _events(text: str) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _finding(event: Mapping[str, Any]) -> tuple[str, str]:
    _, _, rest = event["message"].partition("[")
    return rest.partition("]")[0], event["resourceUrn"]
