"""One object answers for the world: a user's own figures over the tables, and the version tells which."""

from __future__ import annotations

import pytest

from schemas import atlas
from schemas.atlas import PUBLISHED, VERSION, Atlas, Evidence
from schemas.atlas.overrides import Figure, MachinePrice, Overrides

PARIS = ("aws:eu-west-3", "gcp:europe-west9")


def figure(region: str, other: str, value_ms: float, evidence: Evidence = Evidence.MEASURED) -> Figure:
    return Figure(
        region=region, other=other, value_ms=value_ms, evidence=evidence, statistic="median", method="ICMP",
        date="2026-11-20", source="ours",
    )  # fmt: skip


def test_without_overrides_the_version_is_the_tables() -> None:
    assert PUBLISHED.version == VERSION
    assert Atlas().version == VERSION


def test_overrides_change_the_version_by_what_they_say_not_by_their_order() -> None:
    one, two = figure(*PARIS, 2.5), figure("aws:eu-west-2", "gcp:us-south1", 100)
    version = Atlas(overrides=Overrides(round_trips=(one, two))).version
    assert version == Atlas(overrides=Overrides(round_trips=(two, one))).version
    assert version != Atlas(overrides=Overrides(round_trips=(one,))).version
    assert version != Atlas(overrides=Overrides(jitter=(one, two))).version
    head, _, tail = version.partition("+")
    assert head == VERSION
    assert len(tail) == 12


def test_an_own_figure_wins_in_both_directions_and_leaves_the_rest() -> None:
    own = Atlas(overrides=Overrides(round_trips=(figure("aws:eu-west-1", "aws:eu-west-2", 9.5),)))
    assert own.round_trip("aws:eu-west-2", "aws:eu-west-1").value_ms == 9.5
    assert own.round_trip("aws:eu-west-2", "aws:eu-west-3") == atlas.round_trip("aws:eu-west-2", "aws:eu-west-3")
    assert own.figures("aws:eu-west-1", "aws:eu-west-2")[0].source == "ours"
    assert PUBLISHED.round_trip("aws:eu-west-1", "aws:eu-west-2").source == "intercloud-throughput"


def test_an_own_measurement_in_a_metro_makes_composed_figures_through_it() -> None:
    own = Atlas(overrides=Overrides(round_trips=(figure(*PARIS, 2.5),)))
    before, after = (known.round_trip("aws:eu-west-3", "gcp:us-south1") for known in (PUBLISHED, own))
    assert (before.evidence, after.evidence) == (Evidence.ESTIMATED, Evidence.COMPOSED)
    assert after.source == "ours + google-dashboard"


def test_an_own_estimate_makes_none() -> None:
    own = Atlas(overrides=Overrides(round_trips=(figure(*PARIS, 2.5, Evidence.ESTIMATED),)))
    assert own.round_trip(*PARIS).value_ms == 2.5
    assert own.round_trip("aws:eu-west-3", "gcp:us-south1").evidence is Evidence.ESTIMATED


def test_own_jitter_and_own_prices_win() -> None:
    own = Atlas(
        overrides=Overrides(
            jitter=(figure(*PARIS, 0.2),),
            prices=(
                MachinePrice(
                    region="aws:me-central-1", machine="aws:m6a.xlarge", usd_per_hour=0.2, date="2026-11", source="ours"
                ),
            ),
        )
    )
    assert own.jitter(*reversed(PARIS)).value_ms == 0.2
    offer = own.machine_for("aws:me-central-1", vcpu=4, memory_gib=16)
    assert (offer.machine, offer.price.usd_per_hour, offer.price.source) == ("aws:m6a.xlarge", 0.2, "ours")


def test_stronger_overrides_win_pair_by_pair() -> None:
    strong = Overrides(round_trips=(figure(*PARIS, 1.5),))
    weak = Overrides(round_trips=(figure(*PARIS, 9.5), figure("aws:eu-west-2", "gcp:us-south1", 100)))
    found = strong.over(weak)
    assert [(f.pair, f.value_ms) for f in found.round_trips] == [
        (("aws:eu-west-2", "gcp:us-south1"), 100),
        (PARIS, 1.5),
    ]
    assert not Overrides()


def test_a_point_on_the_map_is_an_estimate() -> None:
    found = PUBLISHED.point_round_trip("aws:eu-west-2", atlas.hub("cme"))
    assert found.evidence is Evidence.ESTIMATED
    assert found.value_ms > 62.5


def test_answers_are_the_same_every_time() -> None:
    pairs = [("aws:eu-west-2", "gcp:us-south1"), ("aws:cn-north-1", "gcp:us-east4")]
    assert [Atlas().round_trip(*pair) for pair in pairs] == [PUBLISHED.round_trip(*pair) for pair in pairs]
    assert Atlas().offers("gcp:us-east4", vcpu=2, memory_gib=4) == PUBLISHED.offers(
        "gcp:us-east4", vcpu=2, memory_gib=4
    )


def test_the_version_is_one_of_the_tables() -> None:
    assert VERSION.startswith("20")
    with pytest.raises(AttributeError):
        PUBLISHED.overrides = Overrides()  # type: ignore[misc]  # that it is frozen is the point
