import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-contracts-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** A registry that nobody answers at. */
const NOWHERE = 'http://127.0.0.1:9/';
const OLD = '0x1111111111111111111111111111111111111111';
const NEW = '0x2222222222222222222222222222222222222222';
const KEY = '/saiondo/dev/contracts/sepolia/SAIONDO';
/** Compiled runtime code with an immutable of one byte at offset 2, and what a deployment made of it. */
const COMPILED = '0x60000060aa';
const DEPLOYED = '0x60007760aa';
const ELSE = '0x60ff';

/** A chain that answers as a node does: its code by address, and a receipt for each transaction that is sent to it. */
async function chain(options: {
  readonly id?: string;
  readonly code?: Record<string, string>;
  readonly made?: string[];
}) {
  const code: Record<string, string> = { ...options.code };
  const made = [...(options.made ?? [])];
  const receipts = new Map<string, string | null>();
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: string[] };
      const [first = ''] = params;
      let result: unknown = null;
      if (method === 'eth_chainId') result = options.id ?? '0xaa36a7';
      if (method === 'eth_getCode') result = code[first] ?? '0x';
      if (method === 'eth_sendRawTransaction') {
        const address = made.shift();
        result = `0x${String(receipts.size + 1).padStart(64, '0')}`;
        receipts.set(String(result), address ?? null);
        if (address) code[address] = first;
      }
      if (method === 'eth_getTransactionReceipt') result = { status: '0x1', contractAddress: receipts.get(first) };
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/key`, close: () => server.close() };
}

const artifact = (name: string, code = COMPILED): Record<string, string> => ({
  [`web3/artifacts/contracts/${name}.sol/${name}.json`]: JSON.stringify({
    contractName: name,
    sourceName: `contracts/${name}.sol`,
    deployedBytecode: code,
    deployedLinkReferences: {},
    immutableReferences: { 7: [{ start: 2, length: 1 }] },
  }),
});

/** A deployment that sends the code as a transaction, as a client of the chain does. */
const sends = (code: string): string =>
  `node -e "fetch(process.env.CHAIN_RPC_URL,{method:'POST',body:JSON.stringify({jsonrpc:'2.0',id:9,method:'eth_sendRawTransaction',params:['${code}']})}).then(r=>r.text())"`;

/** A test of contracts that only packs what is carried to the environments. */
const PACKS = {
  variables: { COMPONENT_DIR: 'web3' },
  values: {
    runtimes: { nodejs: 20 },
    commands: {
      install: [],
      build: [],
      test: [],
      carry: ['CARRIED=$(node "$SCRIPTS/carry.js" pack) && export CARRIED'],
    },
  },
};
const HARDHAT = {
  'web3/hardhat.config.js': 'module.exports = {};',
  'web3/node_modules/hardhat/package.json': '{"version":"2.24.1"}',
};

/** What the test of the contracts packed: nothing here, for the files of the compiled contracts are each test's own. */
const carried = new Map<string, string>();
async function carriedContracts(files: Record<string, string> = {}): Promise<string> {
  const known = carried.get(JSON.stringify(files));
  if (known !== undefined) return known;
  const { directory } = await recordedBuild(root, 'contract-test', {
    ...PACKS,
    files: {
      ...HARDHAT,
      ...files,
    },
    commands: {},
  });
  const folder = path.join(directory, 'src', '.carried');
  carried.set(JSON.stringify(files), folder);
  return folder;
}

/** Deploys `SAIONDO`; aws, npm and npx are recording stand-ins, the chain is one of the test. With a real one a rehearsal runs it. */
async function deploy(options: {
  /** What `aws ssm get-parameter` does. */
  readonly registry: string;
  readonly history?: string[];
  readonly chain?: Parameters<typeof chain>[0];
  readonly mainNetwork?: 'yes' | 'no';
  readonly deploy?: string;
  readonly explorerKey?: string;
  readonly contracts?: readonly string[];
  readonly files?: Record<string, string>;
  /** The compiled contracts come in the archive alone, and the build is known by the chain. */
  readonly known?: boolean;
  readonly fresh?: boolean;
}) {
  const { url, close } = await chain(options.chain ?? {});
  const names = options.contracts ?? ['SAIONDO'];
  try {
    return await recordedBuild(root, 'contracts', {
      variables: {
        COMPONENT_DIR: 'web3',
        NETWORK: 'sepolia',
        MAIN_NETWORK: options.mainNetwork ?? 'no',
        CHAIN_RPC_URL: url,
        CONTRACTS: JSON.stringify(
          Object.fromEntries(
            names.map((name) => [name, { parameter: KEY.replace('SAIONDO', name), arguments: ['1'] }]),
          ),
        ),
        DEPLOY_COMMAND: options.deploy ?? sends(DEPLOYED),
        DEPLOYER_PRIVATE_KEY: '0xsecret',
        // Every package registry is out of reach.
        npm_config_registry: NOWHERE,
        PIP_INDEX_URL: NOWHERE,
        https_proxy: NOWHERE,
        ...(options.explorerKey ? { ETHERSCAN_KEY: options.explorerKey } : {}),
        ...(options.fresh ? { KNOWN_FRESH: 'yes' } : {}),
      },
      values: { runtimes: { nodejs: 20 }, ...(options.known ? { known: 'chain' as const } : {}) },
      inputs: { ContractTest_Output: await carriedContracts(options.known ? artifact('SAIONDO') : {}) },
      files: options.known
        ? {}
        : {
            'web3/hardhat.config.js': 'module.exports = {};',
            'web3/node_modules/hardhat/package.json': '{"version":"2.24.1"}',
            ...artifact('SAIONDO'),
            ...options.files,
          },
      commands: {
        npm: '',
        npx: '',
        aws: `case "$2" in get-parameter) ${options.registry} ;; get-parameter-history) echo '${JSON.stringify(options.history ?? [])}' ;; esac`,
      },
    });
  } finally {
    close();
  }
}
const written = (calls: readonly string[]): string[] =>
  calls.flatMap((call) => {
    const [, name = '', value = ''] = /put-parameter --name (\S+) .*--value (.*)/.exec(call) ?? [];
    return name
      ? [`${name.replace('/saiondo/dev/contracts/sepolia/', '')} ${value.replace(/^0x[0-9a-f]{64}/, 'print')}`]
      : [];
  });
const NONE = 'echo "An error occurred (ParameterNotFound)" >&2; exit 254';
const made = { made: [NEW] };

test('what is not on chain yet is deployed, and its address written down from the receipt, whatever the deployment prints', async () => {
  const { status, calls, log } = await deploy({ registry: NONE, chain: made });
  expect(status).toBe('SUCCEEDED');
  expect(written(calls)).toEqual([`SAIONDO print ${NEW}`, `SAIONDO/address ${NEW}`]);
  expect(log).toContain(`the code at ${NEW} equals the compiled SAIONDO`);
  expect(log).toContain('no explorer key');
});

test('a deployment that fails after its transaction leaves the address written down: the next one does not pay again', async () => {
  const { status, calls, log } = await deploy({
    registry: NONE,
    chain: made,
    deploy: `${sends(DEPLOYED)} && echo before && exit 3`,
  });
  expect(status).toBe('FAILED');
  expect(written(calls)).toContain(`SAIONDO print ${NEW}`);
  expect(log).toContain('before');
  expect(log).toContain('the deployment ended with exit code 3');
});

test('several contracts are told apart by their code; one that a factory made is found in the output', async () => {
  const vault = '0x60010060bb';
  const { status, calls } = await deploy({
    registry: NONE,
    contracts: ['SAIONDO', 'Vault'],
    files: artifact('Vault', vault),
    chain: { made: [NEW], code: { [OLD]: vault } },
    deploy: `${sends(DEPLOYED)}; echo "Vault stands at ${OLD}, says the log"`,
  });
  expect(status).toBe('SUCCEEDED');
  expect(written(calls)).toEqual([
    `SAIONDO print ${NEW}`,
    `SAIONDO/address ${NEW}`,
    `Vault print ${OLD}`,
    `Vault/address ${OLD}`,
  ]);
});

test('no address: the build fails, says what was sent, and shows the deployment’s own output', async () => {
  const { status, calls, log } = await deploy({
    registry: NONE,
    chain: { made: [NEW] },
    deploy: `echo nothing of note; ${sends(ELSE)}`,
  });
  expect([status, written(calls)]).toEqual(['FAILED', []]);
  expect(log).toContain('nothing of note');
  expect(log).toContain('the deployment gave no address of SAIONDO: 1 transactions were sent');
});

test('the same code is not deployed twice, and compared all the same', async () => {
  const first = await deploy({ registry: NONE, chain: made });
  const print = /--value (0x[0-9a-f]{64}) /.exec(first.calls.join('\n'))?.[1] ?? '';
  const again = await deploy({ registry: `echo '${print} ${OLD}'`, chain: { code: { [OLD]: DEPLOYED } } });
  expect([again.status, written(again.calls)]).toEqual(['SUCCEEDED', []]);
  expect(again.log).toContain('nothing to deploy');
  const other = await deploy({ registry: `echo '${print} ${OLD}'`, chain: { code: { [OLD]: ELSE } } });
  expect(other.status).toBe('FAILED');
  expect(other.log).toContain(`the code at ${OLD} on sepolia differs from the compiled SAIONDO`);
});

test('where the registry and the chain have the compiled code, the build says so without its modules', async () => {
  const first = await deploy({ registry: NONE, chain: made, known: true });
  expect([first.status, written(first.calls)[0]]).toEqual(['SUCCEEDED', `SAIONDO print ${NEW}`]);
  const print = /--value (0x[0-9a-f]{64}) /.exec(first.calls.join('\n'))?.[1] ?? '';
  const ask = async (options: Partial<Parameters<typeof deploy>[0]>) => {
    const run = await deploy({
      registry: `echo '${print} ${OLD}'`,
      chain: { code: { [OLD]: DEPLOYED } },
      known: true,
      ...options,
    });
    return { ...run, whole: run.log.includes('runs what was tested') };
  };
  const again = await ask({});
  expect([again.status, again.whole, written(again.calls)]).toEqual(['SUCCEEDED', false, []]);
  expect(again.log).toContain(`the code at ${OLD} equals the compiled SAIONDO`);
  // Compared as a whole: other code on chain, other code in the registry, an explorer that wants the source, everything anew, a main network.
  const other = await ask({ chain: { code: { [OLD]: ELSE } } });
  expect([other.status, other.whole]).toEqual(['FAILED', true]);
  const whole = await Promise.all([
    ask({ registry: `echo '0x00 ${OLD}'` }),
    ask({ explorerKey: 'k' }),
    ask({ fresh: true }),
    ask({ chain: { id: '0x89', code: { [OLD]: DEPLOYED } } }),
  ]);
  expect(whole.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED']);
  expect(whole.slice(0, 3).every((one) => one.whole)).toBe(true);
}, 120_000);

test('what is carried to an environment has no native modules of other systems, and what was compiled once more by itself', async () => {
  const elf = (machine: number): Buffer => {
    const file = Buffer.alloc(200_000);
    file.write('\x7fELF', 'latin1');
    file.writeUInt16LE(machine, 18);
    return file;
  };
  const [own, other] = process.arch === 'arm64' ? [183, 62] : [62, 183];
  const modules: Record<string, Buffer> = {
    'own.node': process.platform === 'linux' ? elf(own) : Buffer.from('cffaedfe'.padEnd(300_000, '0'), 'hex'),
    'other.node': elf(other),
    '[win32]*.node': Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200_000)]),
    'small.node': elf(other).subarray(0, 100),
  };
  const { directory, status, log } = await recordedBuild(root, 'contract-test', {
    ...PACKS,
    files: {
      ...HARDHAT,
      ...artifact('SAIONDO'),
    },
    commands: {},
    prepare: (source) => {
      for (const [name, content] of Object.entries(modules)) fs.writeFileSync(path.join(source, 'web3', name), content);
    },
  });
  expect({ status, log: status === 'SUCCEEDED' ? '' : log }).toEqual({ status: 'SUCCEEDED', log: '' });
  const carriedHere = (file: string): string[] =>
    execFileSync('tar', ['-tzf', path.join(directory, 'src/.carried', file)], { encoding: 'utf8' }).split('\n');
  const names = carriedHere('carried.tgz').filter((one) => one.endsWith('.node'));
  expect(names.map((one) => path.basename(one)).sort()).toEqual(['own.node', 'small.node']);
  expect(carriedHere('compiled.tgz').filter((one) => one.endsWith('.json'))).toEqual([
    'web3/artifacts/contracts/SAIONDO.sol/SAIONDO.json',
  ]);
});

test('other code is deployed; code that was on chain before gets its address back, also from a registry of another fingerprint', async () => {
  const other = await deploy({ registry: `echo 'old ${OLD}'`, chain: { code: { [OLD]: ELSE }, made: [NEW] } });
  expect(written(other.calls)).toContain(`SAIONDO print ${NEW}`);
  const back = await deploy({
    registry: `echo 'old ${OLD}'`,
    history: [`older ${NEW}`, `old ${OLD}`],
    chain: { code: { [OLD]: ELSE, [NEW]: DEPLOYED } },
    deploy: 'exit 1',
  });
  expect([back.status, written(back.calls)]).toEqual(['SUCCEEDED', [`SAIONDO print ${NEW}`, `SAIONDO/address ${NEW}`]]);
});

test('a registry that cannot be read deploys nothing', async () => {
  const { status, calls, log } = await deploy({
    registry: 'echo "An error occurred (AccessDeniedException)" >&2; exit 254',
    chain: made,
  });
  expect([status, written(calls)]).toEqual(['FAILED', []]);
  expect(log).not.toContain('deploys SAIONDO');
});

test('a main network at a test network’s address gets nothing, unless the configuration says so', async () => {
  const refused = await deploy({ registry: NONE, chain: { id: '0x89', made: [NEW] } });
  expect([refused.status, written(refused.calls)]).toEqual(['FAILED', []]);
  expect(refused.log).toContain('the chain at its address is the main network 137: nothing is deployed');
  expect((await deploy({ registry: NONE, chain: { id: '0x89', made: [NEW] }, mainNetwork: 'yes' })).status).toBe(
    'SUCCEEDED',
  );
  expect((await deploy({ registry: NONE, chain: { id: 'x' } })).status).toBe('FAILED');
});

test('the explorer gets the source and the constructor’s arguments, where there is a key', async () => {
  const { status, calls, directory } = await deploy({ registry: NONE, chain: made, explorerKey: 'k' });
  expect(status).toBe('SUCCEEDED');
  expect(calls.at(-1)).toContain(
    `hardhat verify --constructor-args saiondo-arguments.cjs --network sepolia --contract contracts/SAIONDO.sol:SAIONDO ${NEW}`,
  );
  expect(fs.readFileSync(path.join(directory, 'src/web3/saiondo-arguments.cjs'), 'utf8')).toBe(
    'module.exports = ["1"];\n',
  );
});

test('a deployment may pause for minutes between two requests: its connection to the relay stays', async () => {
  const chain = http.createServer((_request, response) => response.end('{"jsonrpc":"2.0","id":1,"result":"0x1"}'));
  await new Promise<void>((done) => chain.listen(0, '127.0.0.1', done));
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a script of the buildspecs, run by Node.js as it is
  const { relay } = require('../../buildspecs/scripts/chain.js') as {
    relay(url: string, onSent: () => void): Promise<{ url: string; close(): void }>;
  };
  const between = await relay(`http://127.0.0.1:${(chain.address() as AddressInfo).port}`, () => undefined);
  try {
    const answer = await fetch(between.url, { method: 'POST', body: '{"id":1,"method":"eth_chainId"}' });
    expect(await answer.text()).toContain('0x1');
    expect(answer.headers.get('keep-alive')).toBe('timeout=600');
  } finally {
    between.close();
    chain.closeAllConnections();
    chain.close();
  }
});
