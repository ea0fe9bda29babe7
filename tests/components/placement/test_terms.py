"""What rules read of a spec beyond promises: `components.placement.terms`."""

from __future__ import annotations

from pathlib import Path

from components.placement.terms import fleet_terms, network_terms
from schemas.loading import load_spec
from schemas.terms import (
    ChainTerms,
    FleetTerms,
    HubTerms,
    NetworkTerms,
    PairTerms,
    PathTerms,
    RaftTerms,
    SentryTerms,
    SignerTerms,
    UpgradeTerms,
    WindowTerms,
)

SPEC = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: perps, environment: production}
chains:
  perps-1:
    engine: cometbft
    block_time_ms: 2000
    unbonding_period_s: 1814400
    trusting_period_s: 1209600
    upgrades: [{height: 2000000, client: cometbft, version: 0.38.27}]
  osmosis-1:
    operated: elsewhere
    engine: cometbft
    rpc: ["https://b.two.example/key", "https://a.one.example:443", "https://b.two.example/other"]
  evm-1: {operated: elsewhere, engine: evm, chain_number: 7, rpc: ["https://rpc.evm.example"]}
hubs:
  deribit: {atlas: deribit}
  mine: {at: "aws:eu-west-2"}
regions: {allow: ["aws:eu-*", "gcp:europe-west3"], forbid: ["aws:eu-north-1"]}
fleets:
  validators:
    role: validator
    chain: perps-1
    client: {name: cometbft, version: 0.38.26}
    count: 4
    signer: {kind: remote_threshold, threshold: 2, shares: 3, survive: {zone: 1}}
    sentries: {per_validator: 2, regions: ["aws:eu-west-*"]}
    double_sign_check_blocks: 10
    pruning: {strategy: custom, keep_blocks: 1000, interval_blocks: 10}
    missed_blocks_alarm: 5
    disruption: {unavailable_max: 1}
    budget: {cost_usd_per_month_max: 900}
    maintenance: [{cron: "30 3 * * 2", duration_minutes: 60}]
  relayers:
    role: relayer
    workload: none
    count: 2
    paths: [{source: perps-1, destination: osmosis-1, channels: [transfer/channel-0]}]
    wallets: {perps-1: "store:{host}-perps", osmosis-1: "store:{host}-osmosis"}
    alarms: {client_expiry_s_min: 86400, backlog_packets_max: 10}
  sequencers:
    role: sequencer
    chain: perps-1
    workload: none
    count: 3
    standby: 1
    latency: {between_members_ms_max: 25}
    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}
    batches: {chain: evm-1, interval_s: 60}
  oracles:
    role: oracle
    chain: evm-1
    workload: none
    count: 3
    reports_min: 2
    pairs:
      BTC-USD: {sources: [binance, kraken], sources_min: 2, deviation_bps: 50, heartbeat_s: 60}
      ETH-USD: {sources: [binance, kraken], sources_min: 2, deviation_bps: 50, heartbeat_s: 60, age_s_max: 30}
maintenance: [{weekdays: [tuesday], time: "08:00", duration_minutes: 120, timezone: Europe/London}]
budget: {cost_usd_per_month_max: 9000}
"""

WINDOW = WindowTerms(weekdays=("tuesday",), time="08:00", duration_minutes=120, timezone="Europe/London")


def written(tmp_path: Path, text: str = SPEC) -> Path:
    path = tmp_path / "perps.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_networks_terms_hold_hosts_of_endpoints_and_never_their_urls(tmp_path: Path) -> None:
    network = load_spec(written(tmp_path)).network
    perps = ChainTerms(
        chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=2000, unbonding_period_s=1_814_400,
        trusting_period_s=1_209_600, upgrades=(UpgradeTerms(height=2_000_000, client="cometbft", version="0.38.27"),),
    )  # fmt: skip
    osmosis = ChainTerms(
        chain="osmosis-1", engine="cometbft", is_made_here=False, block_time_ms=2000,
        endpoints=("a.one.example", "b.two.example"),
    )  # fmt: skip
    evm = ChainTerms(
        chain="evm-1", engine="evm", is_made_here=False, block_time_ms=12_000, endpoints=("rpc.evm.example",)
    )
    assert network_terms(network) == NetworkTerms(
        chains=(evm, osmosis, perps), hubs=(HubTerms(hub="deribit", grade="A"), HubTerms(hub="mine", grade="")),
        cost_usd_per_month_max=9000,
    )  # fmt: skip


def test_each_role_says_its_own(tmp_path: Path) -> None:
    network = load_spec(written(tmp_path)).network
    terms = {name: fleet_terms(network, fleet) for name, fleet in network.fleets.items()}
    assert terms["validators"] == FleetTerms(
        chain="perps-1", maintenance=(WindowTerms(cron="30 3 * * 2", duration_minutes=60, timezone="UTC"),),
        signer=SignerTerms(threshold=2, shares=3, survive=("zone",), to_validator_ms_max=30, timeout_ms=1000),
        sentries=SentryTerms(per_validator=2, regions=("aws:eu-west-1", "aws:eu-west-2", "aws:eu-west-3")),
        double_sign_check_blocks=10, pruning="custom", keep_blocks=1000, missed_blocks_alarm=5,
        cost_usd_per_month_max=900,
    )  # fmt: skip
    assert terms["relayers"] == FleetTerms(
        maintenance=(WINDOW,), paths=(PathTerms(source="perps-1", destination="osmosis-1"),), client_refresh=0.33,
        wallets=("osmosis-1", "perps-1"), alarms=("backlog_packets_max", "client_expiry_s_min"),
        client_expiry_s_min=86_400,
    )  # fmt: skip
    assert terms["sequencers"] == FleetTerms(
        chain="perps-1", maintenance=(WINDOW,), standby=1, batches_to="evm-1",
        raft=RaftTerms(heartbeat_ms=100, election_timeout_ms=500, lease_s=2),
    )  # fmt: skip
    assert terms["oracles"] == FleetTerms(
        chain="evm-1", maintenance=(WINDOW,), wallets=(),
        pairs=tuple(
            PairTerms(pair=pair, sources=("binance", "kraken"), sources_min=2, heartbeat_s=60, age_s_max=age)
            for pair, age in (("BTC-USD", 60), ("ETH-USD", 30))
        ),
    )  # fmt: skip


def test_a_fleet_has_wallets_when_each_member_or_the_fleet_names_one(tmp_path: Path) -> None:
    fleet_wide = SPEC.replace("    reports_min: 2", "    reports_min: 2\n    wallet: store:{host}-feeder")
    network = load_spec(written(tmp_path, fleet_wide)).network
    assert fleet_terms(network, network.fleets["oracles"]).wallets == ("evm-1",)
    members = "".join(
        f'      - {{name: oracle-{n}, region: "aws:eu-west-{n}", wallet: "store:feeder-{n}"}}\n' for n in (1, 2, 3)
    )
    each = SPEC.replace("    count: 3\n    reports_min: 2", f"    members:\n{members}    reports_min: 2")
    network = load_spec(written(tmp_path, each)).network
    assert fleet_terms(network, network.fleets["oracles"]).wallets == ("evm-1",)
    one_lacks = each.replace(', wallet: "store:feeder-2"', "")
    network = load_spec(written(tmp_path, one_lacks)).network
    assert fleet_terms(network, network.fleets["oracles"]).wallets == ()
