"""Rules that only evidence of the machine itself can settle: `geofleet attest` judges them."""

from __future__ import annotations

from dataclasses import replace

from policies.rule import HOSTS_ONLY, Rule, Scope
from schemas.report import Severity

_SOURCE = "A machine that says of itself that it is confidential proves nothing: only its maker's signature does."

SEV_SNP = Rule(
    id="SEC120",
    title="An SEV-SNP machine proves by AMD's signature what it is and what it started",
    judges="each host that must bring a report",
    severity=Severity.CRITICAL,
    feeds=HOSTS_ONLY,
    scope=Scope.HOST,
    source=f"{_SOURCE} TCB versions: AMD SB-3019 and earlier, holes that newer firmware closed.",
    remedy="Replace the host; give it no key before its evidence stands. docs/confidential.md says how to ask again.",
)

NITRO = replace(
    SEV_SNP,
    id="SEC121",
    title="A Nitro Enclave proves by AWS's signature which image it runs, and that nobody debugs it",
    judges="each host that must bring an enclave's document",
    source=f"{_SOURCE} An enclave in debug mode has registers of zeros, and its console is open.",
)

VTPM = replace(
    SEV_SNP,
    id="SEC122",
    title="A vTPM proves what was started, by a key that is known to be this machine's",
    judges="each host that must bring a quote",
    source="Constellation: a quote of one machine can be shown beside the report of another where nothing binds them.",
)

ATTESTED_RULES = (SEV_SNP, NITRO, VTPM)
"""Sorted by ID."""
