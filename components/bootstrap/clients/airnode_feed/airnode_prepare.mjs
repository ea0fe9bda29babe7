// Writes the configuration of API3's Airnode feed: `node airnode_prepare.mjs FEED_JSON FOLDER`.
//
// The feed wants identifiers that are hashes of what they name, and its secrets in a file beside its configuration:
// both are made here, at start. The mnemonic itself is not copied: `secrets.env` is a link to systemd's credential.

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';

const { ethers, encode } = createRequire(import.meta.url)('/opt/airnode-feed/evm.cjs');

const ENDPOINT = 'price';
const MULTIPLIER = '1000000000000000000';

/** Returns one source's description in API3's Oracle Integration Specification: one endpoint for each pair. */
const integration = (question) => ({
  oisFormat: '2.3.0',
  title: question.title,
  version: '1.0.0',
  apiSpecifications: {
    servers: [{ url: question.origin }],
    paths: {
      [question.path]: {
        get: { parameters: question.query.map(([name]) => ({ in: 'query', name })) },
      },
    },
    components: { securitySchemes: {} },
    security: {},
  },
  endpoints: [
    {
      name: ENDPOINT,
      operation: { method: 'get', path: question.path },
      fixedOperationParameters: question.query.map(([name, value]) => ({
        operationParameter: { in: 'query', name },
        value,
      })),
      reservedParameters: [
        { name: '_type', fixed: 'int256' },
        { name: '_path', fixed: question.price_at },
        { name: '_times', fixed: MULTIPLIER },
      ],
      parameters: [],
    },
  ],
});

/** Returns the identifiers of a source's endpoint and of the template without parameters that asks it. */
export const identifiers = (title) => {
  const { keccak256, defaultAbiCoder, solidityKeccak256 } = ethers.utils;
  const endpointId = keccak256(defaultAbiCoder.encode(['string', 'string'], [title, ENDPOINT]));
  return { endpointId, templateId: solidityKeccak256(['bytes32', 'bytes'], [endpointId, encode([])]) };
};

/** Returns the feed's configuration for what is asked. */
export const feedConfiguration = (feed) => {
  const known = feed.questions.map((question) => ({ question, ...identifiers(question.title) }));
  return {
    nodeSettings: { nodeVersion: feed.version, airnodeWalletMnemonic: '${AIRNODE_MNEMONIC}', stage: feed.stage },
    signedApis: [{ name: 'oracle', url: feed.signed_values_url, authToken: null }],
    apiCredentials: [],
    ois: feed.questions.map(integration),
    endpoints: Object.fromEntries(
      known.map(({ question, endpointId }) => [endpointId, { oisTitle: question.title, endpointName: ENDPOINT }]),
    ),
    templates: Object.fromEntries(
      known.map(({ endpointId, templateId }) => [templateId, { endpointId, parameters: [] }]),
    ),
    triggers: {
      signedApiUpdates: known.map(({ templateId }) => ({
        templateIds: [templateId],
        fetchInterval: feed.fetch_interval_s,
      })),
    },
  };
};

if (process.argv[1] === import.meta.filename) {
  const [file, folder] = process.argv.slice(2);
  const feed = JSON.parse(readFileSync(file, 'utf8'));
  mkdirSync(`${folder}/config`, { recursive: true, mode: 0o700 });
  writeFileSync(`${folder}/config/airnode-feed.json`, JSON.stringify(feedConfiguration(feed), null, 1));
  rmSync(`${folder}/config/secrets.env`, { force: true });
  symlinkSync(`${process.env.CREDENTIALS_DIRECTORY}/airnode.env`, `${folder}/config/secrets.env`);
}
