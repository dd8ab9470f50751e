import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { readRun } from '../../engine/runs/event-log';
import { currentExecution, type RunState } from '../../model/run-state';
import { synthesize } from '../assemblies/apps';

// Another team's pipeline, from its assembly alone: real self-mutation, real cdk-assets from npm, real files in the local endpoint's bucket.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-assembly-'));
const shop = path.join(folder, 'shop');
const state = path.join(folder, 'state');

beforeAll(async () => {
  synthesize('wave', shop);
  readableByPublishedCdkAssets(path.join(shop, 'assembly'));
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: shop });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: the shop and its assembly');
}, 300_000);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The newest cdk-assets of the registry reads asset manifests up to version 54; what the installed CDK writes differs in its number alone. */
function readableByPublishedCdkAssets(assembly: string): void {
  for (const name of fs.readdirSync(assembly, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.assets.json')) continue;
    const file = path.join(assembly, name);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"version": "\d+\.\d+\.\d+"/, '"version": "54.0.0"'));
  }
}

async function rehearse(...args: string[]): Promise<{ exitCode: number; state: RunState }> {
  const { exitCode } = await execa(
    'node',
    [
      path.join(ROOT, 'dist/bin/saiondo.js'),
      'rehearse',
      ...['--assembly', path.join(shop, 'assembly'), '--source', `acme/shop=${shop}`],
      ...['--directory', state, '--no-containers', ...args],
    ],
    { cwd: folder, reject: false },
  );
  const runs = path.join(state, 'runs');
  return { exitCode, state: readRun(path.join(runs, fs.readdirSync(runs).sort().at(-1) ?? '', 'events.jsonl')) };
}

test('a wave of another app is rehearsed from its assembly: assets published, sites deployed, AWS called', async () => {
  const { exitCode, state: run } = await rehearse();
  expect(exitCode).toBe(0);
  const actions = [...(currentExecution(run)?.actions.values() ?? [])];
  const not = actions.filter((action) => action.status !== 'Succeeded');
  // Without a container engine the image's publisher, and it alone, is not rehearsed.
  expect(not.map((action) => ({ stage: action.stage, missing: action.missing }))).toEqual([
    { stage: 'Assets', missing: ['docker'] },
  ]);
  const build = [...run.builds.values()].find((one) => one.action === 'Asia.Look');
  const log = fs.readFileSync(path.join(state, 'runs', run.runId, build?.log ?? ''), 'utf8');
  // A file of the asset, and one whose marker was filled in with the bucket's name.
  expect(log).toContain('<h1>shop</h1>');
  expect(log).toMatch(/\{"bucket":"asia-site-bucket[a-z0-9-]+"\}/);
  const ledger = JSON.parse(
    fs.readFileSync(path.join(state, 'state/ledger/222222222222/eu-central-1/Europe-Site.json'), 'utf8'),
  ) as { outputs: Record<string, { value: string }> };
  expect(ledger.outputs.Greeted?.value).toBe('hello from Europe');
}, 900_000);
