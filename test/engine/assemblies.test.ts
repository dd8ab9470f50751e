import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findPipelineStack, readAssembly } from '../../engine/assembly/assembly';
import { assemblyLimits } from '../../engine/assembly/limits';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { resolveParameters } from '../../engine/cloudformation/template/parameters';
import type { Provisioner } from '../../engine/ports/provisioner';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { checkPipeline } from '../../engine/codepipeline/checks/pipeline-check';
import { describePlanned, planActions } from '../../engine/codepipeline/plan/plan';
import { NO_ISOLATION } from '../../engine/isolation/plain';
import { customResourceProvisioners } from '../../engine/resources/custom-resources';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';
import { Layout } from '../../model/layout';
import { APPS, synthesize } from '../assemblies/apps';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-assemblies-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const answered = new Set(
  customResourceProvisioners({
    endpoint: { endpointUrl: '', credentials: () => ({ accessKeyId: '', secretAccessKey: '' }) },
    environment: () => ({}),
    isolation: () => NO_ISOLATION,
    network: { expose: async () => undefined, conceal: async () => undefined },
    end: () => undefined,
    putParameter: async () => undefined,
    deleteParameter: async () => undefined,
  }).map(([type]) => type),
);

/** An app's pipeline as a rehearsal finds it, with what the machine lacks for it: this one has docker or not, and no source but acme/shop. */
async function read(
  name: keyof typeof APPS,
  containers: boolean,
  change: (assembly: string) => void = () => undefined,
) {
  const folder = fs.mkdtempSync(path.join(root, `${name}-`));
  const directory = synthesize(name, folder);
  change(directory);
  const stacks = readAssembly(directory);
  const stack = findPipelineStack(stacks, undefined);
  const layout = new Layout(path.join(folder, '.saiondo'));
  const ledger = new DiskLedger(layout);
  const recorded = new Map<string, Provisioner>();
  for (const one of [stack, ...stacks.filter((other) => other !== stack)]) {
    const at = {
      account: one.account,
      region: one.region,
      stackName: one.stackName,
      file: path.basename(one.templateFile),
    };
    const parameters = await resolveParameters(one.template, {}, at, async () => '30');
    const set = computeChangeSet({ ...at, template: one.template, parameters, tags: one.tags }, ledger);
    const result = await deploy(set, { ledger, provisioners: recorded, emit: () => undefined, environment: 'test' });
    expect(result).toMatchObject({ status: 'CREATE_COMPLETE' });
  }
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline was deployed');
  const pipeline = readPipeline(resource, resource.stack);
  const sources = new Map(['acme/shop', 'forge'].map((source) => [source, { path: folder }]));
  const plan = planActions(pipeline, {
    ledger,
    containers,
    tool: (tool) => (tool === 'docker' && !containers ? undefined : `/usr/bin/${tool}`),
    sources,
  });
  return {
    pipeline,
    refused: checkPipeline(pipeline).filter((problem) => !problem.limit),
    lacks: plan.flatMap((one) => {
      const why = describePlanned(one);
      return why ? [`${actionPath(one.stage, one.action.name)}: ${why}`] : [];
    }),
    limits: assemblyLimits(stacks, directory, (type) => answered.has(type)).map((limit) => limit.message),
  };
}

const stagesOf = (pipeline: PipelineDefinition): string[] => pipeline.stages.map((stage) => stage.name);
const kindsOf = (pipeline: PipelineDefinition, stage: string): string[] =>
  (pipeline.stages.find((one) => one.name === stage)?.actions ?? [])
    .map((action) => `${action.runOrder} ${action.provider} ${action.name}`)
    .sort();

test('a wave of two stages with file and Docker assets is read whole; without Docker it says what lacks it', async () => {
  const { pipeline, refused, lacks, limits } = await read('wave', true);
  expect(refused).toEqual([]);
  expect(stagesOf(pipeline)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Assets', 'Shops']);
  expect(kindsOf(pipeline, 'Shops')).toEqual([
    '1 CloudFormation Asia.Site.Prepare',
    '1 CloudFormation Europe.Site.Prepare',
    '2 CloudFormation Asia.Site.Deploy',
    '2 CloudFormation Europe.Site.Deploy',
    '3 CodeBuild Asia.Look',
  ]);
  expect({ lacks, limits }).toEqual({ lacks: [], limits: [] });
  const without = await read('wave', false);
  expect(without.lacks).toEqual([expect.stringMatching(/^Assets\/.*Image.*: needs docker$/i)]);
}, 180_000);

test('a V1 pipeline with a permissions check, two sources and a custom resource says what it lacks', async () => {
  const { pipeline, refused, lacks, limits } = await read('v1', true);
  expect(refused).toEqual([]);
  expect(pipeline.pipelineType).toBe('V1');
  expect(stagesOf(pipeline)).toEqual(['Source', 'Build', 'Assets', 'Test']);
  expect(kindsOf(pipeline, 'Test').map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
    '1 CodeBuild',
    '2 Manual',
    '3 CloudFormation',
    '4 CloudFormation',
    '5 CodeBuild',
  ]);
  expect(lacks).toEqual([
    expect.stringMatching(/^Source\/acme_tests: needs --source acme\/tests/),
    expect.stringMatching(/^Test\/Try: depends on Source\/acme_tests/),
  ]);
  expect(limits).toEqual([
    'stack Test-Site will be deployed, and its action not count as rehearsed: nothing here answers Custom::Seed Seed (Test/Site/Seed/Default)',
  ]);
}, 180_000);

test('an S3 source, assets one after another and no change sets: read whole', async () => {
  const { pipeline, refused, lacks } = await read('s3Source', true);
  expect(refused).toEqual([]);
  expect(kindsOf(pipeline, 'Source')).toEqual([expect.stringMatching(/^1 S3 /)]);
  expect(kindsOf(pipeline, 'Assets')).toEqual([expect.stringMatching(/^1 CodeBuild FileAsset/)]);
  expect(kindsOf(pipeline, 'Only')).toEqual(['1 CloudFormation Deploy']);
  expect(pipeline.stages.at(-1)?.actions[0]?.configuration.ActionMode).toBe('CREATE_UPDATE');
  // Whether the bucket has the object is known when the source runs.
  expect(lacks).toEqual([]);
}, 180_000);

test('managed actions are read; what nothing here stands in for is named', async () => {
  const { pipeline, refused, lacks } = await read('providers', true);
  expect(refused).toEqual([]);
  expect(kindsOf(pipeline, 'Only')).toEqual([
    '1 Commands Greet',
    '1 ECRBuildAndPublish Image',
    '2 CloudFormation Site.Prepare',
    '3 CloudFormation Site.Deploy',
    '4 CloudFormationStackSet Everywhere',
    '4 CodePipeline Next',
  ]);
  expect(lacks).toEqual(['Only/Everywhere: needs AWS CloudFormation StackSets', 'Only/Next: needs the pipeline other']);
}, 180_000);

test('CodeCommit, PARALLEL, another account and region, variables between steps: read whole', async () => {
  const { pipeline, refused, lacks, limits } = await read('codeCommit', true);
  expect({ refused, lacks, limits }).toEqual({ refused: [], lacks: [], limits: [] });
  expect(pipeline.executionMode).toBe('PARALLEL');
  expect(kindsOf(pipeline, 'Source')).toEqual(['1 CodeCommit forge']);
  expect(kindsOf(pipeline, 'Near')).toEqual([
    '1 CodeBuild Version',
    '2 CloudFormation Site.Prepare',
    '3 CloudFormation Site.Deploy',
  ]);
  expect(kindsOf(pipeline, 'Far')).toEqual([
    '1 Manual Promote',
    '2 CloudFormation Site.Prepare',
    '3 CloudFormation Site.Deploy',
    '4 CodeBuild Try',
  ]);
  const far = pipeline.stages.at(-1)?.actions.find((one) => one.name === 'Site.Deploy');
  expect(far).toMatchObject({ region: 'us-east-1', roleArn: expect.stringContaining(':333333333333:role/') as string });
}, 180_000);

test('a pipeline by hand, without CDK Pipelines: GitHub with a token, Lambda, and CodeDeploy, which it names', async () => {
  const { pipeline, refused, lacks, limits } = await read('handWritten', true);
  expect({ refused, limits }).toEqual({ refused: [], limits: [] });
  expect(kindsOf(pipeline, 'Source')).toEqual(['1 GitHub GitHub']);
  expect(kindsOf(pipeline, 'Release')).toEqual([
    '1 Manual Sign',
    '2 CloudFormation Prepare',
    '3 CloudFormation Deploy',
    '4 CodeDeploy Servers',
    '4 Lambda Warm',
  ]);
  expect(lacks).toEqual(['Release/Servers: needs AWS CodeDeploy']);
}, 180_000);

test('an assembly of another language or an older CDK: no tree, no metadata, an older schema', async () => {
  const plain = await read('wave', true);
  const older = await read('wave', true, (assembly) => {
    for (const name of fs.readdirSync(assembly, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(assembly, name);
      if (/(^|\/)(tree\.json|cdk\.out|.*\.metadata\.json)$/.test(name)) fs.rmSync(file);
      else if (/(^|\/)manifest\.json$/.test(name)) {
        const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { artifacts: Record<string, object> };
        for (const artifact of Object.values(manifest.artifacts)) Object.assign(artifact, { metadata: undefined });
        delete manifest.artifacts.Tree;
        fs.writeFileSync(file, JSON.stringify({ ...manifest, version: '36.0.0' }));
      }
    }
  });
  const actionsOf = ({ pipeline }: typeof plain) =>
    pipeline.stages.flatMap((stage) => stage.actions.map((action) => actionPath(stage.name, action.name)));
  expect(actionsOf(older)).toEqual(actionsOf(plain));
  expect({ refused: older.refused, lacks: older.lacks }).toEqual({ refused: [], lacks: [] });
}, 180_000);
