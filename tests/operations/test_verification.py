from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from operations.verification import SUITE, block_time_ms, signers_of
from operations.verification_findings import findings_of
from policies.catalogue import RULES
from schemas.inventory import Inventory, inventory_from_json
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Severity, Status, report

RECORDED = Path(__file__).parent / "hosts" / "recorded.json"

SPOILT = '''
"""Give the suite recorded readings, some of them spoilt, instead of a look at hosts."""
import importlib.util
import sys
from dataclasses import replace
from operations.hosts import commands, gathering

spec = importlib.util.spec_from_file_location("recorded_hosts", {conftest!r})
recorded = importlib.util.module_from_spec(spec)
spec.loader.exec_module(recorded)


def gather(inventory, shell, *, ssh, store_url):
    seen = recorded.seen.__wrapped__() if hasattr(recorded.seen, "__wrapped__") else recorded.seen._fixture_function()
    hosts = dict(seen.hosts)
    hosts["relayers-2"] = recorded.HostSeen(unreachable="ssh: connect to host 10.120.4.11 port 22: Connection refused")
    one, two = hosts["validators-1"], hosts["validators-2"]
    stray = recorded.Output(status=0, text=one.text(commands.LISTENERS) + "LISTEN 0 5 0.0.0.0:81 0.0.0.0:*\\n")
    hosts["validators-1"] = replace(one, outputs={{**one.outputs, commands.LISTENERS: stray}})
    refused = recorded.Output(status=1, text="", complaint="sudo: a password is required")
    hosts["validators-2"] = replace(two, outputs={{**two.outputs, commands.SSHD: refused}})
    return replace(seen, hosts=hosts)


gathering.gather = gather
'''


def run_suite(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", str(SUITE), "-q", "-p", "no:cacheprovider", *arguments]
    path = os.pathsep.join([str(folder), str(REPOSITORY)])
    return subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return inventory_from_json(json.loads(RECORDED.read_text(encoding="utf-8"))["inventory"])


@pytest.fixture(scope="module")
def found(inventory: Inventory, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    """Return the findings of the suite over recorded readings with three faults."""
    folder = tmp_path_factory.mktemp("suite")
    conftest = str(RECORDED.with_name("conftest.py"))
    (folder / "spoilt_readings.py").write_text(SPOILT.format(conftest=conftest), encoding="utf-8")
    (folder / "inventory.json").write_text(json.dumps(inventory.to_json()), encoding="utf-8")
    junit = folder / "junit.xml"
    done = run_suite(
        folder, "-p", "spoilt_readings", "--inventory", str(folder / "inventory.json"), "--junitxml", str(junit),
        "-o", "junit_family=xunit1",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return report(Feed.HOSTS, inventory.stack, findings_of(junit, inventory)).findings


def test_suite_is_silent_without_an_inventory(tmp_path: Path) -> None:
    done = run_suite(tmp_path)
    assert "no tests ran" in done.stdout
    assert "error" not in done.stdout.lower()


def test_unreachable_host_has_one_finding(found: tuple[Finding, ...]) -> None:
    [finding] = [f for f in found if f.subject == "relayers-2"]
    assert (finding.rule_id, finding.status, finding.where.host) == ("OPS001", Status.FAILED, "relayers-2")
    assert finding.message == "unreachable: ssh: connect to host 10.120.4.11 port 22: Connection refused"


def test_fault_is_named_by_host_and_rule_with_its_remedy(found: tuple[Finding, ...]) -> None:
    [finding] = [f for f in found if f.status is Status.FAILED and f.subject == "validators-1"]
    assert finding.rule_id == "SEC002"
    assert finding.message.endswith("listens on 0.0.0.0:81, which is no port of a validator host")
    assert finding.remedy == RULES["SEC002"].remedy
    assert finding.severity is RULES["SEC002"].severity
    assert finding.where.host == "validators-1"


def test_refused_reading_is_not_evaluated(found: tuple[Finding, ...]) -> None:
    [finding] = [f for f in found if f.status is Status.NOT_EVALUATED]
    assert (finding.rule_id, finding.subject) == ("SEC004", "validators-2")
    assert finding.message == "reading 'sshd settings' failed: sudo: a password is required"


def test_every_rule_of_the_suite_is_proved_for_somebody(found: tuple[Finding, ...]) -> None:
    passed = {f.rule_id for f in found if f.status is Status.PASSED}
    assert passed == {
        "IDN001", "OPS001", "OPS002", "OPS003", "OPS004", "OPS005", "PRX001", "PRX003", "RED021",
        "SEC001", "SEC002", "SEC003", "SEC004", "SEC005",
    }  # fmt: skip
    assert all(f.message.endswith(".") for f in found if f.status is Status.PASSED)


def junit_of(tmp_path: Path, case: str) -> Path:
    path = tmp_path / "junit.xml"
    path.write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>", encoding="utf-8")
    return path


def test_crashed_suite_is_not_evaluated_rather_than_passed(tmp_path: Path, inventory: Inventory) -> None:
    case = '<testcase name="test_x[SEC002-validators-1]"><error message="KeyError: boom">trace</error></testcase>'
    [finding] = findings_of(junit_of(tmp_path, case), inventory)
    assert (finding.rule_id, finding.subject, finding.status) == ("SEC002", "validators-1", Status.NOT_EVALUATED)
    assert finding.message == "test_x[SEC002-validators-1] ended with error: KeyError: boom"


def test_users_own_test_fails_the_gate_under_its_own_name(tmp_path: Path, inventory: Inventory) -> None:
    case = '<testcase name="test_agent[validators-1]"><failure message="assert False">trace</failure></testcase>'
    [finding] = findings_of(junit_of(tmp_path, case), inventory)
    assert (finding.subject, finding.status) == ("test_agent[validators-1]", Status.FAILED)
    assert finding.severity is Severity.HIGH


def metas(*times: str, first: int = 10) -> list[dict[str, dict[str, str]]]:
    """Return block metas, newest first, one second of the minute each."""
    return [
        {"header": {"height": str(first + number), "time": f"2026-11-24T13:33:{time}Z"}}
        for number, time in reversed(list(enumerate(times)))
    ]


def test_block_time_is_the_mean_of_the_last_blocks() -> None:
    assert block_time_ms(metas("10.000000000", "11.500000000", "13.000000000")) == pytest.approx(1500)


def test_genesis_does_not_count_for_the_block_time() -> None:
    assert block_time_ms(metas("01.000000000", "31.000000000", "32.000000000", first=1)) == pytest.approx(1000)
    assert block_time_ms(metas("31.000000000")) is None


def test_signers_are_those_whose_signature_is_for_the_block() -> None:
    signatures = [
        {"block_id_flag": 2, "validator_address": "aa"},
        {"block_id_flag": 3, "validator_address": "bb"},
        {"block_id_flag": 1, "validator_address": ""},
    ]
    assert signers_of({"signed_header": {"commit": {"signatures": signatures}}}) == ("AA",)
