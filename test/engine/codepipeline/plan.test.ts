import { readPipeline } from '../../../engine/codepipeline/definition/definition';
import { checkPipeline } from '../../../engine/codepipeline/checks/pipeline-check';
import type { PlanFacts } from '../../../engine/codepipeline/actions/action-provider';
import { describePlanned, planActions } from '../../../engine/codepipeline/plan/plan';
import type { DeployedStack, ResourceOfStack, StackLedger } from '../../../engine/ports/ledger';

type Json = Record<string, unknown>;
const stack = {
  stackName: 'P',
  account: '111111111111',
  region: 'eu-west-1',
  template: {},
  resources: {},
} as unknown as DeployedStack;
const resource = (type: string, physicalId: string, properties: Json): ResourceOfStack => ({
  logicalId: physicalId,
  type,
  physicalId,
  properties,
  attributes: {},
  standing: 'recorded',
  stack,
});

function action(name: string, kind: string, more: Json = {}): Json {
  const [Category, Owner, Provider] = kind.split('/');
  return { Name: name, ActionTypeId: { Category, Owner, Provider, Version: '1' }, ...more };
}
const source = action('App', 'Source/AWS/CodeStarSourceConnection', {
  Configuration: { ConnectionArn: 'arn', FullRepositoryId: 'o/r', BranchName: 'main' },
  OutputArtifacts: [{ Name: 'Source' }],
});
const inputs = [{ Name: 'Source' }];

function read(...stages: [name: string, actions: Json[]][]) {
  const properties = {
    PipelineType: 'V2',
    Stages: [['Source', [source]] as const, ...stages].map(([Name, Actions]) => ({ Name, Actions })),
  };
  return readPipeline(resource('AWS::CodePipeline::Pipeline', 'p', properties), stack);
}

const project = (name: string, commands: string[], environment: Json = {}) =>
  resource('AWS::CodeBuild::Project', name, {
    Source: { BuildSpec: JSON.stringify({ version: '0.2', phases: { build: { commands } } }) },
    Environment: { Image: 'aws/codebuild/standard:7.0', Type: 'LINUX_CONTAINER', ...environment },
  });

function facts(resources: readonly ResourceOfStack[], more: Partial<PlanFacts> = {}): PlanFacts {
  const ledger: StackLedger = {
    get: () => undefined,
    list: () => [],
    resources: (type) => resources.filter((one) => one.type === type),
  };
  return {
    ledger,
    containers: true,
    tool: (name) => (name === 'flutter' || name === 'cargo' ? undefined : `/bin/${name}`),
    sources: new Map([['o/r', { path: '.' }]]),
    ...more,
  };
}

test('each action says what is missing, and what depends on it says so too', () => {
  const changeSet = { StackName: 'web', ChangeSetName: 'c', RoleArn: 'r' };
  const pipeline = read(
    [
      'Build',
      [
        action('Web', 'Build/AWS/CodeBuild', {
          Configuration: { ProjectName: 'web' },
          InputArtifacts: inputs,
          OutputArtifacts: [{ Name: 'Site' }],
          Namespace: 'Web',
        }),
        action('Api', 'Build/AWS/CodeBuild', { Configuration: { ProjectName: 'api' }, InputArtifacts: inputs }),
        action('Later', 'Build/AWS/CodeBuild', { Configuration: { ProjectName: 'later' }, InputArtifacts: inputs }),
        action('Windows', 'Build/AWS/CodeBuild', { Configuration: { ProjectName: 'windows' }, InputArtifacts: inputs }),
        action('Rust', 'Compute/AWS/Commands', { Commands: ['cargo build'], InputArtifacts: inputs }),
        action('Jenkins', 'Build/Custom/Jenkins', { InputArtifacts: inputs }),
      ],
    ],
    [
      'Deploy',
      [
        action('Prepare', 'Deploy/AWS/CloudFormation', {
          RunOrder: 1,
          Configuration: { ...changeSet, ActionMode: 'CHANGE_SET_REPLACE', TemplatePath: 'Site::t.json' },
          InputArtifacts: [{ Name: 'Site' }],
        }),
        action('Execute', 'Deploy/AWS/CloudFormation', {
          RunOrder: 2,
          Configuration: { ...changeSet, ActionMode: 'CHANGE_SET_EXECUTE' },
        }),
        action('Named', 'Compute/AWS/Commands', { Commands: ['echo #{Web.VERSION}'], InputArtifacts: inputs }),
        action('Fleet', 'Deploy/AWS/CodeDeploy', {
          Configuration: { ApplicationName: 'a', DeploymentGroupName: 'g' },
          InputArtifacts: inputs,
        }),
        action('New', 'Deploy/AWS/Satellite', { InputArtifacts: inputs }),
        action('Go', 'Approval/AWS/Manual'),
      ],
    ],
  );
  const resources = [
    project('web', ['flutter build web']),
    project('api', ['yarn test']),
    project('windows', ['dir'], { Type: 'WINDOWS_SERVER_2022_CONTAINER' }),
  ];
  const undeployed = (name: string) =>
    name === 'later' ? '{"version":"0.2","phases":{"build":{"commands":["flutter test"]}}}' : undefined;
  const plan = planActions(pipeline, facts(resources, { undeployed }));
  expect(Object.fromEntries(plan.map((one) => [one.action.name, describePlanned(one)]))).toEqual({
    App: undefined,
    Web: 'needs flutter',
    Api: undefined,
    Later: 'needs flutter',
    Windows: 'needs WINDOWS_SERVER_2022_CONTAINER',
    Rust: 'needs cargo',
    Jenkins: 'needs Jenkins (a custom action’s job worker)',
    Prepare: 'depends on Build/Web (flutter)',
    Execute: 'depends on Deploy/Prepare (flutter)',
    Named: 'depends on Build/Web (flutter)',
    Fleet: 'needs AWS CodeDeploy',
    New: 'needs Deploy/AWS/Satellite',
    Go: undefined,
  });
});

test('a source that nothing stands in for names its option', () => {
  const [planned] = planActions(
    read(['Next', [action('Go', 'Approval/AWS/Manual')]]),
    facts([], { sources: new Map() }),
  );
  expect(planned && describePlanned(planned)).toBe('needs --source o/r=PATH');
});

test('50 stages of 50 actions are read, checked and planned in less than a second', () => {
  const stages = Array.from({ length: 49 }, (_, at): [string, Json[]] => [
    `S${at}`,
    Array.from({ length: 50 }, (_one, index) =>
      action(`A${index}`, 'Build/AWS/CodeBuild', {
        RunOrder: (index % 10) + 1,
        Configuration: {
          ProjectName: index % 7 === 0 ? 'web' : 'api',
          EnvironmentVariables: JSON.stringify([{ name: 'V', value: at > 0 ? `#{V${at - 1}A${index}.VERSION}` : 'x' }]),
        },
        InputArtifacts: [{ Name: at > 0 ? `S${at - 1}A${index}` : 'Source' }],
        OutputArtifacts: [{ Name: `S${at}A${index}` }],
        Namespace: `V${at}A${index}`,
      }),
    ),
  ]);
  const resources = [project('web', ['flutter build web']), project('api', ['yarn test'])];
  const seconds = [1, 2, 3].map(() => {
    const { user } = process.cpuUsage();
    const pipeline = read(...stages);
    const problems = checkPipeline(pipeline);
    const plan = planActions(pipeline, facts(resources));
    const took = (process.cpuUsage().user - user) / 1e6;
    // As many as the stages hold; CodePipeline takes fewer, and that is said where it is planned.
    expect(problems).toEqual([{ path: 'Stages', message: 'it has 2451 actions; a pipeline takes 1000' }]);
    expect(plan.filter((one) => one.missing.length > 0)).toHaveLength(49 * 8);
    return took;
  });
  // The best of three, of this process alone: what else the machine does is not what is measured.
  expect(Math.min(...seconds)).toBeLessThan(1);
});
