import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { ROOT } from '../setup/paths';

// `npm run check` over a package whose parts pass or fail as the test says.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-check-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
// Thirteen starts of npm each, on a machine that tests everything else at once.
jest.setTimeout(120_000);

const NAMES = ['test', 'format:check', 'lint', 'types', 'lint:workflows', 'synth', 'lint:templates'];

async function check(parts: Readonly<Record<string, string>>): Promise<{ exitCode: number; stdout: string }> {
  const scripts = { ...Object.fromEntries(NAMES.map((name) => [name, 'true'])), ...parts };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'checked', scripts }));
  return execa(process.execPath, [path.join(ROOT, 'dist/scripts/check.js')], { cwd: folder, reject: false });
}

test('the gate passes where every part passes', async () => {
  const { exitCode, stdout } = await check({});
  expect(exitCode).toBe(0);
  expect(stdout.match(/^passed .*npm run [\w:]+$/gm)).toHaveLength(2 * NAMES.length - 1);
});

test.each(['test', 'lint', 'lint:templates'])('a failed %s fails the gate, and the others run', async (name) => {
  const { exitCode, stdout } = await check({ [name]: 'echo what is wrong; exit 3' });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('what is wrong');
  const summary = stdout.split('\n').slice(-NAMES.length);
  expect(summary.filter((line) => line.startsWith('FAILED'))).toEqual([expect.stringMatching(`npm run ${name}$`)]);
  expect(summary.filter((line) => line.startsWith('passed'))).toHaveLength(NAMES.length - 1);
});
