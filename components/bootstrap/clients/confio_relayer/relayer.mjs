// Carries IBC packets between chains with the library of @confio/relayer: allow-list, back-ups that wait, clearing,
// client refresh, metrics. The published command has none of these, and makes its metrics public.
//
// relayer.mjs CONFIGURATION: a JSON file that the host's configuration agent has verified. The wallet's words come as
// the systemd credential `wallet.mnemonic`.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

const require = createRequire("/opt/confio-relayer/");
// Part by part: the package's entry also loads helpers for its own tests, whose packages it does not ask for.
const { IbcClient } = require("@confio/relayer/build/lib/ibcclient");
const { Link } = require("@confio/relayer/build/lib/link");
const { splitPendingPackets, secondsFromDateNanos } = require("@confio/relayer/build/lib/utils");
const { DirectSecp256k1HdWallet } = require("@cosmjs/proto-signing");
const { GasPrice } = require("@cosmjs/stargate");
const { Order, State } = require("cosmjs-types/ibc/core/channel/v1/channel");
const { State: ConnectionState } = require("cosmjs-types/ibc/core/connection/v1/connection");
const metrics = require("prom-client");

const INDEXER_MS = 300;
const TIMEOUT_MARGIN_BLOCKS = 2;
const TIMEOUT_MARGIN_S = 6;

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const quiet = Object.fromEntries(["error", "warn", "info", "verbose", "debug"].map((level) => [level, () => {}]));
quiet.child = () => quiet;
const said = new Map();

/** Write a line to the journal, unless it was the last one on this matter. */
function tell(matter, line) {
  if (said.get(matter) !== line) console.error(`${matter}: ${line}`);
  said.set(matter, line);
}

const gauge = (name, help, labelNames) => new metrics.Gauge({ name: `geofleet_relayer_${name}`, help, labelNames });
const counter = (name, help, labelNames) => new metrics.Counter({ name: `geofleet_relayer_${name}`, help, labelNames });
const shown = {
  round: gauge("last_round_timestamp_seconds", "When the path was last looked at from end to end.", ["path"]),
  waiting: gauge("pending_packets", "Packets and acknowledgements that wait to be carried.", ["path", "from"]),
  oldest: gauge("oldest_pending_seconds", "How long the first of them has been seen to wait.", ["path", "from"]),
  packets: counter("packets_relayed_total", "Packets that this instance delivered.", ["path", "from"]),
  acks: counter("acknowledgements_relayed_total", "Acknowledgements that this instance returned.", ["path", "from"]),
  timeouts: counter("timeouts_relayed_total", "Packets whose time-out this instance reported.", ["path", "from"]),
  redundant: counter("redundant_total", "Attempts that another relayer was ahead of.", ["path"]),
  errors: counter("errors_total", "Rounds that failed.", ["path"]),
  age: gauge("client_age_seconds", "Since the light client's last header.", ["path", "chain", "client"]),
  expiry: gauge("client_expiry_seconds", "Until the light client expires.", ["path", "chain", "client"]),
  open: gauge("channel_open", "1 when the channel is open.", ["path", "channel"]),
  balance: gauge("wallet_balance", "What the instance's wallet has on a chain.", ["chain", "denomination"]),
};

/** Connect to the host's own full node of a chain, with the instance's wallet. */
async function connect(chain, mnemonic) {
  const signer = await DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: chain.address_prefix });
  const [{ address }] = await signer.getAccounts();
  return IbcClient.connectWithSigner(chain.rpc, signer, address, {
    gasPrice: GasPrice.fromString(`${chain.fee_per_gas}${chain.fee_denomination}`),
    estimatedBlockTime: chain.block_time_ms,
    estimatedIndexerTime: INDEXER_MS,
    logger: quiet,
  });
}

/** Return the channel's end on a chain; undefined when there is none. */
async function channelEnd(node, { port, channel }) {
  try {
    return (await node.query.ibc.channel.channel(port, channel)).channel;
  } catch (error) {
    if (/not found/.test(String(error.message))) return undefined;
    throw error;
  }
}

/** Return the connections at both ends of an open channel. */
async function connectionsOf(node, end) {
  const [source] = end.connectionHops;
  const { connection } = await node.query.ibc.connection.connection(source);
  return [source, connection.counterparty.connectionId];
}

/** Return an open connection to the other chain, made by an earlier attempt that ended before its channel. */
async function formerConnection(node, otherId) {
  const { connections } = await node.query.ibc.connection.allConnections();
  for (const { id, clientId, state, counterparty } of connections) {
    if (state !== ConnectionState.STATE_OPEN || !clientId.startsWith("07-tendermint-")) continue;
    const client = await node.query.ibc.client.stateTm(clientId);
    if (client.chainId === otherId) return [id, counterparty.connectionId];
  }
  return undefined;
}

/** One path: two nodes, the link between them, and what is known to wait. */
class Path {
  constructor(configuration, nodes) {
    Object.assign(this, configuration);
    this.nodes = nodes;
    this.name = `${configuration.source.chain}:${configuration.destination.chain}`;
    this.floor = { A: 0, B: 0 };
    this.cleared = { A: 0, B: 0 };
    this.seen = new Map();
  }

  chain(side) {
    return side === "A" ? this.source : this.destination;
  }

  /** Return the link, once every channel of the allow-list is there; make what is missing if that is our part. */
  async ready() {
    if (this.link) return this.link;
    const ends = new Map();
    for (const allowed of this.channels) {
      let end = await channelEnd(this.nodes.A, allowed);
      if (!end && this.makes_channels) {
        await this.makeChannel(allowed);
        end = await channelEnd(this.nodes.A, allowed);
      }
      const open = end?.state === State.STATE_OPEN;
      shown.open.set({ path: this.name, channel: `${allowed.port}/${allowed.channel}` }, open ? 1 : 0);
      if (!open) {
        const found = end ? `is in state ${State[end.state] ?? end.state}` : "is not there yet";
        throw new Error(`${allowed.port}/${allowed.channel} of ${this.source.chain} ${found}`);
      }
      ends.set(`${allowed.port}/${allowed.channel}`, end);
    }
    const [first] = ends.values();
    const [a, b] = await connectionsOf(this.nodes.A, first);
    const link = await Link.createWithExistingConnections(this.nodes.A, this.nodes.B, a, b, quiet);
    // A packet is named by the channel that it left; the allow-list by the one on the source chain.
    this.allowed = {
      A: new Set(ends.keys()),
      B: new Set([...ends.values()].map((end) => `${end.counterparty.portId}/${end.counterparty.channelId}`)),
    };
    if (!this.clear_on_start) {
      this.floor = { A: await this.nodes.A.currentHeight(), B: await this.nodes.B.currentHeight() };
    }
    tell(this.name, `relays ${[...ends.keys()].join(", ")} over ${a} and ${b}, as number ${this.rank + 1}`);
    this.link = link;
    return link;
  }

  async makeChannel({ port, channel }) {
    const former = await formerConnection(this.nodes.A, this.destination.chain_id);
    tell(this.name, former ? `goes on with ${former.join(" and ")}` : "makes light clients and a connection");
    const link = former
      ? await Link.createWithExistingConnections(this.nodes.A, this.nodes.B, ...former, quiet)
      : await Link.createWithNewConnections(
          this.nodes.A, this.nodes.B, quiet, this.source.trusting_period_s, this.destination.trusting_period_s,
        );
    const made = await link.createChannel("A", port, port, Order.ORDER_UNORDERED, "ics20-1");
    tell(this.name, `made ${port}/${made.src.channelId}`);
    if (made.src.channelId !== channel) {
      throw new Error(`${this.source.chain} gave the channel the name ${made.src.channelId}, the spec has ${channel}`);
    }
  }

  /** Return what of a list is ours to carry now; a back-up leaves to those before it what they may still carry. */
  due(side, kind, found, key) {
    const now = Date.now() / 1000;
    const names = new Set();
    const due = found.filter((item) => {
      const name = `${kind} ${side} ${key(item)}`;
      names.add(name);
      if (!this.seen.has(name)) this.seen.set(name, now);
      return now - this.seen.get(name) >= this.delay_s;
    });
    for (const name of [...this.seen.keys()]) {
      if (name.startsWith(`${kind} ${side} `) && !names.has(name)) this.seen.delete(name);
    }
    return due;
  }

  /** Look at the path from end to end once, and carry what waits. */
  async round() {
    const link = await this.ready();
    await Promise.all([this.carry(link, "A", "B"), this.carry(link, "B", "A")]);
    await Promise.all(Object.values(this.nodes).map((node) => node.waitForIndexer()));
    await Promise.all([this.acknowledge(link, "A"), this.acknowledge(link, "B")]);
    // The header of A is refreshed on B when it is old for B's client; a back-up waits a little longer.
    await link.updateClientIfStale("A", this.source.trusting_period_s * this.refresh);
    await link.updateClientIfStale("B", this.destination.trusting_period_s * this.refresh);
    await this.watch(link);
    shown.round.set({ path: this.name }, Date.now() / 1000);
  }

  async carry(link, side, other) {
    const height = await this.nodes[side].currentHeight();
    if (this.clear_interval_blocks && height - this.cleared[side] >= this.clear_interval_blocks) {
      this.floor[side] = this.clear_on_start || this.cleared[side] ? 0 : this.floor[side];
      this.cleared[side] = height;
    }
    const all = await link.getPendingPackets(side, { minHeight: this.floor[side] || undefined });
    const ours = all.filter(({ packet }) => this.allowed[side].has(`${packet.sourcePort}/${packet.sourceChannel}`));
    const due = this.due(side, "packet", ours, ({ packet }) => `${packet.sourceChannel} ${packet.sequence}`);
    const end = await this.nodes[other].timeoutHeight(TIMEOUT_MARGIN_BLOCKS);
    const now = secondsFromDateNanos(await this.nodes[other].currentTime()) + TIMEOUT_MARGIN_S;
    const { toSubmit, toTimeout } = splitPendingPackets(end, now, due);
    const labels = { path: this.name, from: this.chain(side).chain };
    if (toSubmit.length) {
      await link.relayPackets(side, toSubmit);
      shown.packets.inc(labels, toSubmit.length);
    }
    if (toTimeout.length) {
      await link.timeoutPackets(side, toTimeout);
      shown.timeouts.inc(labels, toTimeout.length);
    }
    this.waits(side, ours.length - toSubmit.length - toTimeout.length);
    // What is left is found again from the same height; only when nothing is does the search move on.
    if (ours.length === 0) this.floor[side] = height;
  }

  async acknowledge(link, side) {
    const all = await link.getPendingAcks(side, {});
    const allowed = this.allowed[side === "A" ? "B" : "A"];
    const ours = all.filter(({ originalPacket: sent }) => allowed.has(`${sent.sourcePort}/${sent.sourceChannel}`));
    const key = ({ originalPacket: sent }) => `${sent.sourceChannel} ${sent.sequence}`;
    const due = this.due(side, "ack", ours, key);
    if (due.length) {
      await link.relayAcks(side, due);
      shown.acks.inc({ path: this.name, from: this.chain(side).chain }, due.length);
    }
  }

  waits(side, number) {
    const labels = { path: this.name, from: this.chain(side).chain };
    const times = [...this.seen].filter(([name]) => name.startsWith(`packet ${side} `)).map(([, time]) => time);
    shown.waiting.set(labels, Math.max(0, number));
    shown.oldest.set(labels, number > 0 ? Date.now() / 1000 - Math.min(...times) : 0);
  }

  /** Tell how old each light client is, and what the wallet has. */
  async watch(link) {
    for (const [end, side] of [[link.endA, "A"], [link.endB, "B"]]) {
      const { clientID, client } = end;
      const state = await client.query.ibc.client.stateTm(clientID);
      const { timestamp } = await client.query.ibc.client.consensusStateTm(clientID, state.latestHeight);
      const age = Date.now() / 1000 - Number(timestamp.seconds);
      const labels = { path: this.name, chain: this.chain(side).chain, client: clientID };
      shown.age.set(labels, age);
      shown.expiry.set(labels, Number(state.trustingPeriod.seconds) - age);
    }
  }
}

async function watchWallets(nodes) {
  for (const { node, chain } of nodes) {
    const coin = await node.query.bank.balance(node.senderAddress, chain.fee_denomination);
    shown.balance.set({ chain: chain.chain, denomination: coin.denom }, Number(coin.amount));
  }
}

function serve({ address, port }) {
  createServer(async (request, answer) => {
    const known = request.method === "GET" && request.url === "/metrics";
    answer.writeHead(known ? 200 : 404, { "Content-Type": metrics.register.contentType });
    answer.end(known ? await metrics.register.metrics() : "");
  }).listen(port, address);
}

async function configured(file) {
  while (!existsSync(file)) {
    tell("configuration", `waits for ${file}`);
    await pause(1);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Return the paths with their nodes connected; each chain once, since one wallet has one order of transactions. */
async function connected(configuration, mnemonic) {
  const nodes = new Map();
  const paths = [];
  for (const path of configuration.paths) {
    for (const chain of [path.source, path.destination]) {
      if (!nodes.has(chain.chain)) nodes.set(chain.chain, { node: await connect(chain, mnemonic), chain });
    }
    const ends = { A: nodes.get(path.source.chain).node, B: nodes.get(path.destination.chain).node };
    paths.push(new Path(path, ends));
  }
  return { paths, nodes: [...nodes.values()] };
}

async function main() {
  const configuration = await configured(process.argv[2]);
  const mnemonic = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/wallet.mnemonic`, "utf8").trim();
  serve(configuration.metrics);
  let known;
  while (!known) {
    try {
      known = await connected(configuration, mnemonic);
    } catch (error) {
      tell("nodes", `not ready: ${error.message}`);
      await pause(2);
    }
  }
  for (;;) {
    for (const path of known.paths) {
      try {
        await path.round();
      } catch (error) {
        const redundant = /redundant|already (received|been received|acknowledged)|sequence already/.test(error.message);
        // Until the channel is there, waiting for it is no error.
        if (path.link) (redundant ? shown.redundant : shown.errors).inc({ path: path.name });
        tell(path.name, String(error.message).split("\n")[0].slice(0, 300));
      }
    }
    await watchWallets(known.nodes).catch((error) => tell("wallets", error.message));
    await pause(configuration.pause_s);
  }
}

await main();
