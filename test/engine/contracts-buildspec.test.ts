import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-contracts-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const OLD = '0x1111111111111111111111111111111111111111';
const NEW = '0x2222222222222222222222222222222222222222';

/** Deploys the contract whose code is `new`; aws, curl, npm and Hardhat (npx) are recording stand-ins. With real ones the rehearsal runs it. */
function deploy(options: {
  /** What `aws ssm get-parameter` does. */
  readonly registry: string;
  readonly history?: string;
  /** The chain's answer to `eth_chainId`. */
  readonly chain?: string;
  readonly mainNetwork?: 'yes' | 'no';
  readonly verify?: string;
  readonly explorerKey?: string;
}) {
  return recordedBuild(root, 'contracts', {
    variables: {
      COMPONENT_DIR: 'web3',
      NETWORK: 'sepolia',
      MAIN_NETWORK: options.mainNetwork ?? 'no',
      CHAIN_RPC_URL: 'https://chain.example.com',
      REGISTRY_PARAMETER: '/saiondo/dev/contracts/sepolia/SAIONDO',
      DEPLOYER_PRIVATE_KEY: '0xsecret',
      ...(options.explorerKey ? { ETHERSCAN_KEY: options.explorerKey } : {}),
    },
    files: { 'web3/scripts/fingerprint.js': "console.log('new')" },
    commands: {
      npm: '',
      curl: `echo '${options.chain ?? '{"result":"0xaa36a7"}'}'`,
      npx: `case "$*" in *deploy-erc20*) echo ${NEW} ;; *verify-on-chain*) echo "verifies $CONTRACT_ADDRESS \${ETHERSCAN_KEY:+with the explorer}"; ${options.verify ?? ':'} ;; esac`,
      aws: `case "$2" in get-parameter) ${options.registry} ;; get-parameter-history) echo '${options.history ?? 'None'}' ;; esac`,
    },
  });
}
const steps = (calls: readonly string[]): string[] =>
  calls.flatMap((call) => /(deploy-erc20|verify-on-chain|put-parameter.*--value .*)/.exec(call)?.[1] ?? []);
const POLYGON = '{"result":"0x89"}';
const NONE = 'echo "An error occurred (ParameterNotFound)" >&2; exit 254';

test('what is not on chain yet is deployed, written down before anything can fail, and compared with the chain', async () => {
  const { status, calls } = await deploy({ registry: NONE, verify: 'exit 1' });
  expect(status).toBe('FAILED');
  expect(steps(calls)).toEqual(['deploy-erc20', expect.stringContaining(`--value new ${NEW}`), 'verify-on-chain']);
});

test('the same code is not deployed twice, and compared all the same', async () => {
  const { status, calls } = await deploy({ registry: `echo 'new ${OLD}'` });
  expect(status).toBe('SUCCEEDED');
  expect(steps(calls)).toEqual(['verify-on-chain']);
});

test('other code is deployed; code that was on chain before gets its address back', async () => {
  const other = await deploy({ registry: `echo 'old ${OLD}'` });
  expect(steps(other.calls)).toEqual(['deploy-erc20', expect.stringContaining(`new ${NEW}`), 'verify-on-chain']);
  const back = await deploy({ registry: `echo 'old ${OLD}'`, history: `new ${NEW}` });
  expect(back.status).toBe('SUCCEEDED');
  expect(steps(back.calls)).toEqual([expect.stringContaining(`--overwrite --value new ${NEW}`), 'verify-on-chain']);
});

test('a registry that cannot be read deploys nothing', async () => {
  const { status, calls } = await deploy({
    registry: 'echo "An error occurred (AccessDeniedException)" >&2; exit 254',
  });
  expect(status).toBe('FAILED');
  expect(steps(calls)).toEqual([]);
});

test('a main network at a test network’s address gets nothing, unless the configuration says so', async () => {
  const refused = await deploy({ registry: NONE, chain: POLYGON });
  expect([refused.status, steps(refused.calls)]).toEqual(['FAILED', []]);
  expect(refused.log).toContain('the chain at its address is the main network 137: nothing is deployed');
  expect((await deploy({ registry: NONE, chain: POLYGON, mainNetwork: 'yes' })).status).toBe('SUCCEEDED');
  expect((await deploy({ registry: NONE, chain: '{"error":{"code":-32000}}' })).status).toBe('FAILED');
});

test('the script that compares knows the address, and the explorer’s key where there is one', async () => {
  const asked = await deploy({ registry: `echo 'new ${OLD}'`, explorerKey: 'k' });
  expect(asked.log).toContain(`verifies ${OLD} with the explorer`);
  expect((await deploy({ registry: NONE })).log).toMatch(new RegExp(`verifies ${NEW} *$`, 'm'));
});
