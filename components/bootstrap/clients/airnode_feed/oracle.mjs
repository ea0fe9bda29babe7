// One oracle: takes signed prices of sources from API3's Airnode feed on its own host, decides what a pair is worth,
// puts that on the chain, and serves it while it may be believed: `node oracle.mjs ORACLE_JSON`.
//
// No value is better than a wrong one: with too few sources, or a report that is too old, it answers 503 and says why.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import process from 'node:process';
import { identifiers } from './airnode_prepare.mjs';
import { decide, isDue } from './oracle_price.mjs';

const { ethers, Api3ServerV1__factory, AccessControlRegistry__factory, references } = createRequire(import.meta.url)(
  '/opt/airnode-feed/evm.cjs',
);
const { arrayify, solidityKeccak256, verifyMessage, defaultAbiCoder, formatUnits } = ethers.utils;

const BODY_BYTES_MAX = 1 << 20;
const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const now = () => Date.now() / 1000;
const log = (text, more = {}) => console.log(JSON.stringify({ text, ...more }));

/** What sources last said: title of the question (`okx ETH-USD`) to price, when it was signed, when it changed. */
const heard = new Map();
const titles = new Map();
for (const pair of config.pairs)
  for (const source of pair.sources) titles.set(identifiers(`${source} ${pair.pair}`).templateId, `${source} ${pair.pair}`);

let airnode = '';
let refused = 0;

/** Takes what the feed sends; returns how many values were believed. */
const take = ({ airnode: sender, signedData }) => {
  let count = 0;
  for (const { templateId, timestamp, encodedValue, signature } of signedData) {
    const title = titles.get(templateId);
    const hash = solidityKeccak256(['bytes32', 'uint256', 'bytes'], [templateId, timestamp, encodedValue]);
    const former = heard.get(title);
    if (!title || verifyMessage(arrayify(hash), signature) !== sender || (airnode && sender !== airnode)) {
      refused += 1;
      continue;
    }
    airnode = sender;
    if (former && former.signedAt >= Number(timestamp)) continue;
    const price = Number(formatUnits(defaultAbiCoder.decode(['int256'], encodedValue)[0], 18));
    const changedAt = former?.price === price ? former.changedAt : Number(timestamp);
    heard.set(title, { price, signedAt: Number(timestamp), changedAt });
    count += 1;
  }
  return count;
};

const priceOf = (pair) =>
  decide(
    pair,
    pair.sources.map((source) => ({ source, ...heard.get(`${source} ${pair.pair}`) })),
    now(),
  );

// --- the chain ---

const onChain = new Map(); // pair to { value, at, id }
const counts = { sent: 0, failed: 0 };
let balance = 0;
let chainReadAt = 0;
let attempts = 0;
let contract;
let wallet;
const templateOf = (pair) => solidityKeccak256(['string', 'string'], ['geofleet median', pair]);
const feedIdOf = (pair) => solidityKeccak256(['address', 'bytes32'], [wallet.address, templateOf(pair)]);

/** Makes the contracts and fills the wallet on a stand-in chain, whose first account anyone may use. */
const prepareStandIn = async (provider) => {
  const [faucet] = await provider.listAccounts();
  const signer = provider.getSigner(faucet);
  if (config.chain.deploys && (await provider.getTransactionCount(faucet)) === 0) {
    const registry = await new AccessControlRegistry__factory(signer).deploy();
    await registry.deployed();
    const server = await new Api3ServerV1__factory(signer).deploy(registry.address, 'Api3ServerV1 admin', faucet);
    await server.deployed();
    log('contracts are made', { registry: registry.address, server: server.address });
  }
  if ((await provider.getBalance(wallet.address)).lt(ethers.utils.parseEther('1')))
    await (await signer.sendTransaction({ to: wallet.address, value: ethers.utils.parseEther('10') })).wait();
};

/** Connects to the chain, and waits until its contract is there. */
const connect = async () => {
  const network = { name: config.chain.chain, chainId: config.chain.chain_number };
  const provider = new ethers.providers.StaticJsonRpcProvider({ url: config.chain.rpc[attempts % config.chain.rpc.length], timeout: 5000 }, network);
  provider.pollingInterval = 500;
  const found = Number(await provider.send('eth_chainId', []));
  if (found !== network.chainId) throw new Error(`the endpoint is of chain ${found}, expected ${network.chainId}`);
  const mnemonic = readFileSync(`${process.env.CREDENTIALS_DIRECTORY}/wallet.mnemonic`, 'utf8').trim();
  // The ledger's own path, so that the public key in the ledger is this wallet's.
  wallet = ethers.Wallet.fromMnemonic(mnemonic, "m/44'/118'/0'/0/0").connect(provider);
  if (config.chain.is_stand_in) await prepareStandIn(provider);
  const address = config.chain.contract || references.Api3ServerV1[network.chainId];
  if (!address || (await provider.getCode(address)) === '0x')
    throw new Error(`Api3ServerV1 is not at ${address || 'any known address'} of chain ${network.chainId}`);
  contract = Api3ServerV1__factory.connect(address, wallet);
};

/** Reads every pair's report back from the chain: what is served is what the chain has. */
const readChain = async () => {
  for (const { pair } of config.pairs) {
    const { value, timestamp } = await contract.dataFeeds(feedIdOf(pair));
    onChain.set(pair, { id: feedIdOf(pair), value: Number(formatUnits(value, 18)), at: timestamp });
  }
  balance = Number(formatUnits(await wallet.getBalance(), 18));
  chainReadAt = now();
};

/** Signs a pair's price and puts it on the chain. */
const report = async (pair, price) => {
  const data = defaultAbiCoder.encode(['int256'], [ethers.utils.parseUnits(price.toFixed(18 - 6), 18)]);
  const timestamp = Math.floor(now());
  const hash = solidityKeccak256(['bytes32', 'uint256', 'bytes'], [templateOf(pair.pair), timestamp, data]);
  const signature = await wallet.signMessage(arrayify(hash));
  const sent = await contract.updateBeaconWithSignedData(wallet.address, templateOf(pair.pair), timestamp, data, signature);
  await sent.wait(1);
  counts.sent += 1;
};

const round = async () => {
  if (!contract) await connect();
  await readChain();
  for (const pair of config.pairs) {
    const { price } = priceOf(pair);
    if (price === null || !isDue(pair, price, onChain.get(pair.pair), now())) continue;
    await report(pair, price);
  }
  await readChain();
};

/** Does rounds until the program ends; a failed one is told and counted, and the next begins anew. */
const work = async () => {
  for (;;) {
    try {
      await round();
    } catch (error) {
      counts.failed += 1;
      attempts += 1; // the next round asks the next endpoint
      contract = undefined;
      log('a round failed', { reason: String(error.reason ?? error.message).slice(0, 300) });
    }
    await new Promise((done) => setTimeout(done, config.pause_s * 1000));
  }
};

// --- what is served ---

/** Returns what may be said of a pair now: a value with its time, or the reason why there is none. */
const served = (pair) => {
  const decided = priceOf(pair);
  const { id, value, at } = onChain.get(pair.pair) ?? { id: '', value: 0, at: 0 };
  const age = now() - at;
  const fresh = { ...decided, id, on_chain: value, on_chain_at: at, chain_read_at: chainReadAt };
  if (decided.price === null) return { ...fresh, value: null };
  if (!at) return { ...fresh, value: null, reason: 'nothing was reported yet' };
  if (age > pair.heartbeat_s)
    return { ...fresh, value: null, reason: `the report is ${age.toFixed(0)} s old, allowed: ${pair.heartbeat_s} s` };
  return { ...fresh, value };
};

const state = () => ({
  airnode,
  wallet: wallet?.address ?? '',
  balance,
  contract: config.chain?.contract ?? '',
  refused,
  counts,
  pairs: Object.fromEntries(config.pairs.map((pair) => [pair.pair, served(pair)])),
});

const metrics = () => {
  const lines = [
    `geofleet_oracle_wallet_balance ${balance}`,
    `geofleet_oracle_reports_total ${counts.sent}`,
    `geofleet_oracle_failed_rounds_total ${counts.failed}`,
    `geofleet_oracle_refused_values_total ${refused}`,
  ];
  for (const pair of config.pairs) {
    const { value, price, used, on_chain: reported, on_chain_at: at } = served(pair);
    const label = `{pair="${pair.pair}"}`;
    lines.push(`geofleet_oracle_served${label} ${value === null ? 0 : 1}`);
    lines.push(`geofleet_oracle_sources_used${label} ${used.length}`);
    if (price !== null) lines.push(`geofleet_oracle_price${label} ${price}`);
    if (at) lines.push(`geofleet_oracle_reported_price${label} ${reported}`);
    if (at) lines.push(`geofleet_oracle_report_age_seconds${label} ${(now() - at).toFixed(1)}`);
  }
  return `${lines.join('\n')}\n`;
};

const answer = (response, status, body, type = 'application/json') => {
  response.writeHead(status, { 'Content-Type': type });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

createServer((request, response) => {
  if (request.url === '/metrics') return answer(response, 200, metrics(), 'text/plain; version=0.0.4');
  if (request.url === '/state') return answer(response, 200, state());
  const pair = config.pairs.find(({ pair: name }) => request.url === `/prices/${name}`);
  if (!pair) return answer(response, 404, { reason: 'no such pair' });
  const found = served(pair);
  return answer(response, found.value === null ? 503 : 200, { pair: pair.pair, ...found });
}).listen(config.serve.port, config.serve.address);

createServer((request, response) => {
  const parts = [];
  let size = 0;
  request.on('data', (part) => {
    size += part.length;
    if (size > BODY_BYTES_MAX) request.destroy();
    else parts.push(part);
  });
  request.on('end', () => {
    try {
      const body = JSON.parse(Buffer.concat(parts).toString());
      const count = take(body);
      answer(response, 201, { count, skipped: body.signedData.length - count });
    } catch (error) {
      refused += 1;
      answer(response, 400, { reason: String(error.message) });
    }
  });
}).listen(config.take.port, config.take.address);

if (config.chain) void work();
