from __future__ import annotations

import dataclasses
import datetime
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from operations import running
from operations.audit.gathering import evidence_of
from operations.audit.page import page
from operations.command import cli
from operations.planning import Planned, files_of, planned
from policies.catalogue import CATALOGUE
from schemas.audit import NOT_MEASURED, EvidenceDocument, content_sha256
from schemas.drill import Claim, DrillResult, Verdict
from schemas.locations import REPOSITORY
from schemas.status import RoundTripStatus, StackStatus

NOW = datetime.datetime(2026, 11, 24, 18, 0, tzinfo=datetime.UTC)
SCHEMA = REPOSITORY / "schemas" / "envelopes" / "evidence.schema.json"
JUNIT = """<testsuites><testsuite>
<testcase name="test_ports[SEC002-validators-1]"><properties><property name="rule" value="SEC002"/>
<property name="subject" value="validators-1"/><property name="host" value="validators-1"/>
<property name="problem" value="listens on 0.0.0.0:81"/></properties><failure message="x"/></testcase>
<testcase name="test_ports[SEC002-gone-1]"><properties><property name="rule" value="SEC002"/>
<property name="subject" value="gone-1"/><property name="host" value="gone-1"/><property name="claim" value="It holds."/>
</properties></testcase></testsuite></testsuites>"""


@pytest.fixture(scope="module")
def lab() -> Planned:
    return planned(files_of("lab"))


@pytest.fixture(scope="module")
def bare(lab: Planned, tmp_path_factory: pytest.TempPathFactory) -> EvidenceDocument:
    """Evidence of a stack that was never deployed."""
    return evidence_of(lab, folder=tmp_path_factory.mktemp("bare"), now=NOW)


def drill_of(target: str, verdict: Verdict) -> DrillResult:
    return DrillResult(
        stack="lab", scenario="lose-zone", title="A zone dies", target=target, began="2026-11-24T17:00:00+0000",
        duration_s=9.0, verdict=verdict, problem="",
        claims=(Claim(name="no fork", held=True, expected="one block a height", found="one"),),
        events=(), blocks=(), hosts=(), signatures_seen=9, votes_apart=3,
    )  # fmt: skip


@pytest.fixture
def kept(lab: Planned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvidenceDocument:
    """Evidence of a stack of which a measurement, a verification and a drill were kept."""
    folder = tmp_path / ".geofleet"
    monkeypatch.setattr(running, "work_dir", lambda: folder)
    trips = tuple(
        RoundTripStatus(region=link.region, other=link.other, planned_ms=link.round_trip_ms,
                        evidence=link.round_trip_evidence, measured_ms=link.round_trip_ms + 1, measured_jitter_ms=None)
        for link in lab.plan.links
    )  # fmt: skip
    status = StackStatus(
        stack="lab", target="lab", hosts=(), chains=(), round_trips=trips, looked_at="2026-11-24T17:30:00Z"
    )
    running.keep_status(status)
    (folder / "reports" / "lab" / "20261124T170000.000001Z.xml").write_text(JUNIT, encoding="utf-8")
    drill = folder / "drills" / "lab" / "one"
    drill.mkdir(parents=True)
    result = drill_of("zone aws:use1-az1", Verdict.PASSED)
    (drill / "result.json").write_text(json.dumps(result.to_json()), encoding="utf-8")
    return evidence_of(lab, folder=folder, now=NOW)


def envelope(found: EvidenceDocument) -> dict[str, object]:
    return dict(json.loads(json.dumps(found.to_json())))


def test_document_is_valid_by_its_published_schema(bare: EvidenceDocument, kept: EvidenceDocument) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    for found in (bare, kept):
        jsonschema.Draft7Validator(schema).validate(envelope(found))


def test_schema_refuses_a_document_without_its_hash(bare: EvidenceDocument) -> None:
    value = envelope(bare)
    del value["content_sha256"]
    with pytest.raises(jsonschema.ValidationError, match="'content_sha256' is a required property"):
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(value)


def test_hash_is_of_the_content_and_changes_with_any_of_it(bare: EvidenceDocument) -> None:
    value = envelope(bare)
    assert content_sha256(value) == value["content_sha256"]
    value["verdict"] = "refused"
    assert content_sha256(value) != value["content_sha256"]


def test_every_rule_of_the_catalogue_is_in_it_with_a_finding(bare: EvidenceDocument) -> None:
    assert [rule.rule_id for rule in bare.rules] == sorted(entry.rule.id for entry in CATALOGUE)
    assert [rule.rule_id for rule in bare.rules if not rule.findings] == []


def test_nothing_is_said_to_be_measured_before_a_deployment(bare: EvidenceDocument) -> None:
    assert (bare.verification, bare.measurements, bare.drills) == (None, None, ())
    assert {promise.measured for promise in bare.promises} == {NOT_MEASURED}
    assert {promise.verified for promise in bare.promises} == {""}


def test_promises_stand_beside_what_was_measured(kept: EvidenceDocument) -> None:
    of = {(one.fleet, one.promise): one.measured for one in kept.promises}
    between = of["validators", "between_members_ms_max: 120"]
    assert between == (
        "91.47 ms at most (aws:eu-central-1 to gcp:northamerica-northeast1); 6 of 6 pairs of regions measured, "
        "2026-11-24T17:30:00Z"
    )
    told = "drill lose-zone on zone aws:use1-az1: passed, 2026-11-24T17:00:00+0000"
    assert of["validators", "survive: {zone: 1}"] == told
    assert of["validators", "survive: {region: 1}"] == NOT_MEASURED


def test_last_verification_is_in_it_with_hosts_that_do_not_fit_the_plan(kept: EvidenceDocument) -> None:
    assert kept.verification is not None
    assert (kept.verification.verdict, kept.verification.began) == ("refused", "2026-11-24T17:00:00Z")
    assert kept.verification.hosts_not_planned == ("gone-1",)
    assert "validators-2" in kept.verification.hosts_not_seen
    assert "the last verification is of hosts that are not in this plan: gone-1" in kept.notes


@pytest.mark.parametrize(
    "file", ["reports/lab/status.json", "reports/lab/20261124T180000.000001Z.xml", "drills/lab/x/result.json"]
)
@pytest.mark.parametrize("content", ["{", "[]", '{"schema": "else"}'])
def test_kept_file_that_cannot_be_read_is_told_and_nothing_made_of_it(
    lab: Planned, tmp_path: Path, file: str, content: str
) -> None:
    path = tmp_path / ".geofleet" / file
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    found = evidence_of(lab, folder=tmp_path / ".geofleet", now=NOW)
    assert (found.verification, found.measurements, found.drills) == (None, None, ())
    assert any(note.startswith(f".geofleet/{file} cannot be read") for note in found.notes), found.notes


class Outline(HTMLParser):
    """What an assistive reader meets."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.unscoped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.unscoped += tag == "th" and given.get("scope") not in ("col", "row")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_one_file_without_scripts_and_readable_for_everyone(kept: EvidenceDocument, lab: Planned) -> None:
    text = page(kept, "ab" * 32, lab.atlas)
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert '<html lang="en">' in text
    assert outline.tags.count("h1") == 1
    assert outline.unscoped == 0
    assert sorted(set(outline.ids)) == sorted(outline.ids)
    assert not {"script", "link", "img", "iframe", "object", "embed"} & set(outline.tags)
    assert not re.search(r"""(?:src|href)=["'](?!#)|url\((?!#)|@import""", text)
    assert outline.tags.count("caption") == outline.tags.count("table") > 8


def test_page_escapes_what_others_wrote(kept: EvidenceDocument, lab: Planned) -> None:
    spoilt = dataclasses.replace(kept, notes=("<script>alert(1)</script>",))
    assert "<script>" not in page(spoilt, "ab" * 32, lab.atlas)


def test_report_writes_both_forms_for_a_stack_that_nobody_deployed(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ("report", "production", "--output", str(tmp_path / "a" / "b")))
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "a" / "b" / "evidence.json").read_text(encoding="utf-8"))
    assert content_sha256(written) == written["content_sha256"]
    assert written["content_sha256"] in (tmp_path / "a" / "b" / "evidence.html").read_text(encoding="utf-8")


def test_report_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    done = CliRunner().invoke(cli, ("report", "lab", "--output", str(tmp_path / "a")))
    assert f"'{tmp_path / 'a'}' is no folder" in str(done.exception)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no browser here: apt-get install chromium")
def test_a_browser_shows_the_page_and_prints_it(kept: EvidenceDocument, lab: Planned, tmp_path: Path) -> None:
    (tmp_path / "e.html").write_text(page(kept, "ab" * 32, lab.atlas), encoding="utf-8")
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        f"--print-to-pdf={tmp_path / 'e.pdf'}", "--enable-logging=stderr", (tmp_path / "e.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"CONSOLE.*(Refused|error)", done.stderr), done.stderr
    pages = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "e.pdf").read_bytes()))
    assert 5 <= pages <= 30
