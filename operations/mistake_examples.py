"""Lines of a spec, wrong and right, by the code of the mistake that they show."""

from __future__ import annotations

from dataclasses import dataclass

BASE = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: perps, environment: lab}
chains:
  perps-1: {engine: cometbft, block_time_ms: 2000}
  osmosis-1: {engine: cometbft, operated: elsewhere, rpc: ["https://rpc.osmosis.example"]}
  settle-1: {engine: evm, chain_number: 42161, operated: elsewhere, rpc: ["https://rpc.settle.example"]}
hubs:
  deribit: {at: "aws:eu-west-2"}
regions:
  allow: ["aws:eu-*", "gcp:europe-*"]
  forbid: ["aws:eu-south-2"]
fleets:
  validators:
    role: validator
    chain: perps-1
    client: {name: cometbft, version: 0.38.26}
    count: 4
    survive: {zone: 1, region: 1}
  relayers:
    role: relayer
    workload: none
    near: [{hub: deribit, latency_ms_max: 6}]
    per_hub: 2
    paths:
      - {source: perps-1, destination: osmosis-1, channels: [transfer/channel-0]}
  sequencers:
    role: sequencer
    workload: none
    count: 3
    chain: perps-1
    latency: {between_members_ms_max: 25}
  oracles:
    role: oracle
    workload: none
    chain: perps-1
    reports_min: 2
    members:
      - {region: "aws:eu-west-2", zone: "aws:euw2-az1"}
      - {region: "aws:eu-central-1"}
      - {region: "gcp:europe-west3"}
"""
"""A spec; every example is a change of it."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """A change of `BASE`, right and wrong."""

    at: str
    """Lines of `BASE` that are changed."""
    good: str
    bad: str

    def spec(self, lines: str) -> str:
        """Return the whole spec with these lines in place."""
        return BASE.replace(self.at, lines)


def _instead(good: str, bad: str) -> Example:
    """Return an example whose right lines are those of `BASE`."""
    return Example(at=good, good=good, bad=bad)


def _in(at: str, good: str, bad: str) -> Example:
    """Return an example that changes lines of `BASE` for the right form too."""
    return Example(at=at, good=good, bad=bad)


def _after(at: str, good: str, bad: str) -> Example:
    """Return an example that adds lines after some of `BASE`, which are shown with them."""
    return Example(at=at, good=f"{at}\n{good}" if good else at, bad=f"{at}\n{bad}")


_METADATA = "metadata: {name: perps, environment: lab}"
_KIND = "kind: Network"
_PERPS = "  perps-1: {engine: cometbft, block_time_ms: 2000}"
_OSMOSIS = '  osmosis-1: {engine: cometbft, operated: elsewhere, rpc: ["https://rpc.osmosis.example"]}'
_DERIBIT = '  deribit: {at: "aws:eu-west-2"}'
_CLIENT = "    client: {name: cometbft, version: 0.38.26}"
_VALIDATORS = "    count: 4"
_NEAR = "    near: [{hub: deribit, latency_ms_max: 6}]"
_PATH = "      - {source: perps-1, destination: osmosis-1, channels: [transfer/channel-0]}"
_SEQUENCERS = "    latency: {between_members_ms_max: 25}"
_REPORTS = "    reports_min: 2"
_LONDON = '      - {region: "aws:eu-west-2", zone: "aws:euw2-az1"}'
_FRANKFURT = '      - {region: "aws:eu-central-1"}'
_LAST = '      - {region: "gcp:europe-west3"}'
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_COORDINATES = "coordinates: {latitude: 50.11, longitude: 8.68}, metro: frankfurt"
_PAIR = "{sources: [binance, kraken, okx], sources_min: 3, deviation_bps: 50, heartbeat_s: 60"

TEXT: dict[str, Example] = {
    "SPEC103": _instead(_METADATA, 'metadata: {name: "perps\\u202e", environment: lab}'),
    "SPEC104": _instead(_METADATA, "metadata: {name: perps, environment: lab"),
    "SPEC105": _instead(_KIND, f"{_KIND}\n---\n{_KIND}"),
    "SPEC106": Example(at=BASE, good=BASE, bad="# nothing"),
    "SPEC108": _instead(_VALIDATORS, "    count: !ours 4"),
    "SPEC110": _instead(_DERIBIT, '  1: {at: "aws:eu-west-2"}'),
    "SPEC111": _instead(_DERIBIT, '  deribit: {<<: {at: "aws:eu-west-2"}}'),
    "SPEC112": _after(_VALIDATORS, "", "    count: 7"),
    "SPEC114": _instead(_VALIDATORS, "    count: *size"),
    "SPEC115": _instead(_VALIDATORS, "    count: .inf"),
    "SPEC201": _instead(_VALIDATORS, "    cuont: 4"),
    "SPEC202": _instead("    role: relayer\n    workload: none", "    workload: none"),
    "SPEC203": _instead(_VALIDATORS, '    count: "4"'),
    "SPEC204": _instead(_VALIDATORS, "    count: 0"),
    "SPEC205": _after(_VALIDATORS, "", "    reports_min: 2"),
    "SPEC501": _instead("apiVersion: geofleet/v1", "apiVersion: geofleet/v1alpha1"),
}
"""Text and structure."""

PLACES: dict[str, Example] = {
    "SPEC301": _instead('  forbid: ["aws:eu-south-2"]', '  forbid: ["aws:eu-south-9"]'),
    "SPEC305": _instead(_NEAR, "    near: [{hub: deribti, latency_ms_max: 6}]"),
    "SPEC310": _instead(_LAST, '      - {region: "gcp:us-east4"}'),
    "SPEC311": _instead(_LONDON, '      - {region: "aws:eu-west-2", zone: "aws:euc1-az1"}'),
    "SPEC313": _instead(_NEAR, "    near: [{hub: deribit, latency_ms_max: 6}, {hub: deribit, latency_ms_max: 9}]"),
    "SPEC314": _instead('  forbid: ["aws:eu-south-2"]', '  forbid: ["aws:*", "gcp:*"]'),
    "SPEC315": _after(
        _KIND, f"sites:\n  colo:frankfurt-1: {{{_COORDINATES}}}", f"sites:\n  aws:eu-central-1: {{{_COORDINATES}}}"
    ),
    "SPEC316": _after(
        _KIND,
        f'sites:\n  colo:frankfurt-1: {{{_COORDINATES}, zones: ["colo:frankfurt-1-a"]}}',
        f'sites:\n  colo:frankfurt-1: {{{_COORDINATES}, zones: ["aws:euc1-az1"]}}',
    ),
    "SPEC317": _after(
        _KIND,
        f"operators: {{north: {{}}}}\nsites:\n  colo:frankfurt-1: {{{_COORDINATES}, operator: north}}",
        f"operators: {{north: {{}}}}\nsites:\n  colo:frankfurt-1: {{{_COORDINATES}, operator: nroth}}",
    ),
    "SPEC318": _after(_DERIBIT, "  venue: {atlas: deribit}", "  venue: {atlas: deribti}"),
    "SPEC319": _instead(_DERIBIT, "  deribit: {coordinates: {latitude: 51.52, longitude: -0.63}}"),
    "SPEC320": _after(
        _REPORTS,
        "    near: [{fleet: validators, latency_ms_max: 30}]",
        "    near: [{fleet: validator, latency_ms_max: 30}]",
    ),
}
"""Places, hubs and operators."""

FLEETS: dict[str, Example] = {
    "SPEC302": _instead("    role: relayer\n    workload: none", "    role: relayer"),
    "SPEC303": _after(_REPORTS, "", "    count: 3"),
    "SPEC304": _instead(f"{_NEAR}\n    per_hub: 2", "    per_hub: 2"),
    "SPEC306": _instead(f"    chain: perps-1\n{_CLIENT}", f"    chain: perps-2\n{_CLIENT}"),
    "SPEC309": _instead(_REPORTS, "    reports_min: 4"),
    "SPEC312": _instead("    role: relayer\n    workload: none", f"    role: relayer\n{_CLIENT}"),
    "SPEC322": _in(
        _FRANKFURT,
        '      - {name: large, region: "aws:eu-central-1", machine: {vcpu: 8}}',
        '      - {region: "aws:eu-central-1", machine: {vcpu: 8}}',
    ),
    "SPEC323": _in(
        f"{_FRANKFURT}\n{_LAST}",
        '      - {name: first, region: "aws:eu-central-1"}\n      - {name: second, region: "gcp:europe-west3"}',
        '      - {name: first, region: "aws:eu-central-1"}\n      - {name: first, region: "gcp:europe-west3"}',
    ),
    "SPEC324": _after(
        _VALIDATORS,
        '    external: [{operator: north, region: "aws:eu-west-1", power: 10}]',
        '    external: [{operator: north, region: "aws:eu-west-1"}]',
    ),
    "SPEC325": _after(
        _VALIDATORS,
        '    external: [{operator: north, region: "ovh:gra", metro: paris, power: 10}]',
        '    external: [{operator: north, region: "ovh:gra", power: 10}]',
    ),
    "SPEC326": _after(_VALIDATORS, "    power: [40, 30, 20, 10]", "    power: [40, 30, 20]"),
    "SPEC354": _after(
        _REPORTS,
        "    ports: {feed: {number: 8080, reach: network}}",
        "    ports: {feed: {number: 22, reach: network}}",
    ),
    "SPEC355": _after(
        _VALIDATORS,
        "    sentries: {per_validator: 2}\n    ports: {sync: {number: 8080, reach: sentries}}",
        "    ports: {sync: {number: 8080, reach: sentries}}",
    ),
    "SPEC359": _after(
        _VALIDATORS,
        "    survive_together: [[zone, client]]",
        "    survive_together: [[zone, client], [client, zone]]",
    ),
    "SPEC360": _after(_VALIDATORS, "    disruption: {unavailable_max: 1}", "    disruption: {unavailable_max: 2}"),
    "SPEC361": _after(
        _KIND,
        "placement: {objective: weighted, weights: {cost: 1, jitter: 2}}",
        "placement: {objective: cost, weights: {cost: 1, jitter: 2}}",
    ),
    "SPEC362": _after(
        _VALIDATORS,
        "    confidential: preferred\n    confidential_kinds: [sev_snp]",
        "    confidential_kinds: [sev_snp]",
    ),
    "SPEC363": _in(
        '  allow: ["aws:eu-*", "gcp:europe-*"]\n  forbid: ["aws:eu-south-2"]\nfleets:\n  validators:\n    role: validator',
        '  allow: ["aws:eu-*", "gcp:europe-*"]\n  forbid: ["aws:eu-south-2"]\nfleets:\n  validators:\n    role: validator\n'
        "    confidential: required\n    confidential_kinds: [tdx]",
        '  allow: ["aws:eu-*"]\nfleets:\n  validators:\n    role: validator\n'
        "    confidential: required\n    confidential_kinds: [tdx]",
    ),
    "SPEC366": _after(
        _VALIDATORS,
        "    machine: {vcpu: 4, memory_gib: 8, type: {aws: c6a.xlarge}}",
        "    machine: {vcpu: 8, memory_gib: 8, type: {aws: c6a.xlarge}}",
    ),
    "SPEC364": _after(
        _LAST,
        "    budget: {cost_usd_per_month_max: 900}\nbudget: {cost_usd_per_month_max: 8000}",
        "    budget: {cost_usd_per_month_max: 9000}\nbudget: {cost_usd_per_month_max: 8000}",
    ),
}
"""Fleets of every role."""

ROLES: dict[str, Example] = {
    "SPEC321": _after(
        _SEQUENCERS,
        "    batches: {chain: settle-1, interval_s: 60}",
        "    batches: {chain: perps-1, interval_s: 60}",
    ),
    "SPEC327": _instead(_OSMOSIS, '  osmosis-1: {engine: cometbft, rpc: ["https://rpc.osmosis.example"]}'),
    "SPEC328": _instead(_OSMOSIS, "  osmosis-1: {engine: cometbft}"),
    "SPEC329": _instead(f"    chain: perps-1\n{_CLIENT}", f"    chain: settle-1\n{_CLIENT}"),
    "SPEC330": _instead(f"    chain: perps-1\n{_CLIENT}", f"    chain: osmosis-1\n{_CLIENT}"),
    "SPEC331": _in(
        _PERPS,
        "  perps-1:\n    engine: cometbft\n    upgrades:\n      - {height: 100000, client: cometbft, version: 0.38.27}\n"
        "      - {height: 200000, client: cometbft, version: 0.38.28}",
        "  perps-1:\n    engine: cometbft\n    upgrades:\n      - {height: 200000, client: cometbft, version: 0.38.27}\n"
        "      - {height: 100000, client: cometbft, version: 0.38.28}",
    ),
    "SPEC332": _in(
        _CLIENT,
        "    client:\n      name: cometbft\n      version: 0.38.26\n      url: https://releases.example/cometbft.tar.gz\n"
        f"      sha256: {_SHA256}",
        "    client:\n      name: cometbft\n      version: 0.38.26\n      url: https://releases.example/cometbft.tar.gz",
    ),
    "SPEC333": _in(
        _PERPS,
        "  perps-1: {engine: cometbft, unbonding_period_s: 1814400, trusting_period_s: 1209600}",
        "  perps-1: {engine: cometbft, unbonding_period_s: 1814400, trusting_period_s: 1814400}",
    ),
    "SPEC334": _in(
        _PERPS,
        "  perps-1: {engine: cometbft, upgrades: [{height: 100000, client: cometbft, version: 0.38.27}]}",
        "  perps-1: {engine: cometbft, upgrades: [{height: 100000, client: cometbtf, version: 0.38.27}]}",
    ),
    "SPEC335": _after(
        _VALIDATORS,
        "    signer: {kind: remote_threshold, threshold: 2, shares: 3}",
        "    signer: {kind: remote_threshold, threshold: 2, shares: 4}",
    ),
    "SPEC336": _after(
        _VALIDATORS,
        "    signer: {kind: remote_threshold, threshold: 2, shares: 3, between_shares_ms_max: 30, timeout_ms: 500}",
        "    signer: {kind: remote_threshold, threshold: 2, shares: 3, between_shares_ms_max: 30, timeout_ms: 50}",
    ),
    "SPEC337": _after(
        _VALIDATORS,
        '    keys: {consensus: "store:{host}-consensus", node: "store:{host}-node"}',
        '    keys: {consensus: "store:{host}", node: "store:{host}"}',
    ),
    "SPEC338": _after(
        _VALIDATORS, '    keys: {consensus: "store:{host}-consensus"}', '    keys: {consensus: "store:consensus"}'
    ),
    "SPEC339": _after(
        _VALIDATORS,
        "    signer: {kind: remote_threshold, threshold: 2, shares: 3}",
        "    signer: {kind: remote_threshold, threshold: 2, shares: 3}\n"
        '    keys: {consensus: "store:{host}-consensus"}',
    ),
    "SPEC365": _after(
        _VALIDATORS,
        "    pruning: {strategy: custom, keep_blocks: 362880, interval_blocks: 100}",
        "    pruning: {strategy: custom, keep_blocks: 362880}",
    ),
    "SPEC340": _instead(_PATH, _PATH.replace("destination: osmosis-1", "destination: perps-1")),
    "SPEC341": _instead(_PATH, _PATH.replace("destination: osmosis-1", "destination: settle-1")),
    "SPEC342": _after(_PATH, _PATH.replace("channel-0", "channel-1"), _PATH),
    "SPEC343": _after(
        "    per_hub: 2",
        '    wallets: {perps-1: "store:{host}-perps", osmosis-1: "store:{host}-osmosis"}',
        '    wallets: {perps-1: "store:{host}-perps"}',
    ),
    "SPEC344": _instead("    count: 3", "    count: 4"),
    "SPEC345": _after(
        _SEQUENCERS,
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}",
        "    raft: {heartbeat_ms: 50, election_timeout_ms: 500, lease_s: 2}",
    ),
    "SPEC346": _after(
        _SEQUENCERS,
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}",
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 300, lease_s: 2}",
    ),
    "SPEC347": _after(
        _SEQUENCERS,
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}",
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 0.6}",
    ),
    "SPEC348": _in(
        _SEQUENCERS,
        f"{_SEQUENCERS}\n    raft: {{heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}}",
        "    raft: {heartbeat_ms: 100, election_timeout_ms: 500, lease_s: 2}",
    ),
    "SPEC349": _after(
        _REPORTS,
        f"    pairs:\n      BTC-USD: {_PAIR}}}",
        f"    pairs:\n      BTC-USD: {_PAIR}}}".replace("okx", "kraken"),
    ),
    "SPEC350": _after(
        _REPORTS,
        f"    pairs:\n      BTC-USD: {_PAIR}}}",
        f"    pairs:\n      BTC-USD: {_PAIR}}}".replace("sources_min: 3", "sources_min: 4"),
    ),
    "SPEC351": _after(
        _REPORTS,
        f"    pairs:\n      BTC-USD: {_PAIR}, outliers: {{rule: basis_points, limit: 100}}}}",
        f"    pairs:\n      BTC-USD: {_PAIR}, outliers: {{rule: basis_points}}}}",
    ),
    "SPEC352": _in(
        f"    chain: perps-1\n{_REPORTS}",
        f'    chain: perps-1\n{_REPORTS}\n    wallet: "store:{{host}}-feeder"',
        f'{_REPORTS}\n    wallet: "store:{{host}}-feeder"',
    ),
    "SPEC353": _after(
        _REPORTS,
        f"    pairs:\n      BTC-USD: {_PAIR}, age_s_max: 30}}",
        f"    pairs:\n      BTC-USD: {_PAIR}, age_s_max: 300}}",
    ),
    "SPEC356": _after(
        _KIND,
        'maintenance: [{weekdays: [tuesday], time: "03:30", duration_minutes: 60}]',
        "maintenance: [{weekdays: [tuesday], duration_minutes: 60}]",
    ),
    "SPEC357": _after(
        _KIND,
        "maintenance: [{cron: 30 3 * * 2, duration_minutes: 60, timezone: Europe/London}]",
        "maintenance: [{cron: 30 3 * * 2, duration_minutes: 60, timezone: Europe/Londno}]",
    ),
    "SPEC358": _after(
        _KIND,
        "maintenance: [{cron: 30 3 * * 2, duration_minutes: 60}]",
        "maintenance: [{cron: 30 24 * * 2, duration_minutes: 60}]",
    ),
}
"""What belongs to one role, to chains and to windows."""

EXAMPLES: dict[str, Example] = {**TEXT, **PLACES, **FLEETS, **ROLES}
"""Code to its example."""
