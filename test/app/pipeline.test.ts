import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CONFIGURATION, SAMPLE, actions, resources, synthesized } from './synthesized';

const templates = synthesized();
const all = actions(templates);
const order = (stage: string, name: string): number => {
  const found = all.find((action) => action.stage === stage && action.name === name);
  if (!found) throw new Error(`no action ${stage}/${name}`);
  return found.runOrder;
};

test('source, synth, self-mutation, verification, dev, prod: in this order, V2 and superseding', () => {
  const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
  expect(pipeline.Properties.Stages.map((stage: { Name: string }) => stage.Name)).toEqual([
    'Source',
    'Build',
    'UpdatePipeline',
    'Verify',
    'Dev',
    'Prod',
  ]);
  expect(pipeline.Properties).toMatchObject({
    PipelineType: 'V2',
    ExecutionMode: 'SUPERSEDED',
    RestartExecutionOnUpdate: true,
  });
});

test('a push to main starts it, a change to documentation alone does not', () => {
  const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
  const triggers = pipeline.Properties.Triggers.map((trigger: any) => trigger.GitConfiguration);
  expect(triggers.map((trigger: any) => trigger.SourceActionName)).toEqual(['Application', 'Pipeline']);
  for (const trigger of triggers) {
    expect(trigger.Push).toEqual([
      { Branches: { Includes: ['main'] }, FilePaths: { Excludes: ['**/*.md', 'docs/**'] } },
    ]);
  }
});

test('tests and image builds of every component run at once, before dev', () => {
  const verify = all.filter((action) => action.stage === 'Verify');
  expect(verify.map((action) => action.name).sort()).toEqual([
    'ApiImage',
    'ApiTest',
    'ContractTest',
    'LlmImage',
    'LlmTest',
    'WebTest',
  ]);
  expect(new Set(verify.map((action) => action.runOrder)).size).toBe(1);
});

test.each(['Dev', 'Prod'])('%s migrates after its database stands and before a service changes', (stage) => {
  expect(order(stage, 'Data.Migrate')).toBeGreaterThan(order(stage, 'Data.Deploy'));
  expect(order(stage, 'Services.Prepare')).toBeGreaterThan(order(stage, 'Data.Migrate'));
  expect(order(stage, 'SmokeTest')).toBeGreaterThan(order(stage, 'Services.Deploy'));
});

test('prod is approved by a person before anything of it is touched; dev is not', () => {
  const approvals = all.filter((action) => action.json.ActionTypeId.Category === 'Approval');
  expect(approvals.map((action) => `${action.stage}/${action.name}`)).toEqual(['Prod/PromoteToProd']);
  expect(
    all.filter((action) => action.stage === 'Prod' && action.runOrder <= (approvals[0]?.runOrder ?? 0)),
  ).toHaveLength(1);
});

test('one repository for both gives one source', () => {
  const same = synthesized(CONFIGURATION.replace('aw-birdgang/saiondo-pipeline', 'aw-birdgang/saiondo'));
  expect(
    actions(same)
      .filter((action) => action.stage === 'Source')
      .map((action) => action.name),
  ).toEqual(['Application']);
});

test('migrations and contracts run in the environment’s own account, under names that need no reference', () => {
  const migrate = all.find((action) => action.stage === 'Dev' && action.name === 'Data.Migrate');
  expect(migrate?.json.Configuration.ProjectName).toBe('saiondo-dev-migrate');
  expect(JSON.stringify(migrate?.json.RoleArn)).toContain('222222222222:role/saiondo-dev-migrate-start');
  const [project] = resources(templates['Dev/Data'], 'AWS::CodeBuild::Project');
  expect(project.Properties.VpcConfig).toBeDefined();
});

describe('an image’s tag is its folder’s content', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-sample-'));
  beforeAll(() => fs.cpSync(SAMPLE, copy, { recursive: true, filter: (file) => !/node_modules|\.venv/.test(file) }));
  afterAll(() => fs.rmSync(copy, { recursive: true }));

  const imagesOf = (of: Record<string, any>, stack: string): string =>
    JSON.stringify(
      resources(of[stack], 'AWS::ECS::TaskDefinition').map((task) => task.Properties.ContainerDefinitions[0].Image),
    );

  test('dev and prod run the same images', () => {
    expect(imagesOf(templates, 'Dev/Services')).toBe(imagesOf(templates, 'Prod/Services'));
  });

  test('a change of the llm changes the llm’s task alone, and no line of any other template', () => {
    const before = synthesized(CONFIGURATION, copy);
    fs.appendFileSync(path.join(copy, 'backend/llm/src/main.py'), '\n# changed\n');
    const after = synthesized(CONFIGURATION, copy);
    const changed = Object.keys(after).filter(
      (stack) => JSON.stringify(after[stack]) !== JSON.stringify(before[stack]),
    );
    expect(changed.sort()).toEqual(['Dev/Services', 'Prod/Services']);
    const lines = (of: Record<string, unknown>): string[] => JSON.stringify(of['Dev/Services'], null, 1).split('\n');
    expect(lines(after).filter((line, at) => line !== lines(before)[at])).toHaveLength(1);
  });

  test('a change elsewhere changes nothing', () => {
    const before = JSON.stringify(synthesized(CONFIGURATION, copy));
    fs.appendFileSync(path.join(copy, 'README.md'), '\nchanged\n');
    fs.appendFileSync(path.join(copy, 'frontend/app/lib/main.dart'), '\n// changed\n');
    expect(JSON.stringify(synthesized(CONFIGURATION, copy))).toBe(before);
  });
});

test('synth is repeatable', () => {
  expect(JSON.stringify(synthesized())).toBe(JSON.stringify(templates));
});
