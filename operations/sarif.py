"""SARIF 2.1.0: what code scanning services show on the line of a pull request.

Every result has a rule with help, a place in a file of the repository, and a fingerprint that stays when
lines above it change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Any
from urllib.parse import quote

from operations.notices import FAILURE, PLAN_CODES, Notice, Subject, repository_path
from policies.catalogue import RULES
from policies.rule import Rule
from schemas.canonical import sha256_hex
from schemas.codes import CODES
from schemas.errors import ExitCode
from schemas.report import Severity

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_ROOT = "%SRCROOT%"
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
}
"""Scores in the middle of the bands that code scanning calls critical, high, medium and low."""
_LEVEL = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_FINGERPRINT = "geofleet/v1"
_FINGERPRINT_OF_SERVICES = "primaryLocationLineHash"
"""The one that code scanning reads; without it the service makes one from the line's text, which a comment changes."""


def sarif(notices: Iterable[Notice], subject: Subject, exit_code: ExitCode) -> dict[str, Any]:
    """Return one run as SARIF.

    Args:
        notices: What there is to say.
        subject: What was checked; services keep the results of one stack apart from another's.
        exit_code: How the command ends.
    """
    found = list(notices)
    codes = sorted({notice.code for notice in found})
    rules = [_descriptor(code, subject.environment) for code in codes]
    driver = {"name": "geofleet", "version": metadata.version("geofleet"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"geofleet/check/{subject.stack}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository that holds the spec."}}},
        "invocations": [{"executionSuccessful": FAILURE not in codes, "exitCode": int(exit_code)}],
        "results": list(_results(found, codes, subject.file)),
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _results(notices: list[Notice], codes: list[str], file: str) -> Iterator[dict[str, Any]]:
    seen: dict[str, int] = {}
    for notice in notices:
        path = repository_path(notice.file or file)
        # By what it is about, not by its line: lines above it come and go.
        print_ = sha256_hex("\0".join([notice.code, path, notice.subject, notice.message]))[:32]
        seen[print_] = seen.get(print_, 0) + 1
        fingerprint = f"{print_}:{seen[print_]}"
        result = {
            "ruleId": notice.code,
            "ruleIndex": codes.index(notice.code),
            "level": notice.level,
            "message": {"text": notice.text},
            "locations": [_location(notice, path)],
            "partialFingerprints": {_FINGERPRINT: fingerprint, _FINGERPRINT_OF_SERVICES: fingerprint},
        }
        if notice.is_waived:
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": notice.message}]
        yield result


def _location(notice: Notice, path: str) -> dict[str, Any]:
    region = {"startLine": notice.line, "startColumn": notice.column}
    if notice.end_column > notice.column:
        region["endColumn"] = notice.end_column
    place: dict[str, Any] = {"uri": f"file://{quote(path)}"} if path.startswith("/") else {"uri": quote(path)}
    if not path.startswith("/"):
        place["uriBaseId"] = _ROOT
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": place, "region": region}}
    names = dict.fromkeys(name for name in (notice.subject, notice.urn) if name)  # a resource may be its own subject
    if names:
        location["logicalLocations"] = [{"fullyQualifiedName": name} for name in names]
    return location


def _descriptor(code: str, environment: str) -> dict[str, Any]:
    rule = RULES.get(code)
    if rule is not None:
        return _of_rule(rule, rule.severity_for(environment))
    told = PLAN_CODES.get(code) or CODES[code]
    text = f"{told} Run: geofleet explain {code}" if code in CODES else told
    return {
        "id": code,
        "name": code,
        "shortDescription": {"text": told},
        "fullDescription": {"text": told},
        "help": {"text": text, "markdown": text.replace(f"geofleet explain {code}", f"`geofleet explain {code}`")},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["spec"], "problem.severity": "error", "precision": "very-high"},
    }


def _of_rule(rule: Rule, severity: Severity) -> dict[str, Any]:
    parts = [
        ("Judges", rule.judges),
        ("Why", rule.source),
        ("Remedy", rule.remedy),
        ("Serves", ", ".join(rule.standards)),
    ]
    told = [(name, text) for name, text in parts if text]
    level = _LEVEL[severity]
    return {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. Judges {rule.judges}."},
        "help": {
            "text": "\n".join([rule.title, *(f"{name}: {text}" for name, text in told)]),
            "markdown": "\n".join([f"**{rule.title}**", "", *(f"- {name}: {text}" for name, text in told)]),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["security", rule.family.value],
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[level],
            "precision": "very-high",
            "security-severity": _SECURITY_SEVERITY[severity],
        },
    }
