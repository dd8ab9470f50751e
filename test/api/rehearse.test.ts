import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { ensureAwsTools } from '../../engine/endpoint/aws-tools';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';

// Another CDK app's package, which has this one installed and calls `saiondo-pipeline/rehearsal` in a program of its own.
const ROOT = path.join(__dirname, '../..');
const app = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-api-'));
const tools = path.join(ROOT, '.saiondo/tools');

beforeAll(async () => {
  await ensureAwsTools(process.env.SAIONDO_TOOLS_DIR ?? tools);
  await makeRepository(path.join(app, 'shop'), { 'README.md': 'a shop\n' });
  fs.mkdirSync(path.join(app, 'node_modules'));
  fs.symlinkSync(ROOT, path.join(app, 'node_modules/saiondo-pipeline'));
  writeAssembly(path.join(app, 'cdk.out'), {
    stages: {
      Verify: [
        {
          name: 'Test',
          commands: ['export VERSION=1.2', 'echo tested with $TOKEN'],
          namespace: 'Test',
          buildspec: { env: { 'exported-variables': ['VERSION'] } },
        },
      ],
      Prod: [
        { name: 'Promote', approval: 'version #{Test.VERSION}' },
        { name: 'Deploy', runOrder: 2, commands: ['test -f README.md', 'exit 7'] },
      ],
      After: [{ name: 'Never', commands: ['echo never'] }],
    },
  });
}, 300_000);
afterAll(() => fs.rmSync(app, { recursive: true, force: true }));

/** Runs a program of the other package. @returns what it prints, as JSON */
async function program(text: string): Promise<Record<string, unknown>> {
  fs.writeFileSync(path.join(app, 'program.js'), text);
  const { stdout } = await execa('node', ['program.js'], {
    cwd: app,
    env: { SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? tools },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('an assembly is rehearsed from code: a decision by a function, a failed build as a value', async () => {
  const result = await program(`
    const { rehearse } = require('saiondo-pipeline/rehearsal');
    const asked = [];
    let events = 0;
    rehearse({
      assembly: 'cdk.out',
      sources: { '${SMALL_REPOSITORY}': 'shop' },
      directory: 'state',
      containers: false,
      environment: { secrets: { TOKEN: 'the-token-of-the-shop' } },
      approve: (request) => asked.push(request) > 0,
      onEvent: () => events++,
    }).then((result) => process.stdout.write(JSON.stringify({ ...result, asked, events })));
  `);
  expect(result).toMatchObject({
    verdict: 'failed',
    exitCode: 1,
    summary: expect.stringContaining('Prod/Deploy') as string,
    asked: [{ stage: 'Prod', action: 'Promote', message: 'version 1.2' }],
    events: expect.any(Number) as number,
    stages: [
      { name: 'Source', status: 'Succeeded' },
      {
        name: 'Verify',
        status: 'Succeeded',
        actions: [{ name: 'Test', provider: 'CodeBuild', outputVariables: { VERSION: '1.2' }, missing: [] }],
      },
      {
        name: 'Prod',
        status: 'Failed',
        actions: [
          { name: 'Promote', status: 'Succeeded' },
          { name: 'Deploy', status: 'Failed', builds: [{ status: 'FAILED' }] },
        ],
      },
      { name: 'After', actions: [] },
    ],
  });
  const [, verify] = result.stages as { actions: { builds: { log: string }[] }[] }[];
  const log = fs.readFileSync(verify?.actions[0]?.builds[0]?.log ?? '', 'utf8');
  expect(log).toContain('tested with ***');
  expect(log).not.toContain('the-token-of-the-shop');
}, 120_000);

test('what cannot begin is an error with a code; types are there for a compiler', async () => {
  const error = await program(`
    const { rehearse, SaiondoError } = require('saiondo-pipeline/rehearsal');
    rehearse({ assembly: 'nowhere', sources: {}, directory: 'other', containers: false }).catch((error) =>
      process.stdout.write(JSON.stringify({ code: error.code, ours: error instanceof SaiondoError })));
  `);
  expect(error).toEqual({ code: expect.stringMatching(/^ASSEMBLY/) as string, ours: true });
  fs.writeFileSync(
    path.join(app, 'typed.ts'),
    `import { rehearse, type AssemblyRehearsalResult } from 'saiondo-pipeline/rehearsal';
     export const result: Promise<AssemblyRehearsalResult> = rehearse({ assembly: '', sources: { a: { path: '.' } }, directory: '' });
     // @ts-expect-error the folder of the state has to be named
     export const wrong = rehearse({ assembly: '', sources: {} });`,
  );
  const compiler = path.join(ROOT, 'node_modules/.bin/tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ];
  const { stdout } = await execa(
    compiler,
    [...options, '--typeRoots', path.join(ROOT, 'node_modules/@types'), 'typed.ts'],
    {
      cwd: app,
      reject: false,
    },
  );
  expect(stdout).toBe('');
}, 120_000);
