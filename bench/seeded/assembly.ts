import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { packageRoot } from '../../commands/input/package';
import type { SeededFailure } from './failure';

/** Synthesizes the app once, for the sample monorepo. The caller has built the package. */
export async function synthesizeSample(output: string): Promise<void> {
  await execa(
    process.execPath,
    [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--output', output],
    {
      cwd: packageRoot,
      env: {
        CDK_VALIDATION: 'false',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        SAIONDO_APPLICATION_DIR: path.join(packageRoot, 'examples', 'saiondo'),
      },
    },
  );
}

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}
interface Action {
  Name: string;
  RoleArn?: unknown;
  Configuration: Record<string, string>;
  InputArtifacts?: { Name: string }[];
  OutputArtifacts?: { Name: string }[];
}
type Template = { Resources: Record<string, Resource> };

/**
 * The pipeline cut down to what a failure needs: its sources, the action and those that it builds upon. Projects, buildspecs, templates and
 * their order stay as synthesized, but for what the failure itself changes. A kept deployment gets its assembly from a copy instead of a synth.
 */
export function cutAssembly(from: string, to: string, failure: SeededFailure, answers: string | undefined): void {
  fs.cpSync(from, to, { recursive: true });
  for (const { stack, type, set } of failure.resources) {
    editTemplate(templateOf(to, stack), (template) => {
      const resource = Object.values(template.Resources).find((one) => one.Type === type);
      if (!resource) throw new Error(`${failure.name}: ${stack} has no ${type}`);
      Object.assign(resource.Properties, set);
    });
  }
  const source = `${to}.source`;
  fs.cpSync(to, source, { recursive: true });
  editTemplate(path.join(to, 'saiondo-pipeline.template.json'), (template) => {
    const resources = Object.values(template.Resources);
    const pipeline = resources.find((one) => one.Type === 'AWS::CodePipeline::Pipeline');
    const stages = pipeline?.Properties.Stages as { Name: string; Actions: Action[] }[];
    const kept = new Set([failure.action, ...failure.keep]);
    withGivers(stages, kept);
    for (const stage of stages) {
      if (stage.Name !== 'Source') stage.Actions = stage.Actions.filter((one) => kept.has(`${stage.Name}/${one.Name}`));
      for (const action of stage.Actions)
        if (`${stage.Name}/${action.Name}` === failure.action && Object.keys(failure.environment).length > 0)
          template.Resources.SeededProject = ownProject(to, action, failure, answers);
    }
    Object.assign(pipeline?.Properties ?? {}, { Stages: stages.filter((stage) => stage.Actions.length > 0) });
    for (const project of Object.values(template.Resources).filter((one) => one.Type === 'AWS::CodeBuild::Project')) {
      const name = String(project.Properties.Name);
      const { Environment, ...more } = failure.projects[name] ?? {};
      Object.assign(project.Properties, more);
      // What is not named of an environment stays: its variables.
      Object.assign(project.Properties.Environment as object, Environment);
      if (name === 'saiondo-synth')
        (project.Properties.Source as { BuildSpec: string }).BuildSpec = JSON.stringify({
          version: '0.2',
          phases: { build: { commands: [`mkdir cdk.out && cp -R '${source}/.' cdk.out`] } },
          artifacts: { 'base-directory': 'cdk.out', files: '**/*' },
        });
    }
  });
}

/** Adds what gives a kept action its inputs, and what gives those theirs: the synthesis, or a test whose installed folder a later action takes over. */
function withGivers(stages: readonly { Name: string; Actions: readonly Action[] }[], kept: Set<string>): void {
  const all = stages.flatMap(({ Name, Actions }) =>
    Actions.map((action) => ({ id: `${Name}/${action.Name}`, action })),
  );
  // A set that grows while it is gone through is gone through to its new end.
  for (const id of kept) {
    const inputs = all.find((one) => one.id === id)?.action.InputArtifacts?.map((one) => one.Name) ?? [];
    for (const giver of all)
      if (giver.action.OutputArtifacts?.some((one) => inputs.includes(one.Name))) kept.add(giver.id);
  }
}

/**
 * An environment's project as one of the pipeline's own account, with its own buildspec and these variables: what its stack would be
 * deployed for is only where the project is, and the variables.
 */
function ownProject(assembly: string, action: Action, failure: SeededFailure, answers: string | undefined): Resource {
  const name = action.Configuration.ProjectName;
  const found = (fs.readdirSync(assembly, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) =>
      Object.values((JSON.parse(fs.readFileSync(path.join(assembly, file), 'utf8')) as Template).Resources),
    )
    .find((one) => one.Type === 'AWS::CodeBuild::Project' && one.Properties.Name === name);
  if (!found) throw new Error(`${failure.name}: the assembly has no project ${name}`);
  delete action.RoleArn;
  // What the action gives comes from actions that are not in this pipeline.
  delete action.Configuration.EnvironmentVariables;
  const { Name, Source, Artifacts, TimeoutInMinutes, Environment } = found.Properties;
  const variables = Object.entries(failure.environment).map(([variable, value]) => ({
    Name: variable,
    Type: 'PLAINTEXT',
    Value: value.replace('{answers}', answers ?? ''),
  }));
  return {
    Type: found.Type,
    Properties: {
      ...{ Name, Source, Artifacts, TimeoutInMinutes },
      ServiceRole: 'arn:aws:iam::111111111111:role/seeded',
      Environment: { ...(Environment as object), EnvironmentVariables: variables },
    },
  };
}

function editTemplate(file: string, edit: (template: Template) => void): void {
  const template = JSON.parse(fs.readFileSync(file, 'utf8')) as Template;
  edit(template);
  fs.writeFileSync(file, JSON.stringify(template));
}

function templateOf(assembly: string, stack: string): string {
  const [environment] = stack.split('-');
  const folder = path.join(assembly, `assembly-${environment}`);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { properties?: { stackName?: string; templateFile?: string } }>;
  };
  const found = Object.values(manifest.artifacts).find((one) => one.properties?.stackName === stack);
  if (!found?.properties?.templateFile) throw new Error(`the assembly has no stack ${stack}`);
  return path.join(folder, found.properties.templateFile);
}
