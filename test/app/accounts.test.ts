import { parseConfiguration } from '../../config/load';
import { CONFIGURATION, actions, resources, synthesized } from './synthesized';

const [PIPELINE, DEV, PROD] = ['111111111111', '222222222222', '333333333333'] as const;

/** The shipped configuration with its three accounts put into others. */
function inAccounts(pipeline: string, dev: string, prod: string): string {
  const swap: Record<string, string> = { [PIPELINE]: pipeline, [DEV]: dev, [PROD]: prod };
  return CONFIGURATION.replace(/account: '(\d{12})'/g, (_, account: string) => `account: '${swap[account]}'`);
}

describe.each([
  ['one account', PIPELINE, PIPELINE, PIPELINE],
  ['prod apart', PIPELINE, PIPELINE, PROD],
  ['the pipeline apart', PIPELINE, DEV, DEV],
  ['dev apart', PIPELINE, DEV, PIPELINE],
  ['three accounts', PIPELINE, DEV, PROD],
])('%s', (_, pipeline, dev, prod) => {
  const templates = synthesized(inAccounts(pipeline, dev, prod));
  const accountOf = (stack: string): string =>
    stack.startsWith('Dev/') ? dev : stack.startsWith('Prod/') ? prod : pipeline;
  const inPipeline = (type: string): any[] => resources(templates['saiondo-pipeline'], type);

  test('no two resources of an account have one name', () => {
    const names = Object.entries(templates).flatMap(([stack, template]) =>
      Object.values(template.Resources).flatMap((resource) =>
        ownNames(resource).map((name) => `${accountOf(stack)} ${resource.Type} ${name}`),
      ),
    );
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(new Set(Object.keys(templates)).size).toBe(Object.keys(templates).length);
  });

  test('each environment’s account may pull the images', () => {
    for (const repository of inPipeline('AWS::ECR::Repository')) {
      const allowed = JSON.stringify(repository.Properties.RepositoryPolicyText);
      for (const account of [dev, prod]) expect(allowed).toContain(`:iam::${account}:root`);
    }
  });

  test('the artifacts are granted to the accounts, under a condition on roles that need not exist yet', () => {
    const [key] = inPipeline('AWS::KMS::Key').filter((one) => /artifacts/.test(one.Properties.Description));
    const [policy] = inPipeline('AWS::S3::BucketPolicy');
    for (const [name, account] of [
      ['dev', dev],
      ['prod', prod],
    ]) {
      const condition = { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/saiondo-${name}-*-build` } };
      for (const statements of [key.Properties.KeyPolicy.Statement, policy.Properties.PolicyDocument.Statement]) {
        const [grant] = statements.filter((one: any) => JSON.stringify(one.Condition) === JSON.stringify(condition));
        expect(grant.Effect).toBe('Allow');
        expect(JSON.stringify(grant.Principal)).toContain(`:iam::${account}:root`);
      }
    }
    // A policy that names a role which is not there is refused: whatever another account deploys later stands in no principal.
    const principals = JSON.stringify(
      [...key.Properties.KeyPolicy.Statement, ...policy.Properties.PolicyDocument.Statement].map(
        (one: any) => one.Principal,
      ),
    );
    expect(principals).not.toMatch(/role\/saiondo-(dev|prod)/);
  });

  test('the pipeline may assume the roles that start the environments’ builds, and they trust it alone', () => {
    const starts = actions(templates).filter((action) => /Migrate|DeployContracts|DeployWeb/.test(action.name));
    expect(starts).toHaveLength(6);
    const assumed = JSON.stringify(
      inPipeline('AWS::IAM::Policy')
        .filter((one) => JSON.stringify(one.Properties.Roles).includes('Role1ABCC5F0'))
        .flatMap((one) => one.Properties.PolicyDocument.Statement)
        .filter((one: any) => one.Action === 'sts:AssumeRole'),
    );
    for (const { stage, json } of starts) {
      const account = stage === 'Dev' ? dev : prod;
      expect(json.RoleArn).toBe(`arn:aws:iam::${account}:role/${json.Configuration.ProjectName}-start`);
      expect(assumed).toContain(json.RoleArn);
    }
    for (const stack of ['Dev/Data', 'Prod/Data']) {
      const [role] = resources(templates[stack], 'AWS::IAM::Role').filter((one) =>
        /-start$/.test(one.Properties.RoleName ?? ''),
      );
      expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${pipeline}:role/saiondo-pipeline` } },
        }),
      ]);
    }
  });
});

/** The literal names that a resource gives itself: `Name`, or its kind's (`RoleName` of a role). A policy's name counts inside its role alone. */
function ownNames({ Type, Properties }: { Type: string; Properties: Record<string, any> }): string[] {
  const kind = Type.split('::').at(-1) ?? '';
  if (Type === 'AWS::IAM::Policy') return [];
  return ['Name', `${kind}Name`, `${kind}Identifier`]
    .map((property) => Properties?.[property])
    .filter((name): name is string => typeof name === 'string');
}

test('an environment in another region is refused with its line: the artifacts are in the pipeline’s', () => {
  const yaml = CONFIGURATION.replace(
    "account: '333333333333'\n    region: ap-northeast-2",
    "account: '333333333333'\n    region: us-east-1",
  );
  expect(() => parseConfiguration(yaml, 'saiondo.yaml')).toThrow(
    /saiondo\.yaml:\d+:\d+ \(environments\.prod\.region\).*ap-northeast-2/,
  );
});
