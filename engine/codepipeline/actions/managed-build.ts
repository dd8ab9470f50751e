import type { ActionContext, ActionResult } from '../../ports/action';
import { runCodeBuildAction } from '../../codebuild/start/codebuild-action';
import type { DeployedResource, DeployedStack, StackLedger } from '../../ports/ledger';
import { accountOf } from '../../../model/pipeline';

/** A build on CodePipeline's own CodeBuild compute: nobody defined a project for it. */
export interface ManagedBuild {
  /** The project's name in events: what the build is for. */
  readonly project: string;
  /** A buildspec as an object. */
  readonly buildspec: Readonly<Record<string, unknown>>;
  readonly variables?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
  readonly privileged?: boolean;
}

/** Minutes that a build on managed compute may take (CodePipeline User Guide, "Commands action reference"). */
const MOST_MINUTES = 55;
/** The image of managed compute (User Guide, "Commands" rule reference). */
const IMAGE = 'aws/codebuild/amazonlinux2-x86_64-standard:5.0';

/**
 * Runs a build as CodePipeline does on compute that it manages: the CodeBuild action itself, with a project that exists for this build only.
 * The first input artifact is the primary source.
 */
export function runManagedBuild(context: ActionContext, build: ManagedBuild): Promise<ActionResult> {
  const [primary] = context.action.inputArtifacts;
  return runCodeBuildAction({
    ...context,
    ledger: withProject(context, build),
    action: {
      ...context.action,
      configuration: { ProjectName: build.project, ...(primary ? { PrimarySource: primary } : {}) },
    },
  });
}

function withProject({ ledger, pipeline, action }: ActionContext, build: ManagedBuild): StackLedger {
  const account = accountOf(action, pipeline);
  const stack: DeployedStack = {
    stackName: pipeline.stackName,
    stackId: '',
    account,
    region: action.region,
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    resources: {},
    updatedAt: '',
  };
  const project: DeployedResource = {
    logicalId: build.project,
    type: 'AWS::CodeBuild::Project',
    physicalId: build.project,
    properties: {
      Name: build.project,
      Source: { Type: 'CODEPIPELINE', BuildSpec: JSON.stringify(build.buildspec) },
      Artifacts: { Type: 'CODEPIPELINE' },
      Environment: {
        Type: 'LINUX_CONTAINER',
        ComputeType: action.configuration.ComputeType ?? 'BUILD_GENERAL1_SMALL',
        Image: IMAGE,
        PrivilegedMode: build.privileged === true,
        EnvironmentVariables: (build.variables ?? []).map(({ name, value, type = 'PLAINTEXT' }) => ({
          Name: name,
          Value: value,
          Type: type,
        })),
      },
      TimeoutInMinutes: MOST_MINUTES,
    },
    attributes: {},
    standing: 'recorded',
  };
  return {
    get: (...at) => ledger.get(...at),
    list: () => ledger.list(),
    resources: (type, ...at) => [
      ...ledger.resources(type, ...at),
      ...(type === project.type ? [{ ...project, stack }] : []),
    ],
  };
}

/** What a Commands action or rule runs, as the buildspec that CodePipeline makes of it. */
export function commandsBuildspec(
  commands: readonly string[],
  options: { readonly exported?: readonly string[]; readonly files?: readonly string[] } = {},
): Record<string, unknown> {
  return {
    version: '0.2',
    ...(options.exported?.length ? { env: { 'exported-variables': options.exported } } : {}),
    phases: { build: { commands } },
    ...(options.files ? { artifacts: { files: options.files } } : {}),
  };
}
