"""Seats that break a promise are found, whatever made them."""

from __future__ import annotations

import pytest

from components.placement.checking import broken_promises
from components.placement.keeping import Seat
from components.placement.problem import Ask
from components.placement.world import World
from schemas.plan import Near, Promises
from schemas.roles import Role


def seats(*zones: str) -> list[Seat]:
    return [Seat(host="", region=zone.rpartition("-")[0], zone=zone, power=10) for zone in zones]


def ask(role: Role, world: World, promises: Promises) -> Ask:
    return Ask(
        fleet="f", role=role, promises=promises, regions=tuple(world.regions), kept={}, kept_region={},
        open_regions=frozenset(), addresses_left={},
    )  # fmt: skip


FOUR = ("aws:eu-central-1-a", "aws:eu-west-1-a", "gcp:europe-west2-a", "gcp:europe-west3-a")
PAIR = ("aws:eu-central-1-a", "aws:eu-central-1-b")


@pytest.mark.parametrize(
    ("role", "promises", "zones", "broken"),
    [
        (Role.VALIDATOR, Promises(survive=("region",)), FOUR, []),
        (
            Role.VALIDATOR, Promises(survive=("region",)), FOUR[:3],
            [f"losing {zone[:-2]} leaves 66.7 % of voting power, needed: more than 66.7 %" for zone in FOUR[:3]],
        ),
        (Role.VALIDATOR, Promises(halt_safely=("provider",)), FOUR, []),
        (
            Role.VALIDATOR, Promises(halt_safely=("provider",)), PAIR,
            ["aws: the domain alone holds 100.0 % of voting power, needed: at most 66.7 %"],
        ),
        (Role.SEQUENCER, Promises(between_members_ms_max=40.0), FOUR, []),
        (
            Role.SEQUENCER, Promises(between_members_ms_max=39.0), FOUR,
            ["aws:eu-central-1 and gcp:europe-west3 are not proven to be near enough"],
        ),
        (Role.SEQUENCER, Promises(between_members_ms_max=0.3), PAIR, []),
        (
            Role.SEQUENCER, Promises(between_members_ms_max=0.2), PAIR,
            ["aws:eu-central-1 and aws:eu-central-1 are not proven to be near enough"],
        ),
    ],
)  # fmt: skip
def test_every_loss_and_every_pair_is_tried(
    role: Role, promises: Promises, zones: tuple[str, ...], broken: list[str], five_regions: World
) -> None:
    assert broken_promises(ask(role, five_regions, promises), seats(*zones), five_regions) == broken


def test_hubs_count_their_members(five_regions: World) -> None:
    near = (Near(hub="here", at="aws:eu-central-1", latency_ms_max=10.0),)
    wanted = ask(Role.RELAYER, five_regions, Promises(near=near, per_hub=2))
    assert broken_promises(wanted, seats("aws:eu-central-1-a", "aws:eu-west-1-a"), five_regions) == []
    assert broken_promises(wanted, seats("aws:eu-central-1-a", "gcp:europe-west3-a"), five_regions) == [
        "member 1 is not proven to be near enough to its hubs", "1 members are near here",
    ]  # fmt: skip
