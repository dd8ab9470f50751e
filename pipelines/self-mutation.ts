import type { CfnProject, Project } from 'aws-cdk-lib/aws-codebuild';
import type { CodePipeline } from 'aws-cdk-lib/pipelines';

/** The CDK command line in the assembly: `buildspecs/synth.yml` puts the one of this commit's lock file there. */
export const CDK_CLI = 'cdk-cli/bin/cdk';

/** The CDK command line that deploys an assembly of this aws-cdk-lib: the `latest` one refuses it. The same as in package.json. */
export const CDK_CLI_VERSION = '2.1148.1';

/** The build specification of self-mutation, inside the assembly that it deploys. */
export const SELF_MUTATION_BUILDSPEC = 'self-mutate.buildspec.yml';

/** The build specification of the synthesis, inside the pipeline's repository. */
export const SYNTH_BUILDSPEC = 'buildspecs/synth.yml';

/**
 * Lets the two builds that run *before* the pipeline has changed itself take their specification from what they work on: synthesis from
 * the commit, self-mutation from the assembly. With the specification in the project, as CDK Pipelines has it, a commit that needs another
 * Node or another CDK command line would be built by the old one, fail, and never get to change it (aws/aws-cdk#36120, #32627).
 * @param projectName of self-mutation
 */
export function takeBuildspecsFromSource(pipeline: CodePipeline, synth: Project, projectName: string): void {
  const use = (project: Project, file: string): void =>
    (project.node.defaultChild as CfnProject).addPropertyOverride('Source.BuildSpec', file);
  use(synth, SYNTH_BUILDSPEC);
  const selfMutation = pipeline.selfMutationProject as Project;
  use(selfMutation, SELF_MUTATION_BUILDSPEC);
  // A pipeline of our own gives CDK Pipelines no name to derive this one from.
  (selfMutation.node.defaultChild as CfnProject).addPropertyOverride('Name', projectName);
}

/** The content of {@link SELF_MUTATION_BUILDSPEC}: deploys the pipeline's own stack with the command line that knows this assembly. */
export function selfMutationBuildspec(stackName: string): string {
  return `# Deploys the pipeline's own stack. Written by synth, so that it is always the one of this assembly.
version: 0.2
phases:
  install:
    runtime-versions:
      nodejs: 22
  build:
    commands:
      - node ${CDK_CLI} --app . deploy ${stackName} --require-approval never --no-notices --verbose
`;
}
