from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from operations.pictures.fleet_map import map_svg
from operations.pictures.map_content import LINKS_MAX, map_content
from operations.pictures.svg import Box
from schemas import atlas
from schemas.plan import Near, Promises

GOLDEN = Path(__file__).parent / "golden" / "map-virginia.svg"
SPACE = "{http://www.w3.org/2000/svg}"
WIDE = (
    "aws:use1-az1 gcp:us-east4-a aws:usw2-az1 aws:sae1-az1 aws:euw2-az1 aws:euc1-az1 aws:apne1-az1 "
    "gcp:asia-northeast1-a aws:apse1-az1 aws:apse2-az1"
)


def texts(svg: str) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(svg).iter(f"{SPACE}text")]


def titles(svg: str) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(svg).iter(f"{SPACE}title")]


def cards(svg: str) -> list[Box]:
    return [
        Box(**{key: float(str(rect.get(key))) for key in ("x", "y", "width", "height")})
        for rect in ElementTree.fromstring(svg).iter(f"{SPACE}rect")
        if rect.get("class") == "card"
    ]


def test_a_small_map_is_drawn_like_the_golden_one(make_plan) -> None:
    near = Near(hub="virginia", at="aws:us-east-1", latency_ms_max=5.0)
    plan = make_plan(
        "virginia", validators="aws:use1-az1 gcp:us-east4-a", relayers="aws:use1-az1 gcp:us-east4-a",
        promises={"relayers": Promises(near=(near,))},
    )  # fmt: skip
    assert map_svg(plan) == GOLDEN.read_text(encoding="utf-8")


def test_a_map_refers_to_nothing_outside_and_keeps_text_as_text(make_plan) -> None:
    svg = map_svg(make_plan(validators=WIDE))
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(image|script|foreignObject|use)|href|@import|@font-face", svg)
    assert {"aws:us-east-1", "gcp:asia-northeast1", "aws:sa-east-1"} <= set(texts(svg))


def test_a_map_is_readable_by_day_and_by_night(make_plan) -> None:
    svg = map_svg(make_plan(validators=WIDE))
    assert "@media (prefers-color-scheme: dark){" in svg
    used = {name for group in re.findall(r'class="([^"]+)"', svg) for name in group.split()}
    for half in svg.partition("</style>")[0].split("@media"):
        missing = {name for name in used if re.match(r"(b\d|c\d|page|sea|land|card|place|validator)$", name)}
        assert all(f".{name}{{" in half for name in missing)


def test_the_same_plan_gives_the_same_bytes_in_any_order(make_plan) -> None:
    plan = make_plan(validators=WIDE)
    turned = replace(plan, links=tuple(reversed(plan.links)), fleets=tuple(reversed(plan.fleets)))
    assert map_svg(turned) == map_svg(plan)


def test_no_card_covers_another_and_every_host_has_its_mark(make_plan) -> None:
    plan = make_plan(validators=WIDE, oracles=WIDE, sequencers="aws:use1-az1 gcp:us-east4-a aws:euw2-az1")
    svg = map_svg(plan)
    found = cards(svg)
    assert len(found) == len({atlas.region(host.region).metro for host in plan.hosts})
    assert not any(one.overlap(other) for i, one in enumerate(found) for other in found[:i])
    assert {f"{host.host}, {host.zone}" for host in plan.hosts} <= set(titles(svg))


def test_regions_of_one_metro_are_drawn_apart_with_what_separates_them(make_plan) -> None:
    svg = map_svg(make_plan(validators="aws:use1-az1 gcp:us-east4-a aws:euw2-az1"))
    assert "Virginia, 2 regions drawn apart" in texts(svg)
    assert "2.57 ms" in texts(svg)
    assert "aws:us-east-1 to gcp:us-east4: 2.57 ms, measured" in titles(svg)


def test_links_between_metros_tell_their_round_trips_and_what_is_not_measured(make_plan) -> None:
    svg = map_svg(make_plan(validators="aws:use1-az1 gcp:us-east4-a gcp:europe-west3-a"))
    leg = atlas.round_trip("aws:us-east-1", "gcp:europe-west3")
    assert leg.evidence is not atlas.Evidence.MEASURED
    assert any(text.startswith("~") and text.endswith(" ms") for text in texts(svg))
    assert f'class="link b3 dash-{leg.evidence}"' in svg


def test_a_map_can_be_read_without_seeing_it(make_plan) -> None:
    svg = map_svg(make_plan(validators="aws:use1-az1 aws:euw2-az1"))
    [told] = [element.text for element in ElementTree.fromstring(svg).iter(f"{SPACE}desc")]
    assert told == (
        "2 hosts in 2 regions. London: aws:eu-west-2 (validators-2). Virginia: aws:us-east-1 (validators-1). "
        "Round trips: aws:eu-west-2 to aws:us-east-1: 75.80 ms, measured."
    )


def test_a_hub_in_a_region_without_hosts_is_on_the_map_with_the_way_to_it(make_plan) -> None:
    near = Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=20.0)
    svg = map_svg(make_plan(relayers="aws:euw3-az1 aws:euc1-az1", promises={"relayers": Promises(near=(near,))}))
    assert "hub deribit" in texts(svg)
    assert "aws:eu-west-2 to aws:eu-west-3: 8.96 ms, measured" in titles(svg)


def test_two_fleets_that_share_no_host_have_no_link_between_them(make_plan) -> None:
    content = map_content(make_plan(validators="aws:use1-az1", oracles="aws:euw2-az1"))
    assert content.links == ()


def test_many_hosts_in_one_region_are_counted(make_plan) -> None:
    svg = map_svg(make_plan(validators=" ".join(["aws:use1-az1"] * 30)))
    assert "30" in texts(svg)
    assert "validators: 30 hosts" in titles(svg)


def test_all_regions_of_the_world_are_listed_by_number_and_their_links_thinned(make_plan) -> None:
    zones = " ".join(atlas.zones(region)[0] for region in atlas.regions() if atlas.zones(region))
    plan = make_plan(validators=zones)
    svg = map_svg(plan)
    told = " ".join(texts(svg))
    assert all(f"{host.region} ({host.host})" in told for host in plan.hosts)
    drawn = len(re.findall(r'class="link b\d', svg))
    assert drawn < 4 * LINKS_MAX
    assert "links drawn: the shortest that join all, the matrix has the rest" in told
    assert len(svg) < 300_000


def test_thinned_links_still_join_every_metro(make_plan) -> None:
    zones = " ".join(atlas.zones(region)[0] for region in atlas.regions() if atlas.zones(region))
    content = map_content(make_plan(validators=zones))
    reached, waiting = set(), [content.places[0].metro]
    while waiting:
        metro = waiting.pop()
        reached.add(metro)
        ends = [(link.one, link.other) for link in content.links if metro in (link.one, link.other)]
        waiting += [end for pair in ends for end in pair if end not in reached]
    assert reached == {place.metro for place in content.places}


@pytest.mark.parametrize("stack", ["a b", "2x", "é<script>"])
def test_any_stack_name_makes_valid_xml(make_plan, stack: str) -> None:
    assert stack in texts(map_svg(make_plan(stack, validators="aws:use1-az1")))
