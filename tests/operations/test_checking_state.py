"""`geofleet check --state`: what was made, by us or by anybody, judged from a file: no engine, no credentials."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from operations.checking_state import judged_state
from schemas.errors import ExitCode, UsageError
from schemas.locations import REPOSITORY
from schemas.report import Feed, Status

SCHEMA = json.loads((REPOSITORY / "tests/data/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
INSTANCE = "aws:ec2/instance:Instance"
HOST = "geofleet:index:Host"
SIGNATURE = "4dabf18193072939515e22adb298388d"


def entry(token: str, name: str, *, stack: str = "lab", parent: str = "", **props: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:{stack}::project::{token}::{name}"
    return {"urn": urn, "type": token, "custom": True, "inputs": props, "outputs": props, "parent": parent}


def saved(folder: Path, *resources: dict[str, Any], **document: Any) -> Path:
    path = folder / "state.json"
    found = document or {"version": 3, "deployment": {"resources": list(resources)}}
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


def geofleet(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "operations.command", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


HOLE = {"metadataOptions": {"httpTokens": "optional"}, "rootBlockDevice": {"encrypted": True}}


def on_the_labs_host() -> list[dict[str, Any]]:
    """Return an instance that belongs to validators-1 of the spec `lab`."""
    host = entry(HOST, "validators-1", role="validator", region="aws:eu-central-1")
    return [host, entry(INSTANCE, "m", parent=host["urn"], region="eu-central-1", **HOLE)]


def test_a_state_without_our_components_is_judged_and_findings_have_the_urn(tmp_path: Path) -> None:
    report, subject = judged_state(saved(tmp_path, entry(INSTANCE, "web", stack="shop", **HOLE)))
    assert (report.feed, report.stack, subject.stack) == (Feed.STATE, "shop", "shop")
    assert report.exit_code is ExitCode.FINDINGS
    [found] = [f for f in report.with_status(Status.FAILED) if f.rule_id == "SEC010"]
    assert found.where.urn == "urn:pulumi:shop::project::aws:ec2/instance:Instance::web"
    assert found.subject == "web"
    fleets = [f for f in report.findings if f.rule_id == "RED001"]
    assert [f.status for f in fleets] == [Status.NOT_APPLICABLE]


def test_a_finding_on_a_cloud_resource_points_to_the_line_that_made_its_host(tmp_path: Path) -> None:
    report, _ = judged_state(saved(tmp_path, *on_the_labs_host()))
    [found] = [f for f in report.with_status(Status.FAILED) if f.rule_id == "SEC010"]
    line = (REPOSITORY / "stacks/lab.yaml").read_text(encoding="utf-8").splitlines()[found.where.line - 1]
    assert (found.where.file, line.strip()) == ("stacks/lab.yaml", "validators:")
    assert (found.where.host, found.where.urn.rpartition("::")[2]) == ("validators-1", "m")
    assert found.text().endswith(f"\n  {found.where.urn}")


def test_sarif_marks_that_line_names_the_resource_and_fits_the_schema(tmp_path: Path) -> None:
    done = geofleet("check", "--state", str(saved(tmp_path, *on_the_labs_host())), "--format", "sarif")
    assert done.returncode == 1, done.stderr
    log = json.loads(done.stdout)
    assert list(jsonschema.Draft4Validator(SCHEMA).iter_errors(log)) == []
    [result] = [one for one in log["runs"][0]["results"] if one["ruleId"] == "SEC010"]
    [location] = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "stacks/lab.yaml"
    names = [one["fullyQualifiedName"] for one in location["logicalLocations"]]
    assert names == ["m", "urn:pulumi:lab::project::aws:ec2/instance:Instance::m"]


def test_the_command_tells_it_in_text_and_json(tmp_path: Path) -> None:
    path = saved(tmp_path, entry(INSTANCE, "web", stack="shop", **HOLE))
    text = geofleet("check", "--state", str(path))
    assert text.returncode == 1
    assert "failed SEC010 (high) web: Instance: metadataOptions.httpTokens is 'optional'" in text.stdout
    told = json.loads(geofleet("check", "--state", str(path), "--format", "json").stdout)
    assert (told["schema"], told["feed"]) == ("geofleet/report/v1", "state")


def test_a_sound_state_passes_and_an_empty_one_was_not_judged(tmp_path: Path) -> None:
    bucket = {"uniformBucketLevelAccess": True, "publicAccessPrevention": "enforced", "versioning": {"enabled": True}}
    sound = entry("gcp:storage/bucket:Bucket", "b", stack="shop", **bucket)
    assert judged_state(saved(tmp_path, sound))[0].exit_code is ExitCode.PASSED
    assert judged_state(saved(tmp_path))[0].exit_code is ExitCode.NOT_EVALUATED
    root = entry("pulumi:pulumi:Stack", "project-shop", stack="shop")
    assert judged_state(saved(tmp_path, root))[0].exit_code is ExitCode.NOT_EVALUATED
    assert geofleet("check", "--state", str(saved(tmp_path))).returncode == 4


def test_what_was_to_be_settled_and_is_not_leaves_the_state_unjudged(tmp_path: Path) -> None:
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
    group = entry("aws:ec2/securityGroup:SecurityGroup", "g", stack="shop", ingress=secret)
    report, _ = judged_state(saved(tmp_path, group))
    assert report.exit_code is ExitCode.NOT_EVALUATED
    [found] = [f for f in report.findings if f.rule_id == "SEC016"]
    assert found.message == "SecurityGroup: not known: ingress (secret)"


def test_a_checkpoint_and_a_previews_json_are_read_too(tmp_path: Path) -> None:
    web = entry(INSTANCE, "web", stack="shop", **HOLE)
    checkpoint = saved(tmp_path, version=3, checkpoint={"stack": "shop", "latest": {"resources": [web]}})
    assert judged_state(checkpoint)[0].exit_code is ExitCode.FINDINGS
    gone = entry("aws:iam/accessKey:AccessKey", "old", stack="shop")
    preview = saved(tmp_path, steps=[{"op": "create", "newState": web}, {"op": "delete", "newState": gone}])
    report, _ = judged_state(preview)
    assert (report.feed, report.exit_code) == (Feed.PREVIEW, ExitCode.FINDINGS)
    assert "SEC032" not in {f.rule_id for f in report.with_status(Status.FAILED)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "is neither a state nor a preview of Pulumi"),
        ("{}", "is neither a state nor a preview of Pulumi"),
        ("[" * 100_000, "is no JSON"),
        ('{"version": 1, "deployment": {"resources": []}}', "is a state of version 1"),
        ('{"version": 3, "deployment": {"resources": [{"type": "x"}]}}', "resource 0 has no urn and type"),
        ('{"version": 3, "deployment": {"resources": [7]}}', "resource 0 has no urn and type"),
        ('{"version": 3, "deployment": {"resources": {"a": 1}}}', "has resources that are no list"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_what_to_do(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        judged_state(path)
    assert told in str(refused.value)
    assert "pulumi stack export" in refused.value.remedy


def test_a_file_that_is_not_there_and_one_of_another_stack_are_refused(tmp_path: Path) -> None:
    done = geofleet("check", "--state", str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert "cannot be read: No such file or directory" in done.stderr
    with pytest.raises(UsageError, match="the file is of stack 'shop', not of 'lab'"):
        judged_state(saved(tmp_path, entry(INSTANCE, "web", stack="shop")), "lab")


def test_without_a_stack_or_a_state_the_command_says_what_is_missing() -> None:
    done = geofleet("check")
    assert done.returncode == 2
    assert "only with --state may it be left out" in done.stderr
