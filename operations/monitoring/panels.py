"""What the dashboard shows: each panel with its question, its unit and its query, and which stacks have it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SELECT = '{stack="$stack", fleet=~"$fleet"}'
"""Labels that every query selects by; `operations.monitoring.targets` gives them."""


class Section(StrEnum):
    """Rows of the dashboard."""

    STACK = "Stack"
    CHAINS = "Chains"
    RELAYERS = "Relayers"
    HOSTS = "Hosts"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One graph."""

    section: Section
    title: str
    question: str
    """What an operator learns here, and when to worry."""
    query: str
    """PromQL; `<s>` stands for the selector."""
    legend: str
    unit: str
    """A unit of Grafana: `s`, `bytes`, `percentunit`, `short`."""

    @property
    def expression(self) -> str:
        """Return the query with the selector in."""
        return self.query.replace("<s>", SELECT)


_BY_CHAIN = "{{chain}} on {{host}}"

PANELS = (
    Panel(
        section=Section.STACK, title="Targets that do not answer", unit="short", legend="{{host}} {{service}}",
        question="Empty when all is well. What does not answer tells nothing, good or bad.", query="up<s> == 0",
    ),
    Panel(
        section=Section.CHAINS, title="Height", unit="short", legend=_BY_CHAIN,
        question="Lines of one chain lie on each other; a flat line is a node that stands still.",
        query="cometbft_consensus_height<s>",
    ),
    Panel(
        section=Section.CHAINS, title="Blocks a minute", unit="short", legend=_BY_CHAIN,
        question="Zero: the node, or the chain, stands still.",
        query="60 * rate(cometbft_consensus_block_interval_seconds_count<s>[$__rate_interval])",
    ),
    Panel(
        section=Section.CHAINS, title="Block interval, mean", unit="s", legend=_BY_CHAIN,
        question="The spec's block time and three messages to a quorum; more: rounds fail, or links are slow.",
        query="rate(cometbft_consensus_block_interval_seconds_sum<s>[$__rate_interval])"
        " / rate(cometbft_consensus_block_interval_seconds_count<s>[$__rate_interval])",
    ),
    Panel(
        section=Section.CHAINS, title="Voting power missing or byzantine", unit="percentunit", legend=_BY_CHAIN,
        question="At a third the chain stops.",
        query="(cometbft_consensus_missing_validators_power<s> + cometbft_consensus_byzantine_validators_power<s>)"
        " / cometbft_consensus_validators_power<s>",
    ),
    Panel(
        section=Section.CHAINS, title="Round", unit="short", legend=_BY_CHAIN,
        question="Zero nearly always; a second round means that a proposer was late or away.",
        query="cometbft_consensus_rounds<s>",
    ),
    Panel(
        section=Section.CHAINS, title="Peers", unit="short", legend=_BY_CHAIN,
        question="Falls when links or hosts are lost.", query="cometbft_p2p_peers<s>",
    ),
    Panel(
        section=Section.RELAYERS, title="Packets a minute", unit="short", legend="{{host}} {{path}} from {{from}}",
        question="What each instance carries; the second carries only what the first leaves.",
        query="60 * rate(geofleet_relayer_packets_relayed_total<s>[$__rate_interval])",
    ),
    Panel(
        section=Section.RELAYERS, title="Packets that wait", unit="short", legend="{{host}} {{path}} from {{from}}",
        question="Rises and does not fall: nobody carries.", query="geofleet_relayer_pending_packets<s>",
    ),
    Panel(
        section=Section.RELAYERS, title="Longest wait", unit="s", legend="{{host}} {{path}} from {{from}}",
        question="Verification refuses more than two minutes (OPS061).",
        query="geofleet_relayer_oldest_pending_seconds<s>",
    ),
    Panel(
        section=Section.RELAYERS, title="Since the last round", unit="s", legend="{{host}} {{path}}",
        question="A relayer that has not looked for two minutes hangs, whatever its unit says.",
        query="time() - geofleet_relayer_last_round_timestamp_seconds<s>",
    ),
    Panel(
        section=Section.RELAYERS, title="Light clients expire in", unit="s", legend="{{chain}} {{client}} on {{host}}",
        question="At zero the path is dead until the chain votes; a third of the trusting period must be left.",
        query="geofleet_relayer_client_expiry_seconds<s>",
    ),
    Panel(
        section=Section.RELAYERS, title="Wallets", unit="short", legend="{{host}} on {{chain}}, {{denomination}}",
        question="Smallest coins; an empty wallet carries nothing.", query="geofleet_relayer_wallet_balance<s>",
    ),
    Panel(
        section=Section.HOSTS, title="Processor in use", unit="percentunit", legend="{{host}}",
        question="In the lab every host sees the machine's own figures.",
        query='1 - avg by (host) (rate(node_cpu_seconds_total{stack="$stack", fleet=~"$fleet", mode="idle"}'
        "[$__rate_interval]))",
    ),
    Panel(
        section=Section.HOSTS, title="Memory available", unit="bytes", legend="{{host}}",
        question="Near zero the kernel ends what it likes.", query="node_memory_MemAvailable_bytes<s>",
    ),
    Panel(
        section=Section.HOSTS, title="Data volume free", unit="percentunit", legend="{{host}}",
        question="A full volume stops a node, and can spoil its store.",
        query='node_filesystem_avail_bytes{stack="$stack", fleet=~"$fleet", mountpoint="/data"}'
        ' / node_filesystem_size_bytes{stack="$stack", fleet=~"$fleet", mountpoint="/data"}',
    ),
    Panel(
        section=Section.HOSTS, title="Clock against the monitor's", unit="s", legend="{{host}}",
        question="Includes up to one scrape interval; what grows is a clock that drifts.",
        query="time() - node_time_seconds<s>",
    ),
)  # fmt: skip
"""In the order in which they are shown. Names of metrics were recorded in the lab: tests hold them to that."""
