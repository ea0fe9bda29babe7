"""Each spec that cannot be placed sits beside the exact text that its reader gets.

`GEOFLEET_WRITE_MESSAGES=1 pytest tests/components/placement/test_conflict.py` writes the texts anew; review them.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from components.placement.placing import Options
from components.placement.planning import place
from components.placement.world import World, atlas_world
from schemas.atlas import Evidence, RoundTrip
from schemas.errors import ExitCode, InfeasiblePlacementError
from schemas.loading import load_spec

ROOT = Path(__file__).parents[3]
INFEASIBLE = sorted((ROOT / "tests" / "specs" / "infeasible").glob("*.yaml"))


def refusal(path: Path, world: World | None = None) -> InfeasiblePlacementError:
    loaded = load_spec(path, source=path.relative_to(ROOT).as_posix())
    options = Options(where=loaded.where, world=world or atlas_world())
    with pytest.raises(InfeasiblePlacementError) as caught:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256, options=options)
    return caught.value


@pytest.mark.parametrize("path", INFEASIBLE, ids=lambda path: path.stem)
def test_a_spec_that_cannot_be_placed_is_refused_with_its_exact_message(path: Path) -> None:
    error = refusal(path)
    told = f"{error}\n{error.remedy}\n"
    message = path.with_suffix(".txt")
    if os.environ.get("GEOFLEET_WRITE_MESSAGES"):
        message.write_text(told, encoding="utf-8")
    assert told == message.read_text(encoding="utf-8")
    assert error.exit_code is ExitCode.INFEASIBLE
    assert error.at.startswith(f"tests/specs/infeasible/{path.name}:")


def test_every_message_has_a_spec() -> None:
    texts = {path.stem for path in (ROOT / "tests" / "specs" / "infeasible").glob("*.txt")}
    assert texts == {path.stem for path in INFEASIBLE}


def test_an_estimate_never_keeps_a_hard_limit_and_the_same_figure_measured_does() -> None:
    path = ROOT / "tests" / "specs" / "infeasible" / "estimate_is_no_proof.yaml"
    known = atlas_world()
    assert known.round_trip("aws:ca-west-1", "gcp:us-west1").evidence is Evidence.ESTIMATED
    assert known.round_trip("aws:ca-west-1", "gcp:us-west1").value_ms < 100

    def measured(one: str, other: str) -> RoundTrip:
        return replace(known.round_trip(one, other), evidence=Evidence.MEASURED)

    loaded = load_spec(path)
    options = Options(world=replace(known, round_trip=measured))
    plan, _ = place(loaded.network, stack="net", spec_sha256=loaded.sha256, options=options)
    assert [host.region for host in plan.hosts] == ["aws:ca-west-1", "gcp:us-west1"]


def test_a_lock_that_stands_in_the_way_is_named_and_what_moving_costs(spec, placed, five_regions: World) -> None:
    head = "fleets:\n  oracles:\n    role: oracle\n    workload: none\n    count: 2\n    reports_min: 2\n"
    apart = 'regions: {allow: ["aws:eu-central-1", "gcp:europe-west3"]}\n' + head + "    halt_safely: {region: 1}\n"
    _, lock = placed(spec(apart), None, five_regions)
    nearer = head + "    halt_safely: {region: 1}\n    latency: {between_members_ms_max: 10}\n"
    with pytest.raises(InfeasiblePlacementError) as caught:
        placed(spec(nearer), lock, five_regions)
    assert str(caught.value) == (
        "spec.yaml:16:39: fleet 'oracles' (2 members) cannot be placed:\n"
        "  these exclude each other:\n"
        "    between_members_ms_max 10: any two members must be measured within it; of 10 pairs of allowed "
        "regions 4 are, 0 only estimated (spec.yaml:16:39)\n"
        "    lock: 2 hosts stay in aws:eu-central-1-a, gcp:europe-west3-a"
    )
    assert caught.value.remedy == (
        "Raise 'between_members_ms_max' to 40. (Then 40.0 ms to agree.) "
        "Or remove the fleet's hosts from the lock: they are then placed anew, under new names."
    )


def test_every_remedy_about_a_limit_works_when_it_is_followed() -> None:
    path = ROOT / "tests" / "specs" / "infeasible" / "members_too_near.yaml"
    assert "Raise 'between_members_ms_max' to 8." in refusal(path).remedy
    loaded = load_spec(path)
    fleet = loaded.network.fleets["sequencers"]
    for limit, works in ((8.0, True), (7.0, False)):
        latency = fleet.latency.model_copy(update={"between_members_ms_max": limit})
        fleets = {"sequencers": fleet.model_copy(update={"latency": latency})}
        network = loaded.network.model_copy(update={"fleets": fleets})
        if works:
            place(network, stack="net", spec_sha256="")
        else:
            with pytest.raises(InfeasiblePlacementError):
                place(network, stack="net", spec_sha256="")
