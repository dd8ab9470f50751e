import { synthesizedWith } from './configured';
import { actions, resources, synthesized } from './synthesized';

// What is known by its content: who may read and write its records, and what each build is told.
const templates = synthesized();
const pipeline = templates['saiondo-pipeline'];
const TESTS = { ApiTest: 'api', LlmTest: 'llm', WebTest: 'web', ContractTest: 'contracts' };
const text = (value: unknown): string => JSON.stringify(value);

/** The statements of a project's role, by the project's name. */
function statementsOf(projectName: string): any[] {
  const [id] =
    Object.entries(pipeline?.Resources ?? {}).find(
      ([, one]) => one.Type === 'AWS::CodeBuild::Project' && one.Properties.Name === projectName,
    ) ?? [];
  const role = pipeline?.Resources[id ?? '']?.Properties.ServiceRole['Fn::GetAtt'][0];
  return resources(pipeline, 'AWS::IAM::Policy')
    .filter((one) => text(one.Properties.Roles).includes(`"${role}"`))
    .flatMap((one) => one.Properties.PolicyDocument.Statement);
}

test.each(Object.entries(TESTS))('%s reads and writes its own records, and those of nobody else', (_, component) => {
  const own = `saiondo-${component}-test`;
  const writes = statementsOf(own).filter((one) => /s3:PutObject/.test(text(one.Action)));
  expect(writes.length).toBeGreaterThan(0);
  const records = writes.filter((one) => text(one.Resource).includes('/passed/'));
  for (const one of records) {
    expect(text(one.Resource)).toContain(`/passed/${own}/*`);
    expect(one.Action).toBe('s3:PutObject');
  }
  // Without it S3 answers 403 where there is no record.
  expect(statementsOf(own).some((one) => one.Effect === 'Allow' && /s3:List(Bucket|\*)/.test(text(one.Action)))).toBe(
    true,
  );
});

test('a role that may write every artifact may write no record: the bucket refuses all but the project’s own', () => {
  const [policy] = resources(pipeline, 'AWS::S3::BucketPolicy').filter((one) => text(one).includes('/passed/'));
  const denied = policy.Properties.PolicyDocument.Statement.filter((one: any) =>
    text(one.Resource).includes('/passed/'),
  );
  expect(denied).toHaveLength(Object.keys(TESTS).length + 1);
  for (const one of denied) {
    const [, name = ''] = /\/passed\/([\w-]+)\/\*/.exec(text(one.Resource)) ?? [];
    const [id] =
      Object.entries(pipeline?.Resources ?? {}).find(
        ([, { Type, Properties }]) => Type === 'AWS::CodeBuild::Project' && Properties.Name === name,
      ) ?? [];
    expect(one).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: expect.arrayContaining(['s3:PutObject', 's3:DeleteObject']),
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': pipeline?.Resources[id ?? '']?.Properties.ServiceRole } },
    });
  }
});

test('a pull request’s build is told of no records, and its role may touch none', () => {
  const projects = resources(pipeline, 'AWS::CodeBuild::Project').filter((one) =>
    /pull-request$/.test(one.Properties.Name),
  );
  expect(projects.length).toBeGreaterThanOrEqual(Object.keys(TESTS).length);
  for (const { Properties } of projects) {
    expect(text(Properties.Environment.EnvironmentVariables)).not.toContain('KNOWN_');
    expect(text(statementsOf(Properties.Name))).not.toMatch(/passed|s3:/);
  }
});

test('records end with the days of the configuration, in the bucket and for who reads them', () => {
  const other = synthesizedWith({ 'pipeline.recordDays': 3 });
  for (const [given, days] of [
    [templates, 14],
    [other, 3],
  ] as const) {
    const [bucket] = resources(given['saiondo-pipeline'], 'AWS::S3::Bucket').filter((one) =>
      text(one).includes('"passed/"'),
    );
    expect(bucket.Properties.LifecycleConfiguration.Rules).toContainEqual(
      expect.objectContaining({ Prefix: 'passed/', ExpirationInDays: days + 1, Status: 'Enabled' }),
    );
    const told = actions(given).filter(({ name }) => name in TESTS);
    for (const { json } of told) expect(variable(given, json, 'KNOWN_DAYS')).toBe(String(days));
  }
});

test('a test is told what synth knows of it: another command, variable or secret gives another recipe', () => {
  const recipe = (given: typeof templates): string | undefined =>
    variable(given, actions(given).find(({ name }) => name === 'ApiTest')?.json, 'KNOWN_RECIPE');
  const recipes = [
    templates,
    ...[
      { 'components.api.test': ['npm test -- --ci'] },
      { 'components.api.buildEnvironment': { LEVEL: '1' } },
      { 'components.api.buildSecrets': { TOKEN: 'saiondo/token' } },
      { 'components.api.node': '22' },
    ].map((one) => synthesizedWith(one)),
  ].map(recipe);
  expect(new Set(recipes).size).toBe(recipes.length);
  expect(recipe(synthesizedWith({ 'pipeline.approvalHours': 5 }))).toBe(recipes[0]);
});

test('every verification has a namespace, where CodePipeline shows that it was unchanged; a variable asks for all anew', () => {
  for (const { name, json, stage } of actions(templates)) {
    if (stage !== 'Verify' && stage !== 'Build') continue;
    expect(json.Namespace).toBe(`${stage}@${name}`);
    expect(variable(templates, json, 'KNOWN_FRESH') ?? variable(templates, json, 'FRESH')).toBe('#{variables.fresh}');
  }
  const [{ Properties }] = resources(pipeline, 'AWS::CodePipeline::Pipeline');
  expect(Properties.Variables).toEqual([expect.objectContaining({ Name: 'fresh', DefaultValue: 'no' })]);
});

/** A variable of an action: as the action gives it, else as its project has it. */
function variable(given: typeof templates, json: any, name: string): string | undefined {
  const own = JSON.parse(json.Configuration.EnvironmentVariables ?? '[]') as { name: string; value: string }[];
  const { Ref: id } = json.Configuration.ProjectName;
  const project = given['saiondo-pipeline']?.Resources[id]?.Properties.Environment.EnvironmentVariables ?? [];
  return own.find((one) => one.name === name)?.value ?? project.find((one: any) => one.Name === name)?.Value;
}
