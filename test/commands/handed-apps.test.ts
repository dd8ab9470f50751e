import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readAssembly } from '../../engine/assembly/assembly';
import { deploymentOrder } from '../../engine/assembly/deployment-order';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { listPipeline } from '../../commands/rehearse/list-pipeline';
import { NO_INPUTS } from '../../engine/ports/account-inputs';
import { Layout } from '../../model/layout';

// Assemblies of other people's apps, cut down to what once stopped them before anything ran.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-handed-apps-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const folder = (name: string): string => path.join(__dirname, '..', 'fixtures', 'handed-apps', name);
const list = (name: string, sources: Record<string, string>): Promise<string[]> =>
  listPipeline({
    ledger: new DiskLedger(new Layout(path.join(root, name))),
    assembly: async () => folder(name),
    fixedAssembly: true,
    sources: new Map(Object.entries(sources).map(([source, at]) => [source, { path: at }])),
    containers: false,
    inputs: NO_INPUTS,
  });

// AWS CDK CLI reference, `cdk deploy`: dependencies are deployed too.
test('a stack that the pipeline’s imports from is deployed before it', async () => {
  const stacks = readAssembly(folder('pipeline-stack-imports-from-another-stack'));
  const pipeline = stacks.find(({ id }) => id === 'app-pipeline');
  if (!pipeline) throw new Error('the fixture has no pipeline');
  expect(deploymentOrder(pipeline, stacks).map(({ id }) => id)).toEqual(['Base', 'app-pipeline']);
  const listed = await list('pipeline-stack-imports-from-another-stack', { 'acme/shop': root });
  expect(listed.join('\n')).not.toMatch(/not rehearsed|missing/);
});

// AWS::CodeCommit::Repository, Return values: `Name` is the repository's name.
test('a source is named as its repository is, though the action takes the name from the resource', async () => {
  expect((await list('named-codecommit-repository', { WorkshopRepo: root })).join('\n')).not.toMatch(/needs --source/);
  expect((await list('named-codecommit-repository', {})).join('\n')).toMatch(/needs --source WorkshopRepo=PATH/);
});
