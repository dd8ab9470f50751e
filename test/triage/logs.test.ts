import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { showTriage } from '../../commands/output/triage';
import { paintFor } from '../../commands/output/paint';
import { describeTriage } from '../../operator/triage/triage.describer';

/** A log of a failed command, and what the first ten lines of a triage have to say of it. */
interface Log {
  readonly name: string;
  /** Where the log is published. */
  readonly url?: string;
  /** Undefined for what is no command of a build. */
  readonly command?: string;
  /** The action's provider; CodeBuild unless it is named. With another, the output is the message of the failed action. */
  readonly provider?: string;
  readonly exit?: number;
  readonly output: string;
  /** A regular expression: the cause that a person looks for. */
  readonly has: string;
  readonly known?: string;
}

const FOLDER = path.join(__dirname, 'logs');
const LOGS = fs
  .readdirSync(FOLDER)
  .sort()
  .flatMap((file) => parse(fs.readFileSync(path.join(FOLDER, file), 'utf8')) as Log[]);
const EXECUTION = '11111111-1111-4111-8111-111111111111';
const OWN = '[Container] 2026/01/01 10:00:00.000001';

/** AWS's answers about an execution whose one build failed with this log. */
function answersOf({ command = '', provider = 'CodeBuild', exit = 1, output }: Log): unknown {
  const message =
    provider === 'CodeBuild'
      ? `Error while executing command: ${command}. Reason: exit status ${exit}`
      : output.trimEnd();
  const lines = [
    `${OWN} Entering phase BUILD`,
    `${OWN} Running command ${command}`,
    ...output.trimEnd().split('\n'),
    `${OWN} Command did not exit successfully ${command} exit status ${exit}`,
    `${OWN} Phase complete: BUILD State: FAILED`,
  ];
  const action = {
    pipelineExecutionId: EXECUTION,
    actionExecutionId: 'a',
    stageName: 'Build',
    actionName: 'Compile',
    status: 'Failed',
    input: { actionTypeId: { provider }, region: 'eu-west-1' },
    output: { executionResult: { externalExecutionId: 'project:1', errorDetails: { code: 'JobFailed', message } } },
  };
  const phase = { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ message }] };
  const logs = { groupName: 'g', streamName: 's' };
  return {
    listPipelineExecutions: async () => ({
      pipelineExecutionSummaries: [{ pipelineExecutionId: EXECUTION, status: 'Failed' }],
    }),
    listActionExecutions: async () => ({ actionExecutionDetails: [action] }),
    batchGetBuilds: async () => ({
      builds: [{ id: 'project:1', projectName: 'project', buildStatus: 'FAILED', logs, phases: [phase] }],
    }),
    describeEvents: async () => ({ OperationEvents: [] }),
    describeStackEvents: async () => ({ StackEvents: [] }),
    getLogEvents: async ({ nextToken }: { nextToken?: string }) =>
      nextToken
        ? { events: [], nextBackwardToken: nextToken }
        : { events: lines.map((line) => ({ message: `${line}\n` })), nextBackwardToken: 'end' },
  };
}

test.each(LOGS.map((log) => [log.name, log] as const))('%s', async (_name, log) => {
  const triage = await describeTriage((() => answersOf(log)) as never, {
    pipeline: 'pipeline',
    home: { region: 'eu-west-1', account: '111111111111' },
    commits: async () => undefined,
    reproduce: () => 'saiondo rehearse',
  });
  const first = showTriage(triage, paintFor({ isTTY: false } as NodeJS.WriteStream))
    .split('\n')
    .slice(0, 10)
    .join('\n');
  expect(first).toMatch(new RegExp(log.has));
  if (log.known) expect(first).toContain(`#known-${log.known}`);
});

test('of several failed actions each is explained by its own cause', async () => {
  const named = (name: string): Log => {
    const log = LOGS.find((one) => one.name.startsWith(name));
    if (!log) throw new Error(`no log is called ${name}`);
    return log;
  };
  const [first, second] = [named('attempt: the api has no jest-junit'), named('attempt: a log file on a read-only')];
  const answers = answersOf(first) as Record<string, (request: unknown) => Promise<Record<string, never[]>>>;
  const of = async (log: Log): Promise<object> =>
    (await (answersOf(log) as typeof answers).listActionExecutions?.({}))?.actionExecutionDetails?.[0] ?? {};
  const details = [
    { ...(await of(first)), lastUpdateTime: new Date(1) },
    { ...(await of(second)), actionName: 'Deploy', actionExecutionId: 'b', lastUpdateTime: new Date(2) },
  ];
  const aws = { ...answers, listActionExecutions: async () => ({ actionExecutionDetails: details }) };
  const triage = await describeTriage((() => aws) as never, {
    pipeline: 'pipeline',
    home: { region: 'eu-west-1', account: '111111111111' },
    commits: async () => undefined,
    reproduce: () => 'saiondo rehearse',
  });
  const shown = showTriage(triage, paintFor({ isTTY: false } as NodeJS.WriteStream));
  expect(shown).toMatch(/^cause +.*reporter jest-junit is not installed/m);
  expect(shown).toMatch(/^also +Build\/Deploy: .*writes to logs, .*read-only \(EROFS\)/m);
});

test('a long block stands below the cause, its programs ahead of it', () => {
  const command = [
    'if [ -n "$UNCHANGED" ]; then',
    '  echo "it is there already"',
    'elif [ "$IMAGE_PRESENT" = yes ]; then',
    '  docker build --file "$DOCKERFILE" .',
    'else',
    '  docker build --tag "$TAG" . && docker push "$TAG"',
    'fi',
  ].join('\n');
  const lines = showTriage(
    {
      pipeline: 'pipeline',
      execution: { id: EXECUTION, status: 'Failed', revisions: [] },
      failure: {
        action: 'Verify/Image',
        provider: 'CodeBuild',
        message: '',
        build: { id: 'project:1', project: 'project', status: 'FAILED', command, exitCode: 1 },
        cause: { summary: 'the cause', recognizer: 'docker', lines: [] },
        tests: [],
        events: [],
        reproduce: 'saiondo rehearse',
        unknown: [],
      },
      others: [],
    } as never,
    paintFor({ isTTY: false } as NodeJS.WriteStream),
  ).split('\n');
  expect(lines.slice(1, 6)).toEqual([
    'command   of a block of 7 lines:',
    '          docker build --file "$DOCKERFILE" .',
    '          docker build --tag "$TAG" . && docker push "$TAG" (exit code 1)',
    'phase     ? of project:1, FAILED',
    'cause     the cause',
  ]);
  expect(lines).toContain('block     if [ -n "$UNCHANGED" ]; then');
});
