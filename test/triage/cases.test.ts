import * as fs from 'node:fs';
import * as path from 'node:path';
import { showTriage } from '../../commands/output/triage';
import { paintFor } from '../../commands/output/paint';
import { describeTriage } from '../../operator/triage/triage.describer';

/** A failure as AWS's services answer about it, from a public report, and what the first ten lines of a triage have to say. */
interface Case {
  readonly provider: 'CloudFormation' | 'CodeBuild';
  /** `STAGE/ACTION`. */
  readonly action: string;
  /** What CodePipeline says. */
  readonly message: string;
  readonly stack?: string;
  /** Of the stack, newest first, as DescribeStackEvents gives them. */
  readonly events?: readonly { id: string; type: string; status: string; reason?: string; phys?: string }[];
  readonly build: { status: string; phase: string; code: string; context: string; log: string };
  readonly services?: readonly string[];
  readonly tasks?: readonly object[];
  readonly expect: { readonly has: readonly string[]; readonly hasnot: readonly string[] };
}

const FOLDER = path.join(__dirname, 'cases');
const NAMES = fs.readdirSync(FOLDER).sort();
const EXECUTION = '11111111-1111-4111-8111-111111111111';
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 10, 0, second));

function answersOf(one: Case): Record<string, (request: { nextToken?: string }) => Promise<unknown>> {
  const { provider, stack, build } = one;
  const [stageName, actionName] = one.action.split('/');
  const cloudFormation = provider === 'CloudFormation';
  const configuration = cloudFormation ? { StackName: stack } : { ProjectName: 'project' };
  const action = {
    pipelineExecutionId: EXECUTION,
    actionExecutionId: 'a',
    stageName,
    actionName,
    status: 'Failed',
    startTime: at(1),
    lastUpdateTime: at(45),
    input: {
      actionTypeId: { category: cloudFormation ? 'Deploy' : 'Build', owner: 'AWS', provider, version: '1' },
      region: 'eu-west-1',
      configuration,
      resolvedConfiguration: cloudFormation ? configuration : {},
    },
    output: {
      executionResult: {
        ...(cloudFormation ? {} : { externalExecutionId: 'project:1' }),
        errorDetails: { code: 'JobFailed', message: one.message },
      },
    },
  };
  return {
    listPipelineExecutions: async () => ({
      pipelineExecutionSummaries: [
        { pipelineExecutionId: EXECUTION, status: 'Failed', startTime: at(0), lastUpdateTime: at(50) },
      ],
    }),
    listActionExecutions: async () => ({ actionExecutionDetails: [action] }),
    batchGetBuilds: async () => ({
      builds: [
        {
          id: 'project:1',
          projectName: 'project',
          buildStatus: build.status,
          timeoutInMinutes: 60,
          source: { type: 'CODEPIPELINE', buildspec: '' },
          logs: { groupName: 'g', streamName: 's' },
          phases: [
            { phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED' },
            {
              phaseType: build.phase,
              phaseStatus: 'FAILED',
              startTime: at(2),
              contexts: [{ statusCode: build.code, message: build.context }],
            },
            { phaseType: 'COMPLETED' },
          ],
        },
      ],
    }),
    batchGetReports: async () => ({ reports: [] }),
    describeTestCases: async () => ({ testCases: [] }),
    getLogEvents: async ({ nextToken }) =>
      nextToken
        ? { events: [], nextBackwardToken: nextToken }
        : { events: build.log.split('\n').map((line) => ({ message: `${line}\n` })), nextBackwardToken: 'b' },
    describeEvents: async () => ({ OperationEvents: [] }),
    describeStackEvents: async () => ({
      StackEvents: (one.events ?? []).map(({ id, type, status, reason, phys }, index) => ({
        EventId: String(index),
        StackName: stack,
        LogicalResourceId: id,
        ResourceType: type,
        ResourceStatus: status,
        PhysicalResourceId: phys,
        Timestamp: at(30 - index),
        ...(reason ? { ResourceStatusReason: reason } : {}),
      })),
    }),
    describeServices: async () => ({
      services: [{ events: (one.services ?? []).map((message) => ({ message, createdAt: at(20) })) }],
    }),
    listTasks: async () => ({ taskArns: (one.tasks ?? []).map((_, index) => `t${index}`) }),
    describeTasks: async () => ({
      tasks: (one.tasks ?? []).map((task, index) => ({ ...task, stoppedAt: at(10 + index) })),
    }),
  };
}

test.each(NAMES)('%s', async (name) => {
  const one = JSON.parse(fs.readFileSync(path.join(FOLDER, name), 'utf8')) as Case;
  const triage = await describeTriage((() => answersOf(one)) as never, {
    pipeline: 'pipeline',
    home: { region: 'eu-west-1', account: '111111111111' },
    commits: async () => undefined,
    reproduce: (action) => `saiondo rehearse --until ${action.split('/')[0] ?? ''}`,
  });
  const first = showTriage(triage, paintFor({ isTTY: false } as NodeJS.WriteStream))
    .split('\n')
    .slice(0, 10)
    .join('\n');
  for (const pattern of one.expect.has) expect(first).toMatch(new RegExp(pattern));
  for (const pattern of one.expect.hasnot) expect(first).not.toMatch(new RegExp(pattern));
});
