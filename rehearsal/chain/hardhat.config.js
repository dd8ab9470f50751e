// A chain of its own for each environment of a rehearsal. It outlives the rehearsal, as a chain outlives a run on AWS: CHAIN_DATA is where it is kept.
const { subtask } = require('hardhat/config');
const { TASK_NODE_GET_PROVIDER } = require('hardhat/builtin-tasks/task-names');
const { KeptChain } = require('./kept-chain.js');

const { CHAIN_DATA } = process.env;
const kept = CHAIN_DATA ? new KeptChain(CHAIN_DATA) : undefined;

if (kept)
  subtask(TASK_NODE_GET_PROVIDER).setAction(async (given, _environment, runSuper) =>
    kept.provider(await runSuper(given)),
  );

module.exports = {
  solidity: '0.8.28',
  ...(kept ? { networks: { hardhat: { initialDate: kept.began } } } : {}),
};
