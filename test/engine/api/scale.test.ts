import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Measured } from '../../../bench/figure';
import { largeExecution, manyRuns } from '../../../bench/served-runs';
import { prepareCommandLine } from '../../fixtures/served-rehearsal';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-scale-'));

beforeAll(prepareCommandLine, 300_000);
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** What is over its bound: nothing. */
const over = (measured: readonly Measured[]): string[] =>
  measured.filter((one) => one.value > one.bound).map((one) => `${one.name}: ${one.value} ${one.unit}`);

test('100 actions with 50 MB of logs are answered within 2 s and 150 MB', async () => {
  const directory = path.join(root, 'large');
  fs.mkdirSync(directory);
  expect(over(await largeExecution(directory))).toEqual([]);
}, 120_000);

test('500 runs are listed within half a second', async () => {
  expect(over(await manyRuns(path.join(root, 'many')))).toEqual([]);
}, 120_000);
