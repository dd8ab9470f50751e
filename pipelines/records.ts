import type { Project } from 'aws-cdk-lib/aws-codebuild';
import type { CfnPipeline, Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CodeBuildStep } from 'aws-cdk-lib/pipelines';
import type { Configuration } from '../config/load';
import { acknowledge, wildcard } from '../lib/acknowledge';
import { filledBuildspec, type BuildValues } from '../lib/buildspec-text';
import { artifactBucketName } from '../lib/delivery-project';
import { recipeOf } from '../lib/known-build';
import type { Artifacts } from './artifacts';
import { RECORDS_PREFIX } from './records-prefix';

/** What a verification is known by. */
export interface KnownBuild {
  /** The CodeBuild project's name: its records are below it. */
  readonly projectName: string;
  /** Its specification's name, and what fills it in; undefined where the build takes it from its checkout, which counts as a whole. */
  readonly buildspec?: string;
  readonly values?: BuildValues;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Image and compute of its project. */
  readonly machine: readonly string[];
  /** Folders and files that it gives, in its checkout. */
  readonly outputs: readonly string[];
  /** Folders that do not count, and are not there. */
  readonly others: readonly string[];
  /** Whether what it gives also depends on the period of `pipeline.recordDays` that it runs in, as the images' tags do. */
  readonly ofPeriod?: boolean;
}

/** What a build that is known by its content is told: where its records are, and what of it synth knows (`buildspecs/scripts/passed.js`). */
export function recordVariables(configuration: Configuration, known: KnownBuild): Record<string, string> {
  const { projectName, buildspec, values, environment, secrets, machine, outputs, others, ofPeriod } = known;
  const specification = buildspec === undefined ? 'of the checkout' : filledBuildspec(buildspec, values);
  return {
    KNOWN_RECORDS: `s3://${artifactBucketName(configuration)}/${RECORDS_PREFIX}/${projectName}`,
    KNOWN_DAYS: String(configuration.pipeline.recordDays),
    KNOWN_RECIPE: recipeOf([specification, environment, secrets, machine, outputs, others]),
    KNOWN_OUTPUTS: outputs.join(' '),
    KNOWN_VARIABLES: [
      ...new Set([...Object.keys(environment), ...Object.keys(secrets), ...namedByCommands(values)]),
    ].join(' '),
    OTHERS: others.join(' '),
    ...(ofPeriod ? { KNOWN_PERIOD: 'yes' } : {}),
    KNOWN_RUN: '#{codepipeline.PipelineExecutionId}',
    KNOWN_FRESH: '#{variables.fresh}',
  };
}

/** What CodeBuild says of one build alone, where the component's commands name it: another build gives another result. */
function namedByCommands({ commands = {} }: BuildValues = {}): string[] {
  return JSON.stringify(commands).match(/\bCODEBUILD_(?:(?:RESOLVED_)?SOURCE_VERSION|BUILD_\w+|START_TIME)\b/g) ?? [];
}

/** What the role of a build without an output artifact needs to write its own records. Reading them is reading its input artifacts' bucket, which it may. */
export function recordPolicy(artifacts: Artifacts, projectName: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['s3:PutObject'],
      resources: [artifacts.bucket.arnForObjects(`${RECORDS_PREFIX}/${projectName}/*`)],
    }),
    new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [artifacts.key.keyArn] }),
  ];
}

/**
 * Lets nobody but a project's own role change its records: every build of the pipeline may write artifacts of any name into the bucket, and a record that
 * another build could write would say that something passed which never ran. Once the pipeline is built: before, there are no roles.
 */
export function guardRecords(artifacts: Artifacts, steps: Readonly<Record<string, CodeBuildStep>>): void {
  const records = (name: string): string => artifacts.bucket.arnForObjects(`${RECORDS_PREFIX}/${name}`);
  const actions = ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'];
  for (const [projectName, step] of Object.entries(steps)) {
    const project: Project = step.project as Project;
    if (!step.primaryOutput)
      acknowledge(project, {
        [wildcard(project, records(`${projectName}/*`))]:
          'its own records: each is called by the fingerprint of its content',
      });
    artifacts.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions,
        resources: [records(`${projectName}/*`)],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': project.role?.roleArn } },
      }),
    );
  }
}

/**
 * Gives each build of a stage a namespace, where CodePipeline shows its exported variables, as `UNCHANGED`. CDK Pipelines gives one only to a step whose
 * variable another step takes: this is the same name. Once the pipeline is built: before, it has no actions.
 */
export function showUnchanged(pipeline: Pipeline, stageName: string): void {
  const at = pipeline.stages.findIndex((one) => one.stageName === stageName);
  const definition = pipeline.node.defaultChild as CfnPipeline;
  for (const [index, { actionProperties }] of (pipeline.stages[at]?.actions ?? []).entries())
    definition.addPropertyOverride(
      `Stages.${at}.Actions.${index}.Namespace`,
      namespaceOf(stageName, actionProperties.actionName),
    );
}

/** The namespace of an action's output variables, as CDK Pipelines calls it: `Verify@ApiTest`. Unique, for an action's name is unique in its stage. */
export function namespaceOf(stageName: string, actionName: string): string {
  return `${stageName}/${actionName}`.replaceAll(/[^a-zA-Z0-9@_-]/g, '@');
}
