"""From files to a plan, where a spec is made of several: the lock fits what they say together."""

from __future__ import annotations

from pathlib import Path

from operations.planning import files_of, planned, write_lock

BASE = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: perps, environment: production}
regions: {allow: ["aws:eu-*"]}
fleets:
  sequencers:
    role: sequencer
    workload: none
    count: 5
    survive: {zone: 1}
    machine: {vcpu: 2, memory_gib: 4, disk_gib: 50}
"""
OVERLAY = "extends: base.yaml\nmetadata: {environment: lab}\nfleets: {sequencers: {count: 3}}\n"


def test_a_lock_fits_as_long_as_the_files_say_the_same_together(tmp_path: Path) -> None:
    base, spec = tmp_path / "base.yaml", tmp_path / "staging.yaml"
    base.write_text(BASE)
    spec.write_text(OVERLAY)
    found = planned(files_of(str(spec)))
    assert len(found.plan.hosts) == 3
    write_lock(found)
    assert planned(files_of(str(spec))).locked

    base.write_text(f"# Production.\n{BASE}".replace("count: 5", "count: 7"))
    assert planned(files_of(str(spec))).locked, "the overlay has a count of its own"

    base.write_text(BASE.replace("memory_gib: 4", "memory_gib: 8"))
    again = planned(files_of(str(spec)))
    assert not again.locked
    assert {host.machine for host in again.plan.hosts} == {"2x8"}
