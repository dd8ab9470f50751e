import { checkPipeline, refuseInvalid } from '../../../engine/codepipeline/checks/pipeline-check';
import type { ActionDefinition, PipelineDefinition, StageDefinition } from '../../../model/pipeline';

const action = (kind: string, more: Partial<ActionDefinition> = {}): ActionDefinition => {
  const [category, owner, provider = ''] = kind.split('/');
  return {
    name: 'A',
    category: category as ActionDefinition['category'],
    owner: owner as ActionDefinition['owner'],
    provider,
    version: '1',
    runOrder: 1,
    configuration: {},
    inputArtifacts: [],
    outputArtifacts: [],
    region: 'eu-west-1',
    ...more,
  };
};
const source = action('Source/AWS/CodeStarSourceConnection', {
  name: 'App',
  configuration: { ConnectionArn: 'arn', FullRepositoryId: 'o/r', BranchName: 'main' },
  outputArtifacts: [{ name: 'Source' }],
});
const pipeline = (
  actions: readonly ActionDefinition[],
  more: Partial<PipelineDefinition> = {},
  stage: Partial<StageDefinition> = {},
): PipelineDefinition => ({
  name: 'p',
  account: '111111111111',
  region: 'eu-west-1',
  stackName: 'P',
  pipelineType: 'V2',
  executionMode: 'SUPERSEDED',
  restartExecutionOnUpdate: false,
  variables: [],
  triggers: [],
  stages: [
    { name: 'Source', actions: [source] },
    { name: 'S', actions, ...stage },
  ],
  disabledTransitions: {},
  structureVersion: '1',
  ...more,
});
const said = (definition: PipelineDefinition): string[] =>
  checkPipeline(definition).map(
    ({ path, message, limit }) => `${path.replace('Stages.1.Actions.0', '@')}: ${message}${limit ? ' [limit]' : ''}`,
  );
const build = (configuration: Record<string, string>, inputArtifacts = ['Source']): ActionDefinition =>
  action('Build/AWS/CodeBuild', { configuration, inputArtifacts });
const commands = (more: Partial<ActionDefinition>): ActionDefinition =>
  action('Compute/AWS/Commands', { inputArtifacts: ['Source'], commands: ['ls'], ...more });

test('a right pipeline has no problem', () => {
  expect(said(pipeline([build({ ProjectName: 'b' }), commands({ name: 'C' })]))).toEqual([]);
  expect(() => refuseInvalid(pipeline([build({ ProjectName: 'b' })]), { file: 'x' })).not.toThrow();
});

test.each<[string, ActionDefinition, string[]]>([
  [
    'a missing key',
    build({}),
    ['@.Configuration: S/A: ProjectName is required ("AWS CodeBuild build and test action reference")'],
  ],
  [
    'a slip of the pen',
    build({ ProjectName: 'b', PrimarySourc: 'x' }),
    ['@.Configuration.PrimarySourc: S/A: unknown configuration PrimarySourc; did you mean PrimarySource?'],
  ],
  [
    'a key that the references do not know',
    build({ ProjectName: 'b', SomethingNew: 'x' }),
    [
      '@.Configuration.SomethingNew: S/A: "AWS CodeBuild build and test action reference" has no configuration SomethingNew: a rehearsal passes over it [limit]',
    ],
  ],
  [
    'a value out of few',
    action('Deploy/AWS/S3', { configuration: { BucketName: 'b', Extract: 'yes' }, inputArtifacts: ['Source'] }),
    ['@.Configuration.Extract: S/A: Extract is "yes"; expected true, false'],
  ],
  [
    'keys that need each other',
    action('Deploy/AWS/S3', { configuration: { BucketName: 'b', Extract: 'false' }, inputArtifacts: ['Source'] }),
    ['@.Configuration: S/A: ObjectKey is required where Extract is false'],
  ],
  [
    'too long a value',
    build({ ProjectName: 'b', EnvironmentVariables: JSON.stringify([{ name: 'A', value: 'x'.repeat(1000) }]) }),
    ['@.Configuration.EnvironmentVariables: S/A: the value has 1025 characters; CodePipeline takes 1000'],
  ],
  [
    'variables that are no JSON',
    build({ ProjectName: 'b', EnvironmentVariables: '{' }),
    ['@.Configuration.EnvironmentVariables: S/A: it is not a JSON list of objects with name, value and perhaps type'],
  ],
  [
    'artifacts',
    action('Deploy/AWS/S3', {
      configuration: { BucketName: 'b', Extract: 'true' },
      inputArtifacts: ['Source', 'Source'],
      outputArtifacts: [{ name: 'o' }],
    }),
    [
      '@.InputArtifacts: S/A: it has 2; this kind of action takes 1',
      '@.OutputArtifacts: S/A: it has 1; this kind of action takes 0',
    ],
  ],
  [
    'a timeout',
    { ...build({ ProjectName: 'b' }), timeoutInMinutes: 10 },
    ['@.TimeoutInMinutes: S/A: only a manual approval takes a timeout'],
  ],
  [
    'a short approval',
    action('Approval/AWS/Manual', { timeoutInMinutes: 1 }),
    ['@.TimeoutInMinutes: S/A: 1 is not between 5 and 86400'],
  ],
  [
    'commands of several lines',
    commands({ commands: ['a', 'b\nc'] }),
    ['@.Commands.1: S/A: a command of more than one line; CodePipeline refuses it'],
  ],
  ['no command', commands({ commands: [] }), ['@.Commands: S/A: it has 0; a Commands action takes 1 to 50']],
  [
    'a parameter in a Commands action',
    commands({ environmentVariables: [{ name: 'X', value: '/x', type: 'PARAMETER_STORE' }] }),
    ['@.EnvironmentVariables.0: S/A: X has the type PARAMETER_STORE; expected PLAINTEXT or SECRETS_MANAGER'],
  ],
  [
    'a change set without a name',
    action('Deploy/AWS/CloudFormation', { configuration: { ActionMode: 'CHANGE_SET_EXECUTE', StackName: 's' } }),
    ['@.Configuration: S/A: ChangeSetName is required for CHANGE_SET_EXECUTE'],
  ],
  [
    'a custom action takes anything',
    action('Build/Custom/Jenkins', { configuration: { ProjectName: 'x', Other: 'y' } }),
    [],
  ],
  [
    'names',
    { ...build({ ProjectName: 'b' }), name: 'a b', runOrder: 1000 },
    [
      '@.Name: S/a b: an action’s name has 1 to 100 of A-Z, a-z, 0-9 and .@_-',
      '@.RunOrder: S/a b: the run order is 1000; it is a number from 1 to 999',
    ],
  ],
])('%s', (_what, given, problems) => {
  expect(said(pipeline([given]))).toEqual(problems);
});

test('Commands and conditions are for V2', () => {
  expect(
    said(pipeline([commands({})], { pipelineType: 'V1' }, { onFailure: { result: 'RETRY', conditions: [] } })),
  ).toEqual([
    '@.ActionTypeId: S/A: Compute/AWS/Commands is for pipelines of type V2 only',
    'Stages.1.OnFailure: S: stage conditions need a pipeline of type V2',
  ]);
});

test('a reference to a clone goes to CodeBuild only', () => {
  const clone = { ...source, configuration: { ...source.configuration, OutputArtifactFormat: 'CODEBUILD_CLONE_REF' } };
  const definition = pipeline([build({ ProjectName: 'b' }), commands({ name: 'C' })]);
  expect(
    said({ ...definition, stages: [{ name: 'Source', actions: [clone] }, ...definition.stages.slice(1)] }),
  ).toEqual([
    'Stages.1.Actions.1.InputArtifacts: S/C: Source is a reference to a clone (CODEBUILD_CLONE_REF), which only CodeBuild can take; set CODE_ZIP',
  ]);
});

test('conditions', () => {
  const rule = (provider: string, configuration: Record<string, string>) => ({ name: 'r', provider, configuration });
  const conditions = said(
    pipeline(
      [build({ ProjectName: 'b' })],
      { executionMode: 'PARALLEL' },
      {
        beforeEntry: {
          conditions: [
            {
              result: 'SKIP',
              rules: [rule('DeploymentWindow', { Cron: '* * * ? * *' }), rule('VariableCheck', { Operator: 'EQ' })],
            },
            { result: 'ROLLBACK', rules: [rule('Alarm', {})] },
          ],
        },
        onFailure: { result: 'ROLLBACK', conditions: [] },
      },
    ),
  );
  expect(conditions.map((one) => one.replace(/^Stages\.1\./, ''))).toEqual([
    'BeforeEntry.Conditions: S: a stage takes one condition of each type',
    'BeforeEntry: S: ROLLBACK is not a result of beforeEntry; expected FAIL or SKIP',
    'BeforeEntry: S: a PARALLEL pipeline has no rollback',
    'BeforeEntry.Conditions.0.Rules.0: S: rule r: DeploymentWindow cannot skip a stage; only LambdaInvoke and VariableCheck can',
    'BeforeEntry.Conditions.0.Rules.1: S: rule r: Variable is required',
    'BeforeEntry.Conditions.0.Rules.1: S: rule r: Value is required',
    'BeforeEntry.Conditions.1.Rules.0: S: rule r: there is no rule Alarm; expected CloudWatchAlarm, CodeBuild, Commands, DeploymentWindow, LambdaInvoke, VariableCheck',
    'OnFailure: S: a PARALLEL pipeline has no rollback',
  ]);
});

test('all problems are refused at once, each with its place', () => {
  expect(() =>
    refuseInvalid(pipeline([build({}), commands({ name: 'C', commands: [] })]), { file: 'stack P', path: 'R' }),
  ).toThrow(
    expect.objectContaining({
      code: 'PIPELINE_INVALID',
      message: expect.stringMatching(
        /^2 problems:\nstack P \(R\.Stages\.1\.Actions\.0\.Configuration\): .*\nstack P \(R\.Stages\.1\.Actions\.1\.Commands\)/,
      ),
      where: { file: 'stack P', path: 'R.Stages.1.Actions.0.Configuration' },
    }),
  );
});
