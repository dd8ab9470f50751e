import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { KeptChain, type Asked, type Provider } from '../../rehearsal/chain/kept-chain.js';

// The local chain of a rehearsal, over a provider that makes blocks of transactions as Hardhat's does. The real one is in `npm run test:rehearsal`.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-chain-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

interface Block {
  readonly time: number;
  readonly transaction: unknown;
}

/** A chain in memory. `refuses` is a transaction that is in its block, and answered with an error. */
function memory(): { readonly provider: Provider; readonly blocks: Block[]; readonly asked: string[] } {
  const blocks: Block[] = [{ time: 0, transaction: undefined }];
  const asked: string[] = [];
  let next: number | undefined;
  const head = (): Block => blocks.at(-1) as Block;
  const request = async ({ method, params = [] }: Asked): Promise<unknown> => {
    asked.push(method);
    if (method === 'evm_setNextBlockTimestamp') next = Number(params[0]);
    if (method === 'eth_getBlockByNumber')
      return { number: `0x${(blocks.length - 1).toString(16)}`, timestamp: `0x${head().time.toString(16)}` };
    if (method === 'eth_sendRawTransaction') {
      blocks.push({ time: next ?? head().time + 7, transaction: params[0] });
      next = undefined;
      if (params[0] === 'refuses') throw new Error('reverted');
      return `hash of ${String(params[0])}`;
    }
    return method;
  };
  return { provider: { request }, blocks, asked };
}

async function opened(folder: string) {
  const { provider, blocks, asked } = memory();
  const chain = await new KeptChain(folder).provider(provider);
  const send = (transaction: string): Promise<unknown> =>
    chain.request({ method: 'eth_sendRawTransaction', params: [transaction] });
  return { chain, send, blocks, asked };
}

test('a chain that begins again has the blocks that it had, each at its time, a transaction that was refused too', async () => {
  const folder = path.join(root, 'again');
  const first = await opened(folder);
  expect(await first.send('one')).toBe('hash of one');
  await expect(first.send('refuses')).rejects.toThrow('reverted');
  await Promise.all([first.send('two'), first.send('three')]);
  await first.chain.request({ method: 'eth_call', params: [] });
  const began = new KeptChain(folder).began;
  const second = await opened(folder);
  expect(second.blocks).toEqual(first.blocks);
  expect(second.blocks.map(({ transaction }) => transaction).slice(1)).toEqual(['one', 'refuses', 'two', 'three']);
  expect(second.asked).not.toContain('eth_call');
  // Its clock is the machine's again.
  expect(second.asked.at(-1)).toBe('evm_increaseTime');
  expect(new KeptChain(folder).began).toBe(began);
  await second.send('four');
  expect((await opened(folder)).blocks).toHaveLength(6);
});

test('killed in the middle: a request that was torn was never carried out; one without its block’s time is', async () => {
  const folder = path.join(root, 'torn');
  await (await opened(folder)).send('one');
  const file = path.join(folder, 'requests.jsonl');
  fs.appendFileSync(file, '{"method":"eth_sendRawTransaction","params":["two"]}\n{"method":"eth_sendRaw');
  const { blocks, send } = await opened(folder);
  expect(blocks.map(({ transaction }) => transaction)).toEqual([undefined, 'one', 'two']);
  await send('three');
  expect((await opened(folder)).blocks.at(-1)?.transaction).toBe('three');
});
