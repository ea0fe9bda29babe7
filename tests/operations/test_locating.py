"""`geofleet atlas locate` against enumeration, its words, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from operations.locating import Question, locate
from operations.planning import files_of
from schemas.atlas import PUBLISHED, Evidence
from schemas.errors import AtlasError, ExitCode, InfeasiblePlacementError, UsageError
from stacks.stack import load_stack_spec

EUROPE = Question(count=2, minimise="worst", allow=("aws:eu-*", "gcp:europe-west*"))


def enumerated(regions: list[str], places: list[str], count: int) -> tuple[float, float]:
    """Return the least worst and the least mean round trip of all choices."""
    worst, mean = [], []
    for chosen in combinations(regions, count):
        each = [min(PUBLISHED.round_trip(one, place).value_ms for one in chosen) for place in places]
        worst.append(max(each))
        mean.append(sum(each) / len(each))
    return min(worst), min(mean)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_are_what_enumeration_finds(count: int) -> None:
    regions = [name for name in PUBLISHED.regions if name.startswith(("aws:eu-", "gcp:europe-west"))]
    worst, mean = enumerated(regions, regions, count)
    assert locate(PUBLISHED, replace(EUROPE, count=count)).worst_ms == pytest.approx(worst)
    assert locate(PUBLISHED, replace(EUROPE, count=count, minimise="mean")).mean_ms == pytest.approx(mean, abs=0.001)


def test_every_place_is_served_by_the_nearest_region_the_farthest_first() -> None:
    answer = locate(PUBLISHED, EUROPE)
    for one in answer.served:
        figures = [PUBLISHED.round_trip(region, one.place) for region in answer.regions]
        assert one.round_trip == min(figures, key=lambda figure: figure.value_ms)
    assert [one.round_trip.value_ms for one in answer.served] == sorted(
        (one.round_trip.value_ms for one in answer.served), reverse=True
    )
    assert (answer.worst_ms, answer.gap) == (answer.served[0].round_trip.value_ms, 0.0)


def test_the_order_of_words_plays_no_part() -> None:
    places = ("deribit", "aws:ap-*", "gcp:us-*", "binance")
    asked = Question(count=3, minimise="mean", allow=("gcp:*", "aws:*"), to=places)
    turned = replace(asked, allow=asked.allow[::-1], to=(*places[::-1], "binance"))
    assert locate(PUBLISHED, asked) == locate(PUBLISHED, turned)


def test_hubs_are_places_too() -> None:
    answer = locate(PUBLISHED, Question(count=1, minimise="worst", allow=("gcp:*",), to=("coinbase-us-spot",)))
    assert answer.regions == ("gcp:us-east4",)
    assert [one.place for one in answer.served] == ["coinbase-us-spot"]


def test_a_kept_region_is_used_even_if_it_is_not_among_those_to_choose_from() -> None:
    answer = locate(PUBLISHED, replace(EUROPE, keep=("aws:us-east-1",)))
    assert "aws:us-east-1" in answer.regions
    assert len(answer.regions) == 2


def test_a_forbidden_region_is_a_place_but_never_chosen() -> None:
    first = locate(PUBLISHED, EUROPE).regions[0]
    answer = locate(PUBLISHED, replace(EUROPE, forbid=(first,), to=EUROPE.allow))
    assert first not in answer.regions
    assert first in {one.place for one in answer.served}


def test_a_spec_tells_regions_and_hubs() -> None:
    network = load_stack_spec(files_of("lab")).network
    assert set(locate(PUBLISHED, Question(count=2, minimise="worst", network=network)).regions) <= set(
        network.regions.allow
    )
    hub = next(iter(network.hubs))
    assert locate(PUBLISHED, Question(count=1, minimise="mean", network=network, to=(hub,))).served[0].place == hub


def test_only_measured_round_trips_count_when_asked() -> None:
    asked = Question(count=1, minimise="worst", allow=("gcp:europe-west2", "aws:eu-west-1"), is_measured=True)
    answer = locate(PUBLISHED, asked)
    assert {one.round_trip.evidence for one in answer.served} == {Evidence.MEASURED}
    with pytest.raises(InfeasiblePlacementError) as caught:
        locate(PUBLISHED, Question(count=2, minimise="worst", is_measured=True))
    assert caught.value.problem == "2 regions cannot reach all 79 places by measured round trips; 9 can"
    assert caught.value.exit_code is ExitCode.INFEASIBLE
    with pytest.raises(InfeasiblePlacementError, match="no allowed region has a measured round trip to deribit"):
        locate(PUBLISHED, replace(asked, to=("deribit",)))


@pytest.mark.parametrize(
    ("asked", "finding"),
    [
        (replace(EUROPE, allow=("aws:mars-*",)), "no allowed region matches 'aws:mars-*'"),
        (replace(EUROPE, to=("aws:mars-1",)), "no allowed region matches 'aws:mars-1'"),
        (replace(EUROPE, keep=("aws:mars-1",)), "region 'aws:mars-1' is not in the atlas"),
        (replace(EUROPE, count=99), "99 of 17 regions cannot be chosen, 0 of them kept"),
        (replace(EUROPE, count=1, keep=("aws:eu-west-1", "aws:eu-west-2")), "1 of 17 regions cannot be chosen, 2 of"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(asked: Question, finding: str) -> None:
    with pytest.raises(UsageError) as caught:
        locate(PUBLISHED, asked)
    assert finding in caught.value.problem


def test_an_unknown_hub_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AtlasError, match="hub 'deribitt' is not in the atlas"):
        locate(PUBLISHED, replace(EUROPE, to=("deribitt",)))
