import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { sayLimit } from '../../engine/codebuild/start/limits';
import { foreseeLimits } from '../../engine/codepipeline/plan/foresee-limits';
import type { LocalAws } from '../../engine/ports/local-aws';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import type { ActionDefinition, PipelineDefinition } from '../../model/pipeline';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-limits-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const layout = new Layout(root);
const at = { account: '111111111111', region: 'eu-west-1' };

function ledgerWith(projects: Record<string, string>): DiskLedger {
  const ledger = new DiskLedger(layout);
  const resource = (name: string, buildspec: string) => ({
    logicalId: name,
    type: 'AWS::CodeBuild::Project',
    physicalId: name,
    attributes: {},
    standing: 'recorded' as const,
    properties: { Source: { BuildSpec: buildspec } },
  });
  ledger.put({
    ...at,
    stackName: 'Stack',
    stackId: 'Stack',
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    updatedAt: '',
    resources: Object.fromEntries(Object.entries(projects).map(([name, spec]) => [name, resource(name, spec)])),
  });
  return ledger;
}

function pipelineOf(...projects: string[]): PipelineDefinition {
  const actions = projects.map(
    (name) =>
      ({
        category: 'Build',
        owner: 'AWS',
        provider: 'CodeBuild',
        region: at.region,
        configuration: { ProjectName: name },
      }) as never,
  ) as ActionDefinition[];
  return { name: 'p', account: at.account, region: at.region, stages: [{ name: 'S', actions }] } as never;
}

const local = { tool: () => undefined } as Partial<LocalAws> as LocalAws;

test('what is not followed is known before the first stage, by file, line and name', async () => {
  const ledger = ledgerWith({
    proxied: 'version: 0.2\nproxy: { logs: yes }\nphases: { build: { commands: [ls] } }\n',
    broken: 'version: 0.2\nphasen: {}\n',
    elsewhere: 'ci/buildspec.yml',
  });
  const limits = await foreseeLimits(pipelineOf('proxied', 'broken', 'elsewhere', 'not-deployed-yet'), ledger, local);
  expect(limits).toEqual([
    expect.objectContaining({ where: { file: 'proxied.buildspec.yml', line: 2, column: 16, path: 'proxy.logs' } }),
    expect.objectContaining({
      text: '`phases` is missing; unknown key `phasen`: did you mean `phases`?',
      where: { file: 'broken.buildspec.yml', line: 2, column: 1, path: 'phasen' },
    }),
  ]);
});

test('a limit is said once a run', () => {
  const said: RunEventBody[] = [];
  const limit = { where: { file: 'buildspec.yml' }, text: 'not followed' };
  for (const runId of ['one', 'one', 'two']) sayLimit({ layout, runId }, (event) => said.push(event), limit);
  expect(said).toHaveLength(2);
});
