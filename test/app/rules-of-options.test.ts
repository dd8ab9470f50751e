import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { configured, synthesizedWith } from './configured';
import { OPTIONS } from '../../scripts/every-option';
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
  expect(findings(OPTIONS)).toEqual([]);
});

test('nor has CloudFormation’s own validator, whose warnings the gate does not let pass either', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-validated-'));
  const app = makeApp(configured(OPTIONS), undefined, outdir);
  process.env.CDK_VALIDATION = 'true';
  try {
    app.synth();
    const report = JSON.parse(fs.readFileSync(path.join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.map(({ pluginName }: any) => pluginName)).toEqual(['CloudFormation Validate']);
    expect(report.pluginReports.flatMap(({ violations }: any) => violations)).toEqual([]);
  } finally {
    process.env.CDK_VALIDATION = 'false';
    fs.rmSync(outdir, { recursive: true });
  }
}, 180_000);

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
