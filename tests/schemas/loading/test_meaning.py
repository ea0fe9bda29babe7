"""Good specs stay good: every rule of meaning has a bad spec in tests/specs/bad; here are their counterparts."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import yaml_text
from schemas.loading import load_spec_text
from schemas.loading.meaning import ROLES_OF_CLIENT, allowed_regions, hub_region
from schemas.spec import AtlasHub, CatalogueClient, Coordinates, Network, PointHub, RegionHub
from schemas.spec.schema import EXAMPLE


def network(**fleet: Any) -> Network:
    validators = {"role": "validator", "workload": "none", "chain": "perps-1"}
    fleets = {"members": {"workload": "none", **fleet}, "makers": validators}
    return load_spec_text(yaml_text({**EXAMPLE, "fleets": fleets})).network


PATHS = [{"source": "perps-1", "destination": "osmosis-1", "channels": ["transfer/channel-0", "transfer/channel-1"]}]
PAIR = {"sources": ["binance", "kraken"], "sources_min": 2, "deviation_bps": 50, "heartbeat_s": 60}
RAFT = {"heartbeat_ms": 75, "election_timeout_ms": 375, "lease_s": 0.5625}
LONDON = {"region": "aws:eu-west-2"}


@pytest.mark.parametrize(
    "fleet",
    [
        {"role": "relayer"},
        {"role": "relayer", "per_hub": 1, "near": [{"hub": "deribit", "latency_ms_max": 1}]},
        {"role": "relayer", "count": 3, "near": [{"hub": "deribit", "latency_ms_max": 1}]},
        {"role": "relayer", "count": 3, "near": [{"hub": "deribit"}, {"fleet": "makers", "latency_ms_max": 5}]},
        {"role": "oracle", "reports_min": 3},
        {"role": "oracle", "reports_min": 3, "count": 3},
        {"role": "oracle", "reports_min": 1, "members": [{"region": "aws:eu-west-2", "zone": "aws:euw2-az3"}]},
        {"role": "validator", "chain": "perps-1", "power": 5, "members": [{"region": "aws:eu-west-2", "power": 7}]},
        {"role": "validator", "chain": "perps-1", "power": [5, 7], "count": 2},
        {"role": "sequencer", "count": None, "members": []},
        {"role": "relayer", "members": [LONDON, {"region": "aws:eu-west-1", "name": "dublin", "operator": "acme"}]},
    ],
)
def test_a_fleet_whose_values_fit_each_other_is_accepted(fleet: dict[str, Any]) -> None:
    assert network(**fleet).fleets["members"].workload == "none"


@pytest.mark.parametrize(
    "fleet",
    [
        {"role": "relayer", "count": 2, "paths": PATHS, "wallets": {}, "gas": {"perps-1": {"max": 5}}},
        {"role": "relayer", "count": 1, "paths": PATHS, "wallets": {"perps-1": "store:a", "osmosis-1": "store:a"}},
        {"role": "relayer", "paths": PATHS, "wallets": {"perps-1": "store:{host}", "osmosis-1": "aws:x/{host}"}},
        {"role": "relayer", "paths": [*PATHS, {**PATHS[0], "source": "osmosis-1", "destination": "perps-1"}]},
    ],
)
def test_paths_and_wallets_that_fit_are_accepted(fleet: dict[str, Any]) -> None:
    assert network(**fleet).fleets["members"].role == "relayer"


@pytest.mark.parametrize("count", [1, 3, 5])
def test_timers_at_their_limits_and_odd_voters_are_accepted(count: int) -> None:
    found = network(role="sequencer", count=count, raft=RAFT, latency={"between_members_ms_max": 25})
    assert found.fleets["members"].count == count


def test_voters_of_others_make_an_even_count_odd() -> None:
    external = [{"operator": "acme", "region": "aws:eu-west-3"}]
    assert network(role="sequencer", count=2, external=external).fleets["members"].count == 2


def test_standby_members_hold_no_vote() -> None:
    assert network(role="sequencer", count=3, standby=1).fleets["members"].count == 3


def test_a_pair_may_need_every_one_of_its_sources() -> None:
    assert network(role="oracle", reports_min=1, pairs={"BTC-USD": PAIR}).fleets["members"].role == "oracle"


@pytest.mark.parametrize(
    "signer",
    [
        {"kind": "remote_threshold", "threshold": 2, "shares": 3},
        {"kind": "remote_threshold", "threshold": 3, "shares": 5, "share": "store:{host}-{share}"},
        {"kind": "remote_threshold", "threshold": 3, "shares": 4, "between_shares_ms_max": 80, "timeout_ms": 160},
        {"kind": "local", "confidential": "required"},
    ],
)
def test_a_threshold_of_more_than_half_that_can_lose_a_share_is_accepted(signer: dict[str, Any]) -> None:
    assert network(role="validator", chain="perps-1", signer=signer).fleets["members"].signer.kind == signer["kind"]


def test_one_lone_host_may_hold_a_key_that_is_named_in_full_and_a_member_its_own() -> None:
    network(role="validator", chain="perps-1", count=1, keys={"consensus": "vault:prod/consensus"})
    members = [{**LONDON, "name": name, "keys": {"consensus": f"vault:{name}"}} for name in ("one", "two")]
    network(role="validator", chain="perps-1", members=members)


def test_two_fleets_may_use_the_same_form_of_name_since_hosts_differ() -> None:
    fleets = {
        name: {"role": "validator", "workload": "none", "chain": "perps-1", "keys": {"node": "store:{host}-node"}}
        for name in ("one", "two")
    }
    assert load_spec_text(yaml_text({**EXAMPLE, "fleets": fleets}))


def test_planned_work_may_take_out_what_the_quorum_can_miss() -> None:
    network(role="validator", chain="perps-1", count=4, disruption={"unavailable_max": 1})
    network(role="sequencer", count=5, disruption={"unavailable_max": 2})
    network(role="oracle", reports_min=2, count=6, disruption={"unavailable_max": 4})


@pytest.mark.parametrize(
    "window",
    [
        {"weekdays": ["monday"], "time": "23:59", "duration_minutes": 5},
        {"cron": "*/15 0-4,22 1,31 */3 0-7", "duration_minutes": 5, "timezone": "America/Argentina/Buenos_Aires"},
    ],
)
def test_a_window_that_opens_at_times_that_exist_is_accepted(window: dict[str, Any]) -> None:
    assert load_spec_text(yaml_text({**EXAMPLE, "maintenance": [window]})).network.maintenance


def test_confidential_hosts_are_accepted_where_an_allowed_cloud_sells_a_kind() -> None:
    network(role="relayer", confidential="required", confidential_kinds=["tdx"])
    network(role="relayer", confidential="required", members=[LONDON])


def test_forbidden_regions_win_over_allowed_ones() -> None:
    found = allowed_regions(network(role="relayer"))
    assert "aws:eu-west-2" in found
    assert "aws:eu-south-2" not in found
    assert not any(name.startswith("aws:us-") for name in found)
    assert list(found) == sorted(found)


def test_a_hub_is_where_it_says_or_where_the_atlas_says() -> None:
    assert hub_region(RegionHub(at="aws:eu-west-2")) == "aws:eu-west-2"
    assert hub_region(AtlasHub(atlas="deribit")) == "aws:eu-west-2"
    assert hub_region(AtlasHub(atlas="cme")) is None
    assert hub_region(PointHub(coordinates=Coordinates(latitude=51.5, longitude=-0.6))) is None


def test_every_client_of_the_catalogue_has_its_roles() -> None:
    assert set(CatalogueClient.model_fields["name"].annotation.__args__) == set(ROLES_OF_CLIENT)  # type: ignore[union-attr]


def test_a_site_is_a_place_of_members_unless_it_is_forbidden() -> None:
    sites = {"hetzner:fsn1": {"coordinates": {"latitude": 50.5, "longitude": 12.4}, "metro": "falkenstein"}}
    fleets = {"relayers": {"role": "relayer", "workload": "none", "members": [{"region": "hetzner:fsn1"}]}}
    spec = {**EXAMPLE, "sites": sites, "fleets": fleets, "regions": {"allow": ["aws:*"]}}
    assert load_spec_text(yaml_text(spec)).network.sites["hetzner:fsn1"].operator == "self"
    with pytest.raises(
        InvalidDocumentError, match=r"SPEC310 fleets\.relayers\.members\[0\]\.region: region 'hetzner:fsn1'"
    ):
        load_spec_text(yaml_text({**spec, "regions": {"allow": ["aws:*"], "forbid": ["hetzner:*"]}}))
