import type { ActionExecutionDetail, PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import type { Aws } from '../../operator/aws';
import {
  describePromotion,
  findApproval,
  promotedStage,
  type PromotionOperations,
} from '../../operator/promotion/promotion.describer';
import { describeDifference } from '../../operator/promotion/difference.describer';
import { promotionShape } from '../../model/promotion.shape';

// What an approval gives, where it is a stage of its own before the one that deploys, as the shipped pipeline has it.
const action = (name: string, runOrder: number, configuration = {}) => ({
  name,
  runOrder,
  actionTypeId: undefined,
  configuration,
});
const pipeline: PipelineDeclaration = {
  name: 'shop',
  roleArn: '',
  stages: [
    { name: 'Dev', actions: [action('Deploy', 1)] },
    { name: 'Promote', actions: [action('Changes', 1), action('Approve', 2)] },
    {
      name: 'Prod',
      actions: [
        action('Prepare', 1, { StackName: 'shop-prod', TemplatePath: 'Assembly::prod.json' }),
        action('Approve', 2),
        action('Deploy', 3),
        action('Sign', 4),
      ],
    },
  ],
};

test.each([
  ['a stage of its own promotes the next', { stage: 'Promote', action: 'Approve' }, 'Prod'],
  ['one that actions follow promotes its own', { stage: 'Prod', action: 'Approve' }, 'Prod'],
  ['the last action of all has nothing behind it but its own stage', { stage: 'Prod', action: 'Sign' }, 'Prod'],
])('an approval: %s', (_name, approval, stage) => {
  expect(promotedStage(pipeline, approval)).toBe(stage);
});

test.each([['Prod'], ['Promote'], ['Approve'], ['Promote/Approve'], [undefined]])(
  'the approval before a stage is found by the name %s',
  async (name) => {
    const latestExecution = { token: 'secret', status: 'InProgress' as const };
    const stageStates = [
      { stageName: 'Promote', actionStates: [{ actionName: 'Approve', latestExecution }] },
      { stageName: 'Prod', actionStates: [] },
    ];
    const { approval } = await findApproval(
      {
        getPipeline: async () => ({ $metadata: {}, pipeline }),
        getPipelineState: async () => ({ $metadata: {}, stageStates }),
      },
      'shop',
      name,
    );
    expect(approval).toMatchObject({ stage: 'Promote', action: 'Approve' });
  },
);

test('an approval that is a stage of its own shows what the next stage gets, against what that has', async () => {
  const summary = (id: string, commit: string) => ({
    pipelineExecutionId: id,
    status: 'InProgress' as const,
    sourceRevisions: [{ actionName: 'App', revisionId: commit }],
  });
  const asked: (string | undefined)[] = [];
  const calls: Partial<ReturnType<Aws<PromotionOperations>>> = {
    listPipelineExecutions: async ({ filter }) => {
      const stage = filter?.succeededInStage?.stageName;
      asked.push(stage);
      // `second` passed the approval and failed in Prod: Prod still has `first`.
      const promoted = [summary('second', '2'), summary('first', '1')];
      const all = [summary('third', '3'), ...promoted];
      const found = stage === 'Prod' ? promoted.slice(1) : stage === 'Promote' ? promoted : all;
      return { $metadata: {}, pipelineExecutionSummaries: found };
    },
    listActionExecutions: async () => ({
      $metadata: {},
      actionExecutionDetails: [
        { stageName: 'Build', actionName: 'Synth', output: { outputArtifacts: [{ name: 'Assembly' }] } },
      ] as ActionExecutionDetail[],
    }),
  };
  const template = (engine: string) => ({
    Resources: { Database: { Type: 'AWS::RDS::DBInstance', Properties: { Engine: engine } } },
  });
  const assembly: Record<string, [object, object]> = {
    first: [template('postgres'), { api: 'aaa' }],
    third: [template('mysql'), { api: 'bbb' }],
  };
  const promotion = await describePromotion(
    () => calls as ReturnType<Aws<PromotionOperations>>,
    { approval: { stage: 'Promote', action: 'Approve', executionId: 'third', token: 'secret' }, pipeline },
    {
      home: { account: '111111111111', region: 'eu-west-1' },
      commits: async () => [{ commit: '3', author: 'Ada', message: 'feat: mysql' }],
      replacementOf: (_type, property) => (property === 'Engine' ? 'True' : 'False'),
      artifacts: {
        read: async ({ executionId }, wanted) => {
          const [prod, images] = assembly[executionId] ?? [];
          const files = { 'prod.json': prod, 'images.json': images };
          return new Map(
            Object.entries(files)
              .filter(([path]) => wanted(path))
              .map(([path, content]) => [path, JSON.stringify(content)]),
          );
        },
      },
    },
  );
  expect(promotionShape.parse(promotion)).toMatchObject({
    stage: 'Prod',
    last: { id: 'first' },
    difference: {
      images: [{ service: 'api', from: 'aaa', to: 'bbb' }],
      stacks: [{ stack: 'shop-prod', changes: [{ logicalId: 'Database', replacement: 'True' }] }],
      commits: [{ from: '1', to: '3', commits: [{ message: 'feat: mysql' }] }],
    },
  });
  expect(asked).toContain('Prod');
  expect(asked).not.toContain('Promote');
  expect(JSON.stringify(promotion)).not.toContain('secret');
});

test.each([
  ['that the stage takes', ['App'], ['1_users']],
  ['of every source, where the stage takes none', [], ['1_users', '2_sample']],
])('migrations are those %s', async (_name, taken, migrations) => {
  const files: Record<string, string> = {
    App: 'prisma/migrations/1_users/migration.sql',
    Tool: 'examples/prisma/migrations/2_sample/migration.sql',
  };
  const source = (name: string) => ({
    stageName: 'Source',
    actionName: name,
    input: { actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' } },
    output: { outputArtifacts: [{ name }] },
  });
  const executed = {
    execution: { id: 'first', status: 'InProgress', type: 'STANDARD', trigger: { type: 'Webhook' }, revisions: [] },
    actions: new Map(Object.keys(files).map((name) => [`Source/${name}`, source(name) as ActionExecutionDetail])),
  };
  const migrate = { ...action('Migrate', 1), inputArtifacts: taken.map((name) => ({ name })) };
  const stages = [{ name: 'Prod', actions: [migrate] }];
  const difference = await describeDifference({ ...pipeline, stages }, 'Prod', undefined, executed, {
    home: { account: '111111111111', region: 'eu-west-1' },
    commits: async () => [],
    replacementOf: () => 'False',
    artifacts: { read: async ({ name }) => new Map([[files[name] ?? '', 'SELECT 1;']]) },
  });
  expect(difference.migrations.map((one) => one.name)).toEqual(migrations);
});
