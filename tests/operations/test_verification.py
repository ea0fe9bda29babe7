from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from operations import running
from operations.verification import SUITE, block_time_ms, signers_of
from operations.verification_findings import findings_of
from policies.catalogue import RULES
from policies.settings import Settings, settings_from_text
from policies.waivers import waivers_from_text
from schemas.diagnostics import InvalidDocumentError
from schemas.inventory import Inventory, inventory_from_json
from schemas.locations import REPOSITORY
from schemas.report import Feed, Finding, Severity, Status, report
from stacks.stack import StackFiles

DAY = datetime.date(2026, 11, 24)
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
    return report(Feed.HOSTS, inventory.stack, findings_of(junit, "lab", Settings(), day=DAY)).findings


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


def test_crashed_suite_is_not_evaluated_rather_than_passed(tmp_path: Path) -> None:
    case = '<testcase name="test_x[SEC002-validators-1]"><error message="KeyError: boom">trace</error></testcase>'
    [finding] = findings_of(junit_of(tmp_path, case), "lab", Settings(), day=DAY)
    assert (finding.rule_id, finding.subject, finding.status) == ("SEC002", "validators-1", Status.NOT_EVALUATED)
    assert finding.message == "test_x[SEC002-validators-1] ended with error: KeyError: boom"


def test_users_own_test_fails_the_gate_under_its_own_name(tmp_path: Path) -> None:
    case = '<testcase name="test_agent[validators-1]"><failure message="assert False">trace</failure></testcase>'
    [finding] = findings_of(junit_of(tmp_path, case), "lab", Settings(), day=DAY)
    assert (finding.subject, finding.status) == ("test_agent[validators-1]", Status.FAILED)
    assert finding.severity is Severity.HIGH


BROKEN = """<testcase name="test_ports[SEC002-validators-1]"><properties>
  <property name="rule" value="SEC002"/><property name="subject" value="validators-1"/>
  <property name="host" value="validators-1"/><property name="problem" value="listens on 0.0.0.0:81"/>
</properties><failure message="x"/></testcase>"""

WAIVER = """
schema: geofleet/waivers/v1
waivers:
  - {rule: %s, subject: "%s", reason: the old agent goes in December, owner: platform, created: "2026-11-01", expires: "2026-12-01"}
"""


def with_waiver(rule: str, subject: str) -> Settings:
    return Settings(waivers=waivers_from_text(WAIVER % (rule, subject), source="x.waivers.yaml"))


@pytest.mark.parametrize(
    ("text", "environment", "severity"),
    [
        ("{severity: low}", "lab", Severity.LOW),
        ("{severity_in: {production: critical}}", "production", Severity.CRITICAL),
        ("{severity_in: {production: critical}}", "lab", RULES["SEC002"].severity_for("lab")),
    ],
)
def test_hosts_are_weighed_as_the_stack_sets_it(
    tmp_path: Path, text: str, environment: str, severity: Severity
) -> None:
    settings = settings_from_text(f"schema: geofleet/policies/v1\nrules:\n  SEC002: {text}\n", source="x.policies.yaml")
    [finding] = findings_of(junit_of(tmp_path, BROKEN), environment, settings, day=DAY)
    assert (finding.status, finding.severity) == (Status.FAILED, severity)


def test_waived_fault_of_a_host_stays_in_the_report_with_its_owner(tmp_path: Path) -> None:
    [finding] = findings_of(junit_of(tmp_path, BROKEN), "lab", with_waiver("SEC002", "validators-1"), day=DAY)
    assert finding.status is Status.WAIVED
    assert finding.message == (
        "listens on 0.0.0.0:81; waived until 2026-12-01 by platform: the old agent goes in December "
        "(x.waivers.yaml:4:12)"
    )
    assert report(Feed.HOSTS, "lab", [finding]).exit_code == 0


@pytest.mark.parametrize(
    ("rule", "subject", "day"),
    [
        ("SEC002", "validators-1", datetime.date(2026, 12, 2)),
        ("SEC002", "validators-1", datetime.date(2026, 10, 31)),
        ("SEC002", "validators-2", DAY),
        ("SEC001", "validators-1", DAY),
    ],
    ids=["expired", "not yet", "another host", "another rule"],
)
def test_waiver_that_does_not_cover_it_changes_nothing(
    tmp_path: Path, rule: str, subject: str, day: datetime.date
) -> None:
    [finding] = findings_of(junit_of(tmp_path, BROKEN), "lab", with_waiver(rule, subject), day=day)
    assert finding.status is Status.FAILED


def test_what_no_host_could_tell_is_never_waived(tmp_path: Path) -> None:
    case = '<testcase name="test_x[SEC002-validators-1]"><error message="KeyError: boom">trace</error></testcase>'
    [finding] = findings_of(junit_of(tmp_path, case), "lab", with_waiver("SEC002", "*"), day=DAY)
    assert finding.status is Status.NOT_EVALUATED


def test_verify_reads_the_settings_beside_the_spec_before_it_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tmp_path / "x.yaml"
    (tmp_path / "x.policies.yaml").write_text("schema: geofleet/policies/v1\nrules:\n  SEC999: {severity: low}\n")
    monkeypatch.setattr(running, "require_root", lambda: None)
    monkeypatch.setattr(running, "stack_files", lambda _: StackFiles(name="x", spec=spec, lock=spec, ledger=spec))
    monkeypatch.setattr(running, "deployed_inventory", lambda _: pytest.fail("it looked"))
    with pytest.raises(InvalidDocumentError, match="'SEC999' is not the ID of a rule"):
        running.run_verify("x", wait_s=0)


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
