import { monthlyCost, type PricedStack } from '../../operator/cost/month';
import prices from '../../operator/cost/prices.json';
import { runCost } from '../../operator/cost/run-cost';
import { CONFIGURATION, actions, synthesized } from '../app/synthesized';

const stack = (Resources: PricedStack['template']['Resources']): PricedStack => ({
  stackName: 'Dev-Services',
  template: { Resources },
});
const environment = (name: string, yaml = CONFIGURATION): PricedStack[] =>
  Object.entries(synthesized(yaml))
    .filter(([id]) => id.startsWith(`${name}/`))
    .map(([stackName, template]) => ({ stackName, template: template as PricedStack['template'] }));

describe('a run', () => {
  const build = { category: 'Build', provider: 'CodeBuild', stage: 'Verify' };

  test('CodeBuild counts each minute begun, with its provisioning; CodePipeline its action minutes', () => {
    const [cost] = runCost([
      {
        ...build,
        action: 'ApiImage',
        seconds: 100,
        machine: { type: 'LINUX_CONTAINER', computeType: 'BUILD_GENERAL1_MEDIUM' },
      },
    ]);
    // 100 s and 20 s of provisioning are two minutes.
    expect(cost).toMatchObject({ basis: 'measured', build: 2 * 0.01, pipeline: 2 * 0.002 });
  });

  test('Lambda compute counts seconds', () => {
    const [cost] = runCost([
      {
        ...build,
        action: 'SmokeTest',
        seconds: 12,
        machine: { type: 'ARM_LAMBDA_CONTAINER', computeType: 'BUILD_LAMBDA_1GB' },
      },
    ]);
    expect(cost?.build).toBeCloseTo(12 * 0.00001);
  });

  test('an approval is free, and what a rehearsal does in milliseconds counts as expected', () => {
    const costs = runCost([
      { category: 'Approval', provider: 'Manual', stage: 'Promote', action: 'Prod' },
      { category: 'Deploy', provider: 'CloudFormation', stage: 'Dev', action: 'Data.Deploy', seconds: 0.1 },
    ]);
    expect(costs).toEqual([
      { stage: 'Dev', action: 'Data.Deploy', minutes: 0.5, basis: 'expected', build: 0, pipeline: 0.002 },
    ]);
  });

  test('every build of the pipeline has an expected time of its own', () => {
    const builds = actions(synthesized()).filter((action) => action.json.ActionTypeId.Provider === 'CodeBuild');
    const expected = runCost(
      builds.map((action) => ({ stage: action.stage, action: action.name, category: 'Build', provider: 'unknown' })),
    );
    // One minute is what an action gets whose name and provider nobody knows.
    expect(expected.filter((one) => one.minutes === 1).map((one) => one.action)).toEqual([]);
  });
});

describe('a month at rest', () => {
  test('a service costs its tasks’ CPU and memory, on Spot a share of it', () => {
    const service = (provider: string): number =>
      monthlyCost([
        stack({
          Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '512', Memory: '1024' } },
          Api: {
            Type: 'AWS::ECS::Service',
            Properties: {
              TaskDefinition: { Ref: 'Task' },
              DesiredCount: 2,
              CapacityProviderStrategy: [{ CapacityProvider: provider }],
            },
          },
        }),
      ]).monthly;
    expect(service('FARGATE')).toBeCloseTo(2 * 730 * (0.5 * prices.fargateVcpuHour + prices.fargateGibHour));
    expect(service('FARGATE_SPOT')).toBeCloseTo(service('FARGATE') * prices.fargateSpotShare);
  });

  test('a service that scales costs as many tasks as it has at least', () => {
    const [service] = monthlyCost(environment('Prod')).items.filter((item) => item.type === 'AWS::ECS::Service');
    expect(service?.what).toBe('2 × 0.25 vCPU, 0.5 GiB');
    expect(service?.monthly).toBeCloseTo(2 * 730 * (0.25 * prices.fargateVcpuHour + 0.5 * prices.fargateGibHour));
  });

  test('what it does not know is named, not left out in silence', () => {
    const { monthly, notPriced } = monthlyCost([
      stack({
        New: { Type: 'AWS::Quantum::Computer' },
        Large: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: 'db.x2g.16xlarge' } },
      }),
    ]);
    expect(monthly).toBe(0);
    expect(notPriced).toEqual([
      'Dev-Services/New (AWS::Quantum::Computer)',
      'Dev-Services/Large (AWS::RDS::DBInstance)',
    ]);
  });

  test('every resource of both environments is priced or known to be free at rest, and dev is much cheaper than prod', () => {
    const dev = monthlyCost(environment('Dev'));
    const prod = monthlyCost(environment('Prod'));
    expect([...dev.notPriced, ...prod.notPriced]).toEqual([]);
    expect(dev.monthly).toBeGreaterThan(50);
    expect(prod.monthly).toBeGreaterThan(2 * dev.monthly);
  });

  test('working hours make dev’s services and database cheaper by the hours that they are stopped', () => {
    const yaml = CONFIGURATION.replace(
      /(\n {2}dev:\n)/,
      "$1    cost: { hours: { timeZone: Asia/Seoul, start: '08:00', stop: '20:00' } }\n",
    );
    const always = monthlyCost(environment('Dev'));
    const hours = monthlyCost(environment('Dev', yaml));
    expect(hours.running).toBeCloseTo((12 * 5) / (24 * 7));
    const service = (of: typeof always): number =>
      of.items.find((item) => item.type === 'AWS::ECS::Service')?.monthly ?? NaN;
    expect(service(hours)).toBeCloseTo(service(always) * hours.running);
  });
});

test('every price names AWS’s page, and when and where it was last looked for', () => {
  const numbers = Object.entries(prices).flatMap(([key, value]) =>
    typeof value === 'number' || (typeof value === 'object' && !Array.isArray(value)) ? [key] : [],
  );
  expect(prices.sources.flatMap((source) => source.prices).sort()).toEqual(numbers.sort());
  for (const { page, seen, date } of prices.sources) {
    expect(page).toMatch(/^https:\/\/aws\.amazon\.com\/[\w/-]+\/$/);
    expect(seen.length).toBeGreaterThan(5);
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});
