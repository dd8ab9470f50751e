import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ActionContext, ActionResult } from '../../../engine/ports/action';
import type { ProvisionRequest, Provisioners } from '../../../engine/ports/provisioner';
import type { ActionServices } from '../../../engine/codepipeline/actions/action-provider';
import { ecs } from '../../../engine/codepipeline/providers/deploy/ecs';
import type { DeployedStack, ResourceOfStack } from '../../../engine/ports/ledger';

const artifact = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-ecs-'));
afterAll(() => fs.rmSync(artifact, { recursive: true }));

const stack = { stackName: 'Services', account: '111111111111', region: 'eu-west-1' } as DeployedStack;
const definition = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/api:3';
const resource = (type: string, physicalId: string, properties: Record<string, unknown>): ResourceOfStack => ({
  logicalId: type.split('::')[2] ?? '',
  type,
  physicalId,
  properties,
  attributes: {},
  standing: 'real',
  stack,
});
const resources = [
  resource('AWS::ECS::Service', 'arn:aws:ecs:eu-west-1:111111111111:service/main/api', {
    ServiceName: 'api',
    Cluster: 'main',
    TaskDefinition: definition,
    DesiredCount: 2,
  }),
  resource('AWS::ECS::TaskDefinition', definition, {
    Family: 'api',
    ContainerDefinitions: [
      { Name: 'api', Image: 'api:1' },
      { Name: 'proxy', Image: 'proxy:1' },
    ],
  }),
];

/** The action on an image definitions file; what stands in for ECS only notes what it is asked for. */
async function deploy(
  text: string | undefined,
  configuration: Record<string, string> = {},
  containers = true,
): Promise<{ result: ActionResult; asked: ProvisionRequest[] }> {
  const file = path.join(artifact, 'imagedefinitions.json');
  fs.rmSync(file, { force: true });
  if (text !== undefined) fs.writeFileSync(file, text);
  const asked: ProvisionRequest[] = [];
  const note = {
    ensure: async (request: ProvisionRequest) => {
      asked.push(request);
      return { standing: 'real' as const, detail: '127.0.0.1:1' };
    },
  };
  const provisioners: Provisioners = new Map(resources.map(({ type }) => [type, note]));
  const context = {
    action: { configuration: { ClusterName: 'main', ServiceName: 'api', ...configuration }, region: 'eu-west-1' },
    pipeline: { account: '111111111111' },
    inputs: [{ name: 'Images', path: artifact }],
    ledger: { resources: (type: string) => resources.filter((one) => one.type === type) },
    local: { containers },
    signal: new AbortController().signal,
  } as unknown as ActionContext;
  const result = await ecs.run?.(context, { provisioners } as ActionServices);
  if (!result) throw new Error('ECS has no run');
  return { result, asked };
}

test('a new revision of the service’s task definition with the new image, then the service with it', async () => {
  const { result, asked } = await deploy('[{"name":"api","imageUri":"api:2"}]');
  expect(result).toMatchObject({ status: 'Succeeded', summary: 'api:2 at 127.0.0.1:1' });
  const next = definition.replace(':3', ':4');
  expect(asked.map(({ type, physicalId, properties }) => ({ type, physicalId, properties }))).toEqual([
    {
      type: 'AWS::ECS::TaskDefinition',
      physicalId: next,
      properties: {
        Family: 'api',
        ContainerDefinitions: [
          { Name: 'api', Image: 'api:2' },
          { Name: 'proxy', Image: 'proxy:1' },
        ],
      },
    },
    {
      type: 'AWS::ECS::Service',
      physicalId: resources[0]?.physicalId,
      properties: { ServiceName: 'api', Cluster: 'main', TaskDefinition: next, DesiredCount: 2 },
    },
  ]);
});

test.each<[string, string | undefined, Record<string, string>, string]>([
  ['no file', undefined, {}, 'the input artifact has no file imagedefinitions.json'],
  ['no JSON', '{', {}, 'imagedefinitions.json is not JSON'],
  ['no list', '{"name":"api"}', {}, 'imagedefinitions.json is not a list of containers with their images'],
  ['too large', ' '.repeat(102_401), {}, 'imagedefinitions.json has more than 102400 bytes'],
  ['an unknown container', '[{"name":"web","imageUri":"x"}]', {}, 'the task definition has no container web'],
  [
    'an unknown service',
    '[{"name":"api","imageUri":"x"}]',
    { ServiceName: 'web' },
    'account 111111111111 has no service web in a cluster main',
  ],
  [
    'a file outside',
    '[]',
    { FileName: '../../../../etc/hostname' },
    'the input artifact has no file ../../../../etc/hostname',
  ],
])('%s fails, and nothing is rolled out', async (_what, text, configuration, message) => {
  const { result, asked } = await deploy(text, configuration);
  expect(result).toMatchObject({ status: 'Failed', failure: { message: expect.stringContaining(message) } });
  expect(asked).toEqual([]);
});

test('without a container engine it is not rehearsed', async () => {
  expect((await deploy('[]', {}, false)).result).toMatchObject({ status: 'NotRehearsed', missing: ['docker'] });
});
