// What our own programs need of the packages: the EVM library, API3's contracts, and where they are deployed.
const { ethers } = require('ethers');
const { encode } = require('@api3/airnode-abi');
const {
  AccessControlRegistry__factory,
  Api3ServerV1__factory,
  references,
} = require('@api3/airnode-protocol-v1');

module.exports = { ethers, encode, AccessControlRegistry__factory, Api3ServerV1__factory, references };
