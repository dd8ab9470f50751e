import type { Build, BuildPhase, Project, ProjectEnvironment, Report, TestCase } from '@aws-sdk/client-codebuild';
import type { ReportSummary } from '../../../model/events';
import type { BuildState, RunState } from '../../../model/run-state';
import type { ResourceOfStack } from '../../ports/ledger';
import type { KnownBuild } from './build-records';

interface ProjectProperties {
  readonly Description?: string;
  readonly ServiceRole?: string;
  readonly EncryptionKey?: string;
  readonly TimeoutInMinutes?: number | string;
  readonly QueuedTimeoutInMinutes?: number | string;
  readonly Source?: { readonly Type?: string; readonly BuildSpec?: string };
  readonly Artifacts?: { readonly Type?: string };
  readonly Cache?: { readonly Type?: string; readonly Location?: string; readonly Modes?: readonly string[] };
  readonly Environment?: {
    readonly Type?: string;
    readonly Image?: string;
    readonly ComputeType?: string;
    readonly PrivilegedMode?: boolean | string;
    readonly ImagePullCredentialsType?: string;
    readonly EnvironmentVariables?: readonly {
      readonly Name: string;
      readonly Value: unknown;
      readonly Type?: string;
    }[];
  };
  readonly LogsConfig?: {
    readonly CloudWatchLogs?: { readonly Status?: string; readonly GroupName?: string; readonly StreamName?: string };
  };
  readonly VpcConfig?: {
    readonly VpcId?: string;
    readonly Subnets?: readonly string[];
    readonly SecurityGroupIds?: readonly string[];
  };
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** API Reference, Project: what CloudFormation deployed. */
export function projectShape(resource: ResourceOfStack): Project {
  const properties = resource.properties as ProjectProperties;
  const { account, region } = resource.stack;
  const logs = properties.LogsConfig?.CloudWatchLogs;
  return {
    name: resource.physicalId,
    arn: `arn:aws:codebuild:${region}:${account}:project/${resource.physicalId}`,
    description: properties.Description,
    source: {
      type: (properties.Source?.Type ?? 'CODEPIPELINE') as 'CODEPIPELINE',
      buildspec: properties.Source?.BuildSpec,
    },
    artifacts: { type: (properties.Artifacts?.Type ?? 'CODEPIPELINE') as 'CODEPIPELINE' },
    cache: cacheShape(properties),
    environment: environmentShape(properties),
    serviceRole: properties.ServiceRole,
    timeoutInMinutes: Number(properties.TimeoutInMinutes ?? 60),
    queuedTimeoutInMinutes: Number(properties.QueuedTimeoutInMinutes ?? 480),
    encryptionKey: properties.EncryptionKey,
    tags: (properties.Tags ?? []).map((tag) => ({ key: tag.Key, value: tag.Value })),
    lastModified: new Date(resource.stack.updatedAt || 0),
    vpcConfig: properties.VpcConfig?.VpcId
      ? {
          vpcId: properties.VpcConfig.VpcId,
          subnets: [...(properties.VpcConfig.Subnets ?? [])],
          securityGroupIds: [...(properties.VpcConfig.SecurityGroupIds ?? [])],
        }
      : undefined,
    badge: { badgeEnabled: false },
    logsConfig: {
      cloudWatchLogs: {
        status: (logs?.Status ?? 'ENABLED') as 'ENABLED',
        groupName: logs?.GroupName,
        streamName: logs?.StreamName,
      },
    },
    projectVisibility: 'PRIVATE',
  };
}

function cacheShape(properties: ProjectProperties): Project['cache'] {
  const { Type, Location, Modes } = properties.Cache ?? {};
  return {
    type: (Type ?? 'NO_CACHE') as 'NO_CACHE',
    location: Location,
    modes: Modes as ['LOCAL_CUSTOM_CACHE'] | undefined,
  };
}

function environmentShape(properties: ProjectProperties): ProjectEnvironment {
  const environment = properties.Environment ?? {};
  return {
    type: (environment.Type ?? 'LINUX_CONTAINER') as 'LINUX_CONTAINER',
    image: environment.Image ?? '',
    computeType: (environment.ComputeType ?? 'BUILD_GENERAL1_SMALL') as 'BUILD_GENERAL1_SMALL',
    privilegedMode: String(environment.PrivilegedMode) === 'true',
    imagePullCredentialsType: environment.ImagePullCredentialsType as 'CODEBUILD' | undefined,
    // A parameter's or secret's name stands in its value, never what it holds: that is how the template has it.
    environmentVariables: (environment.EnvironmentVariables ?? []).map((one) => ({
      name: one.Name,
      value: String(one.Value ?? ''),
      type: (one.Type ?? 'PLAINTEXT') as 'PLAINTEXT',
    })),
  };
}

/** API Reference, Build. */
export function buildShape(
  known: KnownBuild,
  run: RunState,
  build: BuildState,
  project: ResourceOfStack | undefined,
  live: boolean,
): Build {
  const { account, region, uuid, logGroup, logStream } = known;
  const definition = project && projectShape(project);
  const execution = run.executions.find((one) => one.executionId === build.executionId);
  const action = execution?.actionExecutions.find((one) => one.actionExecutionId === build.actionExecutionId);
  // A build whose engine is gone will not end by itself: it was stopped.
  const status = build.status === 'IN_PROGRESS' && !live ? 'STOPPED' : build.status;
  const complete = status !== 'IN_PROGRESS';
  const commit = execution?.revisions[0]?.commitId;
  return {
    id: build.buildId,
    arn: buildArn(known),
    buildNumber: build.buildNumber,
    startTime: new Date(build.startedAt),
    endTime: build.endedAt ? new Date(build.endedAt) : undefined,
    currentPhase: complete ? 'COMPLETED' : (build.phases.at(-1)?.phase ?? 'SUBMITTED'),
    buildStatus: status as Build['buildStatus'],
    sourceVersion: commit,
    resolvedSourceVersion: commit,
    projectName: build.project,
    phases: phases(build, status),
    source: { type: 'CODEPIPELINE', buildspec: definition?.source?.buildspec ?? build.buildspec },
    artifacts: {
      location: action?.outputArtifacts?.map((one) => one.path).join(',') ?? '',
    },
    cache: definition?.cache ?? { type: 'NO_CACHE' },
    environment: definition?.environment,
    serviceRole: definition?.serviceRole,
    logs: {
      groupName: logGroup,
      streamName: logStream,
      deepLink: `https://console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encodeURIComponent(encodeURIComponent(logGroup)).replaceAll('%', '$')}/log-events/${encodeURIComponent(logStream)}`,
      cloudWatchLogsArn: `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:${logStream}`,
      cloudWatchLogs: { status: 'ENABLED', ...(logGroup.startsWith('/aws/codebuild/') ? {} : { groupName: logGroup }) },
      s3Logs: { status: 'DISABLED' },
    },
    timeoutInMinutes: build.timeoutMinutes,
    queuedTimeoutInMinutes: definition?.queuedTimeoutInMinutes ?? 480,
    buildComplete: complete,
    initiator: `codepipeline/${run.definition?.name ?? run.pipeline}`,
    encryptionKey: definition?.encryptionKey,
    vpcConfig: definition?.vpcConfig,
    exportedEnvironmentVariables: Object.entries(build.exportedVariables ?? {}).map(([name, value]) => ({
      name,
      value,
    })),
    reportArns: build.reports.map((report) => reportArn(known, report, uuid)),
  };
}

/** API Reference, BuildPhase. Whole seconds, as CodeBuild has them; COMPLETED closes every build. */
function phases(build: BuildState, status: string): BuildPhase[] {
  const list = build.phases.map((one): BuildPhase => ({
    phaseType: one.phase,
    phaseStatus: (one.status === 'IN_PROGRESS' && status !== 'IN_PROGRESS' ? status : one.status) as 'SUCCEEDED',
    startTime: new Date(one.startedAt),
    endTime: one.seconds === undefined ? undefined : new Date(Date.parse(one.startedAt) + one.seconds * 1000),
    durationInSeconds: one.seconds === undefined ? undefined : Math.round(one.seconds),
    contexts: one.context ? [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: one.context }] : [],
  }));
  if (build.endedAt && list.at(-1)?.phaseType !== 'COMPLETED')
    list.push({ phaseType: 'COMPLETED', startTime: new Date(build.endedAt) });
  return list;
}

/** `arn:aws:codebuild:REGION:ACCOUNT:build/PROJECT:UUID`. */
export function buildArn({ account, region, buildId }: KnownBuild): string {
  return `arn:aws:codebuild:${region}:${account}:build/${buildId}`;
}

/** A report's ARN: its group's name, and the uuid of the build that made it. */
export function reportArn(known: KnownBuild, report: ReportSummary, uuid: string): string {
  return `arn:aws:codebuild:${known.region}:${known.account}:report/${groupName(report.group)}:${uuid}`;
}

/** A group is named, or given by its ARN (CodeBuild User Guide, "Create a report group"). */
export function groupName(group: string): string {
  return group.startsWith('arn:') ? (group.split(':report-group/')[1] ?? group) : group;
}

/** A report group's ARN. */
export function reportGroupArn({ account, region }: KnownBuild, group: string): string {
  return `arn:aws:codebuild:${region}:${account}:report-group/${groupName(group)}`;
}

/** API Reference, Report. */
export function reportShape(known: KnownBuild, build: BuildState, report: ReportSummary): Report {
  const coverage = report.lineCoverage !== undefined;
  return {
    arn: reportArn(known, report, known.uuid),
    type: coverage ? 'CODE_COVERAGE' : 'TEST',
    name: groupName(report.group),
    reportGroupArn: reportGroupArn(known, report.group),
    executionId: buildArn(known),
    status: report.failed + report.error > 0 ? 'FAILED' : 'SUCCEEDED',
    created: new Date(build.endedAt ?? build.startedAt),
    exportConfig: { exportConfigType: 'NO_EXPORT' },
    truncated: false,
    ...(coverage
      ? {
          codeCoverageSummary: {
            lineCoveragePercentage: report.lineCoverage,
            branchCoveragePercentage: report.branchCoverage,
          },
        }
      : {
          testSummary: {
            total: report.total,
            statusCounts: {
              SUCCEEDED: report.passed,
              FAILED: report.failed,
              ERROR: report.error,
              SKIPPED: report.skipped,
              UNKNOWN: 0,
            },
            durationInNanoSeconds: nanoseconds(report.durationSeconds),
          },
        }),
  };
}

/** A test case as the run's report file has it. */
export interface StoredCase {
  readonly name: string;
  readonly suite?: string;
  readonly status: string;
  readonly seconds: number;
  readonly message?: string;
}

/** API Reference, TestCase. */
export function testCase(arn: string, report: ReportSummary, one: StoredCase): TestCase {
  return {
    reportArn: arn,
    testRawDataPath: report.file?.split('/').at(-1),
    prefix: one.suite ?? '',
    name: one.name,
    status: one.status,
    durationInNanoSeconds: nanoseconds(one.seconds),
    message: one.message ?? '',
    testSuiteName: one.suite,
  };
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * 1e9);
}
