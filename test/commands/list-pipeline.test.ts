import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { explainPipeline, listPipeline } from '../../commands/rehearse/list-pipeline';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { Layout } from '../../model/layout';
import { explanationLines } from '../../views/explanation';
import { SMALL_REPOSITORY, writeAssembly, type SmallPipeline } from '../fixtures/small-pipeline';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-list-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
let count = 0;

/** What is listed and explained of a pipeline that nobody has deployed yet. */
function options(pipeline: SmallPipeline, sources = new Map([[SMALL_REPOSITORY, { path: '.' }]])) {
  const assembly = path.join(root, `cdk.out-${++count}`);
  writeAssembly(assembly, pipeline);
  return {
    ledger: new DiskLedger(new Layout(path.join(root, 'state'))),
    pipeline: 'small',
    assembly: () => Promise.resolve(assembly),
    fixedAssembly: false,
    sources,
    containers: false,
  };
}

/** What --list prints of a pipeline that nobody has deployed yet. Nothing is written to the ledger of this machine. */
async function list(
  pipeline: SmallPipeline,
  sources = new Map([[SMALL_REPOSITORY, { path: '.' }]]),
): Promise<string[]> {
  const given = options(pipeline, sources);
  const lines = await listPipeline(given);
  expect(given.ledger.list()).toEqual([]);
  return lines;
}

test('every action by stage and run order; what is missing is next to it, and next to what depends on it', async () => {
  const lines = await list({
    stages: {
      Build: [
        { name: 'Compile', commands: ['no-such-tool-is-no-system-tool', 'node --version'] },
        { name: 'Image', commands: ['docker build .'], output: 'Image' },
        { name: 'Ship', commands: ['true'], input: 'Image', runOrder: 2 },
      ],
      Prod: [{ name: 'Promote', approval: true }],
    },
  });
  expect(lines).toEqual([
    'Source',
    '    1 Shop  CodeStarSourceConnection',
    'Build',
    '    1 Compile  CodeBuild',
    '    1 Image  CodeBuild                not rehearsed: needs docker',
    '    2 Ship  CodeBuild                 not rehearsed: depends on Build/Image (docker)',
    'Prod',
    '    1 Promote  Manual',
  ]);
});

test('a source that nothing stands in for is missing', async () => {
  const lines = await list({ stages: { Prod: [{ name: 'Promote', approval: true }] } }, new Map());
  expect(lines[1]).toBe(`    1 Shop  CodeStarSourceConnection  not rehearsed: needs --source ${SMALL_REPOSITORY}=PATH`);
});

test('a pipeline that CodePipeline would refuse is refused', async () => {
  const pipeline = { stages: { Prod: [{ name: 'Pro mote', approval: true as const }] } };
  await expect(list(pipeline)).rejects.toMatchObject({
    code: 'PIPELINE_NOT_DEPLOYED',
    message: expect.stringContaining('Prod/Pro mote: an action’s name has 1 to 100'),
  });
});

test('an action is explained: its commands and variables with their places, what it takes and from whom, what it gives and to whom', async () => {
  const given = options({
    stages: {
      Build: [
        { name: 'Compile', commands: ['make all', 'make check'], output: 'Made' },
        { name: 'Ship', commands: ['true'], input: 'Made', runOrder: 2 },
      ],
    },
  });
  const [explained, ...others] = await explainPipeline(given, 'Build/Compile');
  expect(others).toEqual([]);
  expect(explained).toMatchObject({
    action: 'Build/Compile',
    kind: 'Build/AWS/CodeBuild',
    takes: [{ from: 'Source/Shop' }],
    gives: [{ what: 'artifact Made', takenBy: ['Build/Ship'] }],
    build: { buildspecKnown: true, timeoutMinutes: 60, queuedTimeoutMinutes: 480 },
  });
  expect(explained?.build?.commands.map(({ phase, text }) => [phase, text])).toEqual([
    ['build', 'make all'],
    ['build', 'make check'],
  ]);
  expect(explained && explanationLines(explained)).toContain('  gives        artifact Made, to Build/Ship');
  expect((await explainPipeline(given)).map((one) => one.action)).toEqual([
    'Source/Shop',
    'Build/Compile',
    'Build/Ship',
  ]);
});
