import type { Build } from '@aws-sdk/client-codebuild';
import type { Calls } from '../aws';
import { pages } from '../paging';
import { plain } from '../../model/plain-text';
import { readFailedCommand } from './build-log';
import { wholeCommand } from './whole-command';
import { withoutGuard } from '../../model/unchanged';
import type { Evidence } from './evidence/evidence';
import type { FailedTest } from './evidence/triage.shape';
import { reasonOf } from '../reason';

/** The calls of {@link describeFailedBuild}. */
export type BuildCalls = Pick<Calls, 'batchGetBuilds' | 'batchGetReports' | 'describeTestCases' | 'getLogEvents'>;

/** Failed test cases that are shown; the report has the others. */
const TESTS = 20;
const COMMAND = /Error while executing command: ([\s\S]+?)\. Reason: exit status (\d+)/;

/**
 * What a failed build tells: its phase, its command, what that printed, and the failed cases of its reports.
 * @returns undefined where CodeBuild does not know the build (it keeps builds for a year)
 */
export async function describeFailedBuild(
  aws: BuildCalls,
  id: string,
  unknown: string[],
): Promise<Pick<Evidence, 'build' | 'output' | 'tests' | 'message'> | undefined> {
  const { builds } = await aws.batchGetBuilds({ ids: [id] });
  const [build] = builds ?? [];
  if (!build) return undefined;
  const phase = failedPhase(build);
  const context = plain((phase?.contexts ?? []).map((one) => one.message ?? '').join('\n')).trim();
  const address = addressOf(build);
  const [log, tests] = await Promise.all([
    address
      ? readFailedCommand(aws, address, {
          ...(phase?.phaseType ? { type: phase.phaseType } : {}),
          ...(phase?.startTime ? { startedAt: phase.startTime.getTime() } : {}),
        }).catch((error: unknown) => {
          unknown.push(`the log cannot be read: ${reasonOf(error)}`);
          return undefined;
        })
      : undefined,
    failedTests(aws, build, unknown),
  ]);
  const [, said, status] = COMMAND.exec(context) ?? [];
  const named = log?.command ?? said;
  const command = named && (wholeCommand(build.source?.buildspec, named) ?? named);
  const exitCode = status === undefined ? log?.exitCode : Number(status);
  return {
    message: withoutGuard(context),
    output: withoutCommand(log?.output ?? [], command),
    tests,
    build: {
      id: build.id ?? id,
      project: build.projectName ?? '',
      status: build.buildStatus ?? 'FAILED',
      ...(phase?.phaseType ? { phase: phase.phaseType } : {}),
      ...(command ? { command: withoutGuard(plain(command).trim()) } : {}),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(address
        ? {
            log: {
              group: address.logGroupName,
              stream: address.logStreamName,
              ...(build.logs?.deepLink ? { url: build.logs.deepLink } : {}),
            },
          }
        : {}),
      ...(build.timeoutInMinutes === undefined ? {} : { timeoutMinutes: build.timeoutInMinutes }),
    },
  };
}

/** CodeBuild prints a block before it runs it: those lines are not output. */
function withoutCommand(output: readonly string[], command: string | undefined): readonly string[] {
  const [, ...rest] = command?.split('\n') ?? [];
  const printed = rest.length > 0 && rest.every((line, at) => line.trim() === '' || output[at]?.trim() === line.trim());
  return printed ? output.slice(rest.length) : output;
}

/** The address of a build's log in CloudWatch Logs, once it has one. */
export function addressOf(build: Build): { logGroupName: string; logStreamName: string } | undefined {
  const { groupName, streamName } = build.logs ?? {};
  return groupName && streamName ? { logGroupName: groupName, logStreamName: streamName } : undefined;
}

function failedPhase(build: Build) {
  const phases = build.phases ?? [];
  return phases.find((phase) => ['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'].includes(phase.phaseStatus ?? ''));
}

async function failedTests(aws: BuildCalls, build: Build, unknown: string[]): Promise<FailedTest[]> {
  const reportArns = build.reportArns ?? [];
  if (reportArns.length === 0) return [];
  try {
    const { reports } = await aws.batchGetReports({ reportArns });
    const found: FailedTest[] = [];
    for (const report of reports ?? []) {
      const statuses = report.testSummary?.statusCounts ?? {};
      if (!report.arn || !((statuses.FAILED ?? 0) + (statuses.ERROR ?? 0))) continue;
      for (const status of ['FAILED', 'ERROR'].filter((one) => (statuses[one] ?? 0) > 0)) {
        for await (const page of pages(aws.describeTestCases, { reportArn: report.arn, filter: { status } })) {
          found.push(
            ...(page.testCases ?? []).map((test) => ({
              name: plain(test.name ?? ''),
              ...(test.prefix ? { suite: plain(test.prefix) } : {}),
              ...(test.message ? { message: plain(test.message) } : {}),
            })),
          );
          if (found.length >= TESTS) return found.slice(0, TESTS);
        }
      }
    }
    return found;
  } catch (error) {
    unknown.push(`the test reports cannot be read: ${reasonOf(error)}`);
    return [];
  }
}
