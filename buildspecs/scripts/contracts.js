// Deploys the contracts whose compiled code is not on chain, by the project's own deployment command, and compares what is on chain, always.
// CONTRACTS: JSON, {"NAME": {"parameter": "where its address is kept", "arguments": […]}}. DEPLOY_COMMAND runs where anything is missing.
const { execFile, execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { fingerprint, isSame, readContract } = require('./artifacts.js');
const { COMPILED, inputsWith } = require('./archives.js');
const { ask, receiptOf, relay } = require('./chain.js');

const { CHAIN_RPC_URL, NETWORK, MAIN_NETWORK, DEPLOY_COMMAND, ETHERSCAN_KEY } = process.env;
/** Ethereum, Optimism, BNB, Polygon, Base, Arbitrum, Avalanche (chainid.network). */
const MAIN_NETWORKS = [1, 10, 56, 137, 8453, 42161, 43114];

/** Never waits in step: the deployment's connections to the relay of its chain go through this process meanwhile. */
const aws = async (...args) => (await promisify(execFile)('aws', ['ssm', ...args])).stdout.trim();

/** The chain's address is a parameter that a person put in place: it may be of another network than the configured one. */
async function checkChain() {
  const id = Number(await ask(CHAIN_RPC_URL, 'eth_chainId'));
  if (!Number.isInteger(id) || id === 0) throw new Error(`the chain of ${NETWORK} does not say which one it is`);
  if (MAIN_NETWORKS.includes(id) && MAIN_NETWORK !== 'yes')
    throw new Error(
      `${NETWORK} is a test network, but the chain at its address is the main network ${id}: nothing is deployed`,
    );
  console.log(`${NETWORK}: chain ${id}`);
}

/** The registry's entries for a contract, the newest first: `fingerprint address`. Only a parameter that is not there means none. */
async function registered({ parameter }) {
  try {
    const newest = await aws('get-parameter', '--name', parameter, '--query', 'Parameter.Value', '--output', 'text');
    const all = await aws(
      'get-parameter-history',
      '--name',
      parameter,
      '--query',
      'Parameters[].Value',
      '--output',
      'json',
    );
    return [...new Set([newest, ...JSON.parse(all || '[]').reverse()])].map((value) => {
      const [print, address] = value.split(' ');
      return { print, address };
    });
  } catch (error) {
    if (String(error.stderr).includes('ParameterNotFound')) return [];
    throw new Error(
      `the registry's parameter ${parameter} cannot be read: ${String(error.stderr || error.message).trim()}`,
    );
  }
}

async function register(contract, address) {
  // Taken from here on: another address with the same code is not this contract's.
  contract.address = address;
  const value = `${fingerprint(contract)} ${address}`;
  const put = (name, text) => aws('put-parameter', '--name', name, '--type', 'String', '--overwrite', '--value', text);
  try {
    await put(contract.parameter, value);
    // The address alone, for services that read it.
    await put(`${contract.parameter}/address`, address);
  } catch (error) {
    contract.address = undefined;
    throw error;
  }
  console.log(`${contract.name} is at ${address}: written down in ${contract.parameter}`);
}

const codeAt = (address) => ask(CHAIN_RPC_URL, 'eth_getCode', address, 'latest');

/** Finds where the code is already: a rollback brings code back that was on chain before, and a second deployment would be another contract. */
async function findDeployed(contract) {
  const entries = await registered(contract);
  if (entries[0]?.print === fingerprint(contract)) {
    contract.address = entries[0].address;
    console.log(`the registry has the code of ${contract.name} at ${contract.address}: nothing to deploy`);
    return;
  }
  for (const { address } of entries) {
    if (!isSame(contract, await codeAt(address))) continue;
    console.log(`this code of ${contract.name} was deployed before, at ${address}`);
    await register(contract, address);
    return;
  }
}

/** Takes an address for the contract whose code is there. */
async function take(missing, address) {
  const code = await codeAt(address);
  const contract = missing.find((one) => one.address === undefined && isSame(one, code));
  if (contract) await register(contract, address);
}

/** Runs the project's deployment. An address is written down from its transaction's receipt, before anything else can fail. */
async function deploy(missing) {
  const seen = new Map();
  const settle = (hash) =>
    receiptOf(CHAIN_RPC_URL, hash, Number(process.env.RECEIPT_SECONDS ?? 600)).then(async (receipt) => {
      if (receipt.contractAddress && Number(receipt.status ?? 1) === 1) await take(missing, receipt.contractAddress);
    });
  const chain = await relay(CHAIN_RPC_URL, (hash) => {
    const settled = settle(hash);
    settled.catch(() => undefined);
    seen.set(hash, settled);
  });
  console.log(`deploys ${missing.map(({ name }) => name).join(', ')}: ${DEPLOY_COMMAND}`);
  let output = '';
  const status = await new Promise((done) => {
    const child = spawn('sh', ['-c', DEPLOY_COMMAND], {
      env: { ...process.env, CHAIN_RPC_URL: chain.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      from.on('data', (data) => {
        output += data;
        to.write(data);
      });
    child.on('error', () => done(127));
    child.on('close', done);
  });
  const failures = (await Promise.allSettled(seen.values())).flatMap(({ reason }) => (reason ? [reason.message] : []));
  chain.close();
  // A contract that another contract made has no receipt of its own.
  for (const [address] of output.matchAll(/\b0x[0-9a-fA-F]{40}\b/g)) await take(missing, address);
  if (status !== 0) throw new Error(`the deployment ended with exit code ${status}: ${DEPLOY_COMMAND}`);
  const without = missing.filter(({ address }) => address === undefined).map(({ name }) => name);
  if (without.length > 0)
    throw new Error(
      `the deployment gave no address of ${without.join(', ')}: ${seen.size} transactions were sent, and no address of their receipts or of the output above holds that compiled code${failures.map((one) => `; ${one}`).join('')}`,
    );
}

/** Lets the network's explorer verify the source, by the project's own Hardhat plug-in. */
function verify({ name, address, source, arguments: values = [] }) {
  const file = 'saiondo-arguments.cjs';
  fs.writeFileSync(file, `module.exports = ${JSON.stringify(values)};\n`);
  const three = /^3\./.test(JSON.parse(fs.readFileSync('node_modules/hardhat/package.json', 'utf8')).version);
  const args = three
    ? ['verify', 'etherscan', '--constructor-args-path', file]
    : ['verify', '--constructor-args', file];
  const short = name.split(':').pop();
  execFileSync('npx', ['hardhat', ...args, '--network', NETWORK, '--contract', `${source}:${short}`, address], {
    stdio: 'inherit',
  });
}

const compiled = () =>
  Object.entries(JSON.parse(process.env.CONTRACTS)).map(([name, more]) => ({ ...readContract(name), ...more }));

/** Only what was compiled, of what was carried here: a second instead of all the modules. @returns its folder @throws where nothing compiled is here by itself */
function unpackCompiled(folder) {
  const [input] = inputsWith(process.env, COMPILED);
  if (input === undefined) throw new Error(`no input artifact holds ${COMPILED}`);
  execFileSync('tar', ['-xzf', path.join(input, COMPILED), '-C', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  return path.join(folder, process.env.COMPONENT_DIR);
}

/**
 * Prints what the build's shell is to export where every contract's compiled code is the registry's newest, and is on chain: then there is nothing to do.
 * An explorer may still have to verify the source. Whatever cannot be found out is left to the whole comparison, which says what is wrong.
 */
async function find() {
  // Whatever is not a no asks for everything anew.
  if (ETHERSCAN_KEY || !/^(no|false)?$/i.test(process.env.KNOWN_FRESH ?? '')) return;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'compiled-'));
  const said = [];
  try {
    const log = console.log;
    console.log = (line) => said.push(line);
    await checkChain().finally(() => (console.log = log));
    const before = process.cwd();
    process.chdir(unpackCompiled(folder));
    const contracts = compiled();
    process.chdir(before);
    const same = await Promise.all(
      contracts.map(async (contract) => {
        const newest = await aws(
          'get-parameter',
          '--name',
          contract.parameter,
          '--query',
          'Parameter.Value',
          '--output',
          'text',
        );
        const [print, address] = newest.split(' ');
        if (print !== fingerprint(contract) || !isSame(contract, await codeAt(address))) return false;
        said.push(`the code at ${address} equals the compiled ${contract.name}`);
        return true;
      }),
    );
    if (same.length === 0 || same.includes(false)) return;
    for (const line of said) console.error(line);
    console.log(`export UNCHANGED='the code on chain equals the compiled'`);
  } catch (error) {
    console.error(`compared as a whole: ${String(error.stderr || error.message).trim()}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  if (process.argv[2] === 'chain') return checkChain();
  if (process.argv[2] === 'find') return find();
  const contracts = compiled();
  for (const contract of contracts) await findDeployed(contract);
  const missing = contracts.filter(({ address }) => address === undefined);
  if (missing.length > 0) await deploy(missing);
  for (const contract of contracts) {
    if (!isSame(contract, await codeAt(contract.address)))
      throw new Error(`the code at ${contract.address} on ${NETWORK} differs from the compiled ${contract.name}`);
    console.log(`the code at ${contract.address} equals the compiled ${contract.name}`);
    if (ETHERSCAN_KEY) verify(contract);
  }
  if (!ETHERSCAN_KEY) console.log('no explorer key: the source is not verified with an explorer');
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
