"""What `geofleet atlas` answers fits the published envelopes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from schemas.atlas import PUBLISHED, Evidence
from schemas.atlas.answers import distance_answer, hubs_answer, machines_answer, regions_answer
from schemas.atlas.checking import check_atlas
from schemas.atlas.offers import Need
from schemas.envelopes.generate import FOLDER
from schemas.errors import AtlasError

NEED = Need(vcpu=4, memory_gib=16)
ENVELOPES = {
    "atlas-regions": lambda: regions_answer(PUBLISHED),
    "atlas-distance": lambda: distance_answer(PUBLISHED, "aws:eu-west-2", "gcp:us-south1"),
    "atlas-hubs": lambda: hubs_answer(PUBLISHED),
    "atlas-machines": lambda: machines_answer(PUBLISHED, NEED),
    "atlas-check": lambda: check_atlas(),
}


@pytest.mark.parametrize("kind", ENVELOPES)
def test_an_answer_fits_its_envelope(kind: str) -> None:
    value: dict[str, Any] = json.loads(json.dumps(ENVELOPES[kind]().to_json()))
    schema = json.loads((FOLDER / f"{kind}.schema.json").read_text())
    jsonschema.validate(value, schema)
    assert value["schema"] == f"geofleet/{kind}/v1"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**value, "version": 1}, schema)


def test_one_region_tells_what_is_near_it() -> None:
    [found] = regions_answer(PUBLISHED, "aws:eu-west-2").regions
    assert (found.city, found.hubs) == ("London", ("deribit", "kraken"))
    assert found.nearest[0].region == "gcp:europe-west2"
    trips = [near.round_trip.value_ms for near in found.nearest]
    assert trips == sorted(trips)
    assert len(trips) == 8


def test_all_regions_are_told_without_neighbours() -> None:
    found = regions_answer(PUBLISHED).regions
    assert len(found) == 79
    assert not any(region.nearest for region in found)


def test_a_distance_tells_every_figure_the_best_first_and_light_last() -> None:
    found = distance_answer(PUBLISHED, "aws:eu-west-2", "gcp:us-south1")
    assert [figure.evidence for figure in found.figures] == [Evidence.COMPOSED, Evidence.ESTIMATED, Evidence.LIGHT]
    assert found.round_trip == found.figures[0]
    assert found.light_ms == found.figures[-1].value_ms
    assert found.distance_km == pytest.approx(found.light_ms / 0.00979, abs=0.1)


def test_a_distance_may_be_to_a_hub() -> None:
    found = distance_answer(PUBLISHED, "gcp:europe-west2", "kraken")
    assert (found.other, found.jitter, found.round_trip.evidence) == ("kraken", None, Evidence.COMPOSED)
    assert found.round_trip.value_ms >= found.light_ms
    with pytest.raises(AtlasError, match="hub 'krakken' is not in the atlas"):
        distance_answer(PUBLISHED, "gcp:europe-west2", "krakken")


def test_machines_are_the_cheapest_of_each_region_or_all_of_one() -> None:
    everywhere = machines_answer(PUBLISHED, NEED)
    assert len(everywhere.offers) + len(everywhere.without) == 79
    assert len({offer.region for offer in everywhere.offers}) == len(everywhere.offers) == 73
    one = machines_answer(PUBLISHED, NEED, "aws:us-east-1")
    assert one.offers == PUBLISHED.offers("aws:us-east-1", vcpu=4, memory_gib=16)
    with pytest.raises(AtlasError, match="no price is known in aws:cn-north-1"):
        machines_answer(PUBLISHED, NEED, "aws:cn-north-1")
