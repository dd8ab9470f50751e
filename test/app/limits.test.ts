import { resources, synthesized, synthesizedApp } from './synthesized';

const templates = synthesized();
const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
const all = (type: string): any[] => Object.values(templates).flatMap((template) => resources(template, type));

test('every stage has at most 50 actions, and no configuration value more than 1,000 characters (CodePipeline User Guide, "Quotas")', () => {
  for (const stage of pipeline.Properties.Stages) {
    expect(stage.Actions.length).toBeLessThanOrEqual(50);
    for (const action of stage.Actions)
      for (const value of Object.values(action.Configuration))
        expect(JSON.stringify(value).length).toBeLessThanOrEqual(1000);
  }
});

test('every template is far below a megabyte (CloudFormation User Guide, "Quotas")', () => {
  for (const template of Object.values(templates)) expect(JSON.stringify(template).length).toBeLessThan(500_000);
});

test('every inline build specification has at most 25,600 characters (aws/aws-cdk#14974)', () => {
  const specifications = all('AWS::CodeBuild::Project').map((project) =>
    JSON.stringify(project.Properties.Source.BuildSpec),
  );
  expect(specifications.length).toBeGreaterThan(20);
  for (const text of specifications) expect(text.length).toBeLessThanOrEqual(25_600);
});

test('the inline policies of a role have at most 10,240 characters together (IAM User Guide, "IAM and AWS STS quotas")', () => {
  const sizes = new Map<string, number>();
  for (const [stack, template] of Object.entries(templates)) {
    for (const policy of resources(template, 'AWS::IAM::Policy')) {
      const size = JSON.stringify(policy.Properties.PolicyDocument).replace(/\s/g, '').length;
      for (const role of policy.Properties.Roles) {
        const key = `${stack} ${JSON.stringify(role)}`;
        sizes.set(key, (sizes.get(key) ?? 0) + size);
      }
    }
  }
  expect(sizes.size).toBeGreaterThan(20);
  // The template's intrinsics are longer than what they stand in for, so this is on the safe side.
  expect([...sizes].filter(([, size]) => size > 10_240)).toEqual([]);
});

test('synth looks nothing up: it needs no account, and no context that somebody else has', () => {
  expect(synthesizedApp().missing).toEqual([]);
});

test('no secret stands in a build’s variables, an action’s configuration or a template', () => {
  const secret = /(SECRET|PASSWORD|TOKEN|PRIVATE_KEY|API_KEY|ETHERSCAN_KEY)$/;
  for (const project of all('AWS::CodeBuild::Project'))
    for (const variable of project.Properties.Environment.EnvironmentVariables ?? [])
      if (secret.test(variable.Name)) expect(variable.Type).toMatch(/^(SECRETS_MANAGER|PARAMETER_STORE)$/);
  for (const stage of pipeline.Properties.Stages)
    for (const action of stage.Actions)
      expect(JSON.stringify(action.Configuration)).not.toMatch(/SECRET_|PASSWORD|PRIVATE_KEY/);
});

test('a run has one source of change before the mutation: what changes with the code alone changes no pipeline', () => {
  // The images' tags are in the environments' templates and in images.json, which no project's definition holds.
  const text = JSON.stringify(templates['saiondo-pipeline']);
  for (const task of all('AWS::ECS::TaskDefinition')) {
    const image = JSON.stringify(task.Properties.ContainerDefinitions[0].Image);
    const tag = /:([0-9a-f]{32})/.exec(image)?.[1];
    expect(tag).toBeDefined();
    expect(text).not.toContain(tag);
  }
});
