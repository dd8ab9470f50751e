import { AwsSolutionsChecks } from 'cdk-nag';
import { configured, synthesizedWith } from './configured';
import { makeApp } from './synthesized';
import { allowed, tooWide } from './wide-statements';

/** What AwsSolutions finds, and nobody acknowledged, and what a role may do too widely, with values in the configuration. */
function findings(values: Readonly<Record<string, unknown>>): string[] {
  const wide = tooWide(allowed(synthesizedWith(values))).map((action) => `too wide: ${action}`);
  const app = makeApp(configured(values));
  app.synth();
  const found = new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((resource) => `${resource.constructPath}: ${ruleName}`),
    );
  return [...wide, ...found];
}

test('AwsSolutions has nothing to say about what is off by default either', () => {
  expect(
    findings({
      'environments.dev.network.egress': 'instance',
      'environments.dev.bastion': true,
      'environments.dev.waf': true,
      'environments.dev.web': { hosting: 'firebase', firebase: { project: 'saiondo-dev' } },
      'environments.dev.migrations': { snapshot: true },
      'environments.dev.database.insights': 'standard',
      'environments.dev.services.containerInsights': 'enhanced',
      'environments.prod.https': {
        domain: 'saiondo.example',
        zone: { id: 'Z0123456789ABC', name: 'saiondo.example' },
        siteCertificate: 'arn:aws:acm:us-east-1:333333333333:certificate/00000000-0000-0000-0000-000000000000',
      },
      'environments.prod.services.deployment.strategy': 'blue-green',
      'environments.prod.services.llm.secrets': { OPENAI_API_KEY: 'saiondo/prod/openai' },
      'environments.prod.bastion': true,
      'environments.prod.backups.vaultLock': { minimumDays: 7, maximumDays: 400 },
      'environments.prod.contracts.explorer': true,
    }),
  ).toEqual([]);
});

test('nor about what is there already', () => {
  const subnets = (from: number): string[] => [`subnet-0000000${from}`, `subnet-0000000${from + 1}`];
  expect(
    findings({
      'environments.dev.network': {
        existing: {
          vpcId: 'vpc-0123456789abcdef0',
          zones: ['a', 'c'],
          publicSubnets: subnets(1),
          privateSubnets: subnets(3),
          isolatedSubnets: subnets(5),
        },
      },
      'environments.dev.database': {
        existing: {
          host: 'old.example.rds.amazonaws.com',
          name: 'app',
          secret: 'arn:aws:secretsmanager:ap-northeast-2:222222222222:secret:old-db-AbCdEf',
          secretKey: 'arn:aws:kms:ap-northeast-2:222222222222:key/00000000-0000-0000-0000-000000000000',
          securityGroup: 'sg-0123456789abcdef0',
        },
      },
    }),
  ).toEqual([]);
});
