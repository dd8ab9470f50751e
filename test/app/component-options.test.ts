import { synthesizedWith } from './configured';
import { resources } from './synthesized';

test('a further web app has a test of its own and a place below its path; a secret of a test is named, and no value of it stands in a template', () => {
  const templates = Object.values(
    synthesizedWith({
      'components.otherWeb': { admin: { directory: 'frontend/app' } },
      'components.api.buildSecrets': { STRIPE_KEY: 'saiondo/test/stripe' },
      'components.llm.buildEnvironment': { OPENAI_API_KEY: 'test' },
    }),
  );
  const projects = templates.flatMap((one) => resources(one, 'AWS::CodeBuild::Project'));
  const text = (project: unknown): string => JSON.stringify(project);
  expect(projects.filter((one) => /flutter test/.test(text(one))).length).toBeGreaterThanOrEqual(2);
  expect(projects.some((one) => text(one).includes('/admin'))).toBe(true);
  const pipelines = templates.flatMap((one) => resources(one, 'AWS::CodePipeline::Pipeline')).map(text);
  const said = [...projects.map(text), ...pipelines].join('\n');
  expect(said).toMatch(/STRIPE_KEY[^}]*SECRETS_MANAGER|SECRETS_MANAGER[^}]*STRIPE_KEY/);
  expect(said).toContain('saiondo/test/stripe');
  expect(said).toContain('OPENAI_API_KEY');
});
