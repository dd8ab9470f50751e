import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { Layout } from '../../model/layout';
import { recordRun, REGION } from '../../bench/recorded-run';
import { usageIn, writeUsagePreload } from '../../bench/usage';
import { serve, type Served } from '../engine/api/served';

// An execution with a hundred actions and 50 MB of logs, asked by the real command line.
const ROOT = path.join(__dirname, '../..');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-large-'));
const layout = new Layout(path.join(root, '.saiondo'));
const MEGABYTE = 1024 * 1024;
let served: Served;

/** What reading a run needs none of: AWS's clients and credentials, what runs builds. */
const HEAVY = ['/@aws-sdk/client-', '/@aws-sdk/credential-', '/engine/codebuild/start/'];

/** 25 MB before the error and 1 MB after it; further 24 MB are in the other builds' logs. */
function log(at: number): string {
  const line = `${'compiling something that takes a whole line to say '.repeat(2)}\n`;
  const filling = (megabytes: number): string => line.repeat(Math.ceil((megabytes * MEGABYTE) / line.length));
  if (at !== 50) return filling(0.25);
  return `${filling(25)}FAIL test/sum.test.js\n  ● sum › subtracts\n\n    expect(received).toBe(expected)\n\n${filling(1)}[Container] 2026-01-01 00:00:00.000 Command did not exit successfully npm test exit status 1\n`;
}

beforeAll(async () => {
  recordRun(layout, { runId: '20260101-100000-aaaa', builds: 98, fails: [50], log });
  served = await serve(layout);
  fs.writeFileSync(
    path.join(layout.root, 'serve.json'),
    JSON.stringify({ endpoint: served.url, pid: process.pid, key: served.key }),
  );
}, 180_000);
afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true, force: true });
});

test.each([
  ['status', '--json'],
  ['history', '--json'],
  ['triage', '--json'],
  ['logs', 'Verify/Test50'],
])(
  '%s %s answers within 2 s of work and 200 MB, and loads no client of AWS',
  async (command, given) => {
    const said = path.join(root, `${command}.json`);
    const preload = path.join(root, 'usage.js');
    writeUsagePreload(preload, said);
    const loaded = path.join(root, `${command}-modules.json`);
    const modules = path.join(root, 'modules.js');
    fs.writeFileSync(
      modules,
      `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify(Object.keys(require.cache))));`,
    );
    const { stdout } = await execa(
      process.execPath,
      [
        '--require',
        preload,
        '--require',
        modules,
        path.join(ROOT, 'dist/bin/saiondo.js'),
        command,
        '--pipeline',
        'recorded',
        '--region',
        REGION,
        given,
      ],
      { cwd: root, maxBuffer: 64 * MEGABYTE, env: { LOADED: loaded } },
    );
    const usage = usageIn(said);
    expect(usage.seconds).toBeLessThan(2);
    expect(usage.megabytes).toBeLessThan(command === 'logs' ? 200 : 150);
    // A start is most of such a command: it pays for what it uses.
    const files = JSON.parse(fs.readFileSync(loaded, 'utf8')) as string[];
    expect(files.filter((file) => HEAVY.some((one) => file.includes(one)))).toEqual([]);
    if (command === 'logs') expect(stdout).toMatch(/npm test exit status 1$/);
    if (command === 'triage')
      expect(JSON.parse(stdout)).toMatchObject({
        failure: { action: 'Verify/Test50', cause: { summary: expect.stringContaining('sum › subtracts') } },
      });
  },
  180_000,
);
