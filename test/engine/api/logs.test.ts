import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateFilterLogEvents,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { Layout } from '../../../model/layout';
import { ACCOUNT, recordRun, REGION, uuidOf } from '../../../bench/recorded-run';
import { serve, type Served } from './served';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-logs-'));
const layout = new Layout(root);
const LINES = 12_000;
const runId = '20260101-000001-aaaa';
const stream = { logGroupName: '/aws/codebuild/project-0', logStreamName: uuidOf(`${runId}/build/0`) };
let served: Served;

beforeAll(async () => {
  recordRun(layout, {
    runId,
    builds: 2,
    log: (at) =>
      at === 0
        ? Array.from(
            { length: LINES },
            (_, line) => `line ${line} ${line % 1000 === 0 ? 'ERROR [500]' : 'fine'}\n`,
          ).join('')
        : 'ä: \u001b[31mred\u001b[0m\r\nERROR <b>x</b>\nno line feed at the end',
  });
  recordRun(layout, { runId: '20260101-000002-bbbb', builds: 1 });
  served = await serve(layout);
});

afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true });
});

function get(input: Partial<GetLogEventsCommandInput> = {}): Promise<GetLogEventsCommandOutput> {
  return served.logs.send(new GetLogEventsCommand({ ...stream, ...input }));
}

const messages = (output: GetLogEventsCommandOutput): string[] => (output.events ?? []).map((one) => one.message ?? '');

test('from the head, page by page to the end, where the token that was given comes back', async () => {
  const all: string[] = [];
  let token: string | undefined;
  let pages = 0;
  for (;;) {
    const page = await get({ startFromHead: true, ...(token ? { nextToken: token } : {}) });
    all.push(...messages(page));
    pages++;
    expect(page.events?.length).toBeLessThanOrEqual(10_000);
    if (page.nextForwardToken === token) break;
    token = page.nextForwardToken;
  }
  expect(all).toHaveLength(LINES + 1);
  expect(all[0]).toMatch(/^\[Container\] .*Running command npm test\n$/);
  expect(all.at(-1)).toBe(`line ${LINES - 1} fine\n`);
  expect(pages).toBe(3);
});

test('without a token the latest events come; the backward token leads to what is before them', async () => {
  const latest = await get({ limit: 2 });
  expect(messages(latest)).toEqual([`line ${LINES - 2} fine\n`, `line ${LINES - 1} fine\n`]);
  const before = await get({ limit: 2, nextToken: latest.nextBackwardToken });
  expect(messages(before)).toEqual([`line ${LINES - 4} fine\n`, `line ${LINES - 3} fine\n`]);
  // And forward from there again.
  expect(messages(await get({ limit: 2, nextToken: before.nextForwardToken }))).toEqual(messages(latest));
  const head = await get({ limit: 1, startFromHead: true });
  const nothing = await get({ nextToken: head.nextBackwardToken });
  expect(nothing.events).toEqual([]);
  expect(nothing.nextBackwardToken).toBe(head.nextBackwardToken);
});

test('times are those at which the build wrote, and bound what is read', async () => {
  const { events } = await get({ limit: 1 });
  const time = events?.[0]?.timestamp ?? 0;
  expect(Math.abs(Date.now() - time)).toBeLessThan(600_000);
  expect((await get({ endTime: time - 60_000 })).events).toEqual([]);
  expect((await get({ startTime: time + 60_000 })).events).toEqual([]);
  expect((await get({ startTime: time - 60_000, limit: 1, startFromHead: true })).events).toHaveLength(1);
});

test('bytes of a log come as they are: escapes, carriage returns, a last line without its feed', async () => {
  const output = await get({
    logGroupName: '/aws/codebuild/project-1',
    logStreamName: uuidOf(`${runId}/build/1`),
    startFromHead: true,
  });
  expect(messages(output).slice(1)).toEqual([
    'ä: \u001b[31mred\u001b[0m\r\n',
    'ERROR <b>x</b>\n',
    'no line feed at the end',
  ]);
});

test('a filter finds terms, phrases, exclusions and alternatives over all streams of a group', async () => {
  const find = async (filterPattern: string, limit?: number) => {
    const found: string[] = [];
    for await (const page of paginateFilterLogEvents(
      { client: served.logs },
      { logGroupName: '/aws/codebuild/project-0', filterPattern, ...(limit ? { limit } : {}) },
    ))
      found.push(...(page.events ?? []).map((one) => one.message ?? ''));
    return found;
  };
  expect(await find('ERROR')).toHaveLength(LINES / 1000);
  expect(await find('"ERROR [500]"', 7)).toHaveLength(LINES / 1000);
  expect(await find('ERROR -"line 1000 "')).toHaveLength(LINES / 1000 - 1);
  expect(await find(`?"line 0 " ?"line ${LINES - 1} "`)).toEqual(['line 0 ERROR [500]\n', `line ${LINES - 1} fine\n`]);
  expect(await find('%line 1134[0-9] %')).toHaveLength(10);
  expect(await find('error')).toEqual([]);
  const { events } = await served.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/codebuild/project-0', filterPattern: 'Container' }),
  );
  // One line of CodeBuild's own in each of the two builds, in the order of time.
  expect(events?.map((one) => one.logStreamName)).toEqual([
    stream.logStreamName,
    uuidOf('20260101-000002-bbbb/build/0'),
  ]);
  expect(new Set(events?.map((one) => one.eventId)).size).toBe(2);
});

test('streams and groups are described; what is not there is said as AWS says it', async () => {
  const { logGroups } = await served.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/codebuild/' }));
  expect(logGroups?.map((one) => one.arn)).toEqual(
    [0, 1].map((at) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/codebuild/project-${at}:*`),
  );
  const { logStreams } = await served.logs.send(
    new DescribeLogStreamsCommand({ logGroupName: stream.logGroupName, orderBy: 'LastEventTime', descending: true }),
  );
  expect(logStreams?.map((one) => one.logStreamName)).toEqual([
    uuidOf('20260101-000002-bbbb/build/0'),
    stream.logStreamName,
  ]);
  await expect(get({ logStreamName: 'none' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  });
  await expect(get({ nextToken: 'f/1/s' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(get({ limit: 20_000 })).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining(
      "at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ),
  });
});
