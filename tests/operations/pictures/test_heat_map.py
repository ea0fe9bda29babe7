from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from operations.pictures.heat_map import matrix_svg
from operations.pictures.matrix_content import Verdict, matrix_content
from schemas import atlas
from schemas.plan import Near, Promises

GOLDEN = Path(__file__).parent / "golden" / "matrix-atlantic.svg"
SPACE = "{http://www.w3.org/2000/svg}"
THREE = "aws:use1-az1 gcp:us-east4-a aws:euw2-az1"


def texts(svg: str) -> list[str]:
    return [str(element.text) for element in ElementTree.fromstring(svg).iter(f"{SPACE}text")]


def limits(**given: float) -> dict[str, Promises]:
    return {"validators": Promises(**given)}  # type: ignore[arg-type]  # only floats are given


def test_a_small_heat_map_is_drawn_like_the_golden_one(make_plan) -> None:
    near = Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=5.0)
    plan = make_plan(
        "atlantic", validators=f"{THREE} gcp:europe-west3-a", relayers="aws:euw2-az1",
        promises=limits(between_members_ms_max=80.0) | {"relayers": Promises(near=(near,))},
    )  # fmt: skip
    assert matrix_svg(plan) == GOLDEN.read_text(encoding="utf-8")


def test_it_refers_to_nothing_outside(make_plan) -> None:
    svg = matrix_svg(make_plan(validators=THREE))
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]+)\)", svg)) == {"#matrix-trial-hatch"}


def test_rows_go_from_west_to_east_with_one_metro_side_by_side(make_plan) -> None:
    plan = make_plan(
        validators="gcp:asia-northeast1-a aws:euw2-az1 gcp:us-east4-a aws:usw2-az1 aws:apne1-az1 aws:use1-az1"
    )
    # Cut where the widest gap is, between London and Tokyo, as the map is.
    assert matrix_content(plan).regions == (
        "aws:ap-northeast-1", "gcp:asia-northeast1", "aws:us-west-2", "aws:us-east-1", "gcp:us-east4", "aws:eu-west-2",
    )  # fmt: skip


def test_each_cell_is_what_the_plan_says_and_both_ways_alike(make_plan) -> None:
    plan = make_plan(validators=f"{THREE} gcp:europe-west3-a")
    content = matrix_content(plan)
    for row, one in enumerate(content.regions):
        for column, other in enumerate(content.regions):
            cell = content.between[row][column]
            link = plan.link(one, other)
            if link is not None:
                assert (cell.round_trip_ms, cell.evidence) == (link.round_trip_ms, link.round_trip_evidence)
                assert (cell.jitter_ms, cell.jitter_evidence) == (link.jitter_ms, link.jitter_evidence)
            assert cell.round_trip_ms == content.between[column][row].round_trip_ms


def test_limits_are_outlined_only_where_they_apply(make_plan) -> None:
    plan = make_plan(
        validators=f"{THREE} gcp:europe-west3-a", oracles="aws:sae1-az1", promises=limits(between_members_ms_max=80.0)
    )  # fmt: skip
    content = matrix_content(plan)
    at = {region: position for position, region in enumerate(content.regions)}

    def verdict(one: str, other: str) -> Verdict:
        return content.between[at[one]][at[other]].verdict

    assert verdict("aws:us-east-1", "gcp:us-east4") is Verdict.KEPT
    assert verdict("gcp:us-east4", "gcp:europe-west3") is Verdict.BROKEN
    assert verdict("aws:us-east-1", "gcp:europe-west3") is Verdict.UNPROVEN
    assert verdict("aws:us-east-1", "aws:sa-east-1") is Verdict.NONE
    assert verdict("aws:us-east-1", "aws:us-east-1") is Verdict.NONE


def test_a_limit_on_jitter_is_judged_too(make_plan) -> None:
    plan = make_plan(validators="aws:use1-az1 aws:usw2-az1", promises=limits(jitter_ms_max=1.0))
    cell = matrix_content(plan).between[0][1]
    assert cell.jitter_ms == atlas.jitter("aws:us-east-1", "aws:us-west-2").value_ms
    assert (cell.verdict, cell.promises) == (Verdict.BROKEN, ("validators: at most 1 ms of jitter",))


def test_a_relayer_may_be_far_from_the_hub_that_it_does_not_serve(make_plan) -> None:
    hubs = (
        Near(hub="deribit", at="aws:eu-west-2", latency_ms_max=5.0),
        Near(hub="hyperliquid", at="aws:ap-northeast-1", latency_ms_max=5.0),
    )
    plan = make_plan(relayers="aws:euw2-az1 aws:apne1-az1", promises={"relayers": Promises(near=hubs)})
    verdicts = [[cell.verdict for cell in row] for row in matrix_content(plan).to_hubs]
    assert verdicts == [[Verdict.KEPT, Verdict.NONE], [Verdict.NONE, Verdict.KEPT]]


def test_what_is_not_measured_looks_different(make_plan) -> None:
    svg = matrix_svg(make_plan(validators="aws:use1-az1 gcp:us-east4-a gcp:europe-west3-a"))
    cells = [text for text in texts(svg) if text.startswith("~")]
    assert cells
    assert "estimated" in svg
    assert {"measured", "composed", "estimated"} <= set(texts(svg))


def test_every_cell_can_be_read_without_seeing_it(make_plan) -> None:
    svg = matrix_svg(make_plan(validators="aws:use1-az1 aws:euw2-az1", promises=limits(between_members_ms_max=80.0)))
    [told] = [element.text for element in ElementTree.fromstring(svg).iter(f"{SPACE}desc")]
    assert told == (
        "within aws:us-east-1: 0.300 ms (measured), jitter 0.320 ms (measured); aws:us-east-1 to aws:eu-west-2: "
        "75.803 ms (measured), jitter 0.225 ms (measured), validators: at most 80 ms between members: kept; within "
        "aws:eu-west-2: 0.300 ms (measured), jitter 0.320 ms (measured)."
    )


def test_the_same_plan_gives_the_same_bytes_in_any_order(make_plan) -> None:
    plan = make_plan(validators=THREE)
    assert matrix_svg(replace(plan, links=tuple(reversed(plan.links)))) == matrix_svg(plan)


def test_all_regions_fit_in_small_cells(make_plan) -> None:
    zones = " ".join(atlas.zones(region)[0] for region in atlas.regions() if atlas.zones(region))
    svg = matrix_svg(make_plan(validators=zones))
    assert ElementTree.fromstring(svg) is not None
    assert "±" not in " ".join(texts(svg)[3:])
    assert "The 100 slowest of" in svg
