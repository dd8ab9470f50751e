import type { LogGroup, LogStream } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { ApiError } from '../protocol/api-error';
import { buildsOf, openBuild, runFile, type KnownBuild } from '../codebuild/build-records';
import { useLog, type BuildStream } from './build-stream';
import type { ApiSources } from '../protocol/sources';
import { filterLogEvents } from './filter-log-events';
import { getLogEvents } from './get-log-events';
import { page } from '../protocol/paging';
import { operation, sees, type Caller, type Operation } from '../protocol/service';

const INVALID = 'InvalidParameterException';
const groupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
const identifier = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[\w#+=/:,.@-]*$/);
const streamName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
const nextToken = z.string().min(1).optional();
const time = z.number().int().min(0).optional();

/**
 * CloudWatch Logs' operations that read, over the logs of the runs' builds. Log groups that no build writes to are left to the endpoint
 * behind: an application under rehearsal may have its own there.
 */
export function logsReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  const builds = (caller: Caller): KnownBuild[] => buildsOf(runs, ledger(), caller);
  const streamOf = (known: KnownBuild): BuildStream => {
    const { build } = openBuild(runs, known);
    return {
      known,
      name: known.logStream,
      file: runFile(runs.layout, known.run.runId, build.log),
      startedAt: Date.parse(build.startedAt),
      complete: build.status !== 'IN_PROGRESS' || !runs.isLive(known.run),
    };
  };
  /** The builds of a group, the newest first; undefined where no build writes to it. */
  const inGroup = (
    input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
    caller: Caller,
  ): KnownBuild[] | undefined => {
    const given = input.logGroupName ?? input.logGroupIdentifier;
    if (given === undefined) throw new ApiError(INVALID, 'Either logGroupName or logGroupIdentifier must be given');
    const name = given.replace(/^arn:[^:]*:logs:[^:]*:\d{12}:log-group:/, '').replace(/:\*$/, '');
    const found = builds(caller).filter((one) => one.logGroup === name);
    return found.length > 0 ? found : undefined;
  };

  return {
    DescribeLogGroups: operation(
      z.object({
        logGroupNamePrefix: groupName.optional(),
        logGroupNamePattern: z.string().min(3).max(512).optional(),
        nextToken,
        limit: z.number().int().min(1).max(50).optional(),
      }),
      (input, caller) => {
        const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
        const groups = new Map<string, KnownGroup>();
        const all = ledger();
        for (const { physicalId: logGroup, stack, properties } of all.resources('AWS::Logs::LogGroup'))
          if (sees(caller, stack))
            groups.set(logGroup, {
              ...stack,
              logGroup,
              startedAt: stack.createdAt ?? stack.updatedAt,
              ...(properties.RetentionInDays === undefined
                ? {}
                : { retentionInDays: Number(properties.RetentionInDays) }),
            });
        for (const build of builds(caller)) groups.set(build.logGroup, { ...groups.get(build.logGroup), ...build });
        const filters = all.resources('AWS::Logs::MetricFilter').filter(({ stack }) => sees(caller, stack));
        const matching = [...groups.values()]
          .filter(
            ({ logGroup }) =>
              logGroup.startsWith(prefix ?? '') && logGroup.toLowerCase().includes((pattern ?? '').toLowerCase()),
          )
          .sort((a, b) => a.logGroup.localeCompare(b.logGroup));
        if (matching.length === 0) return undefined;
        const cut = page(matching, (one) => one.logGroup, {
          size: input.limit ?? 50,
          token: input.nextToken,
          code: INVALID,
        });
        return {
          logGroups: cut.items.map((group) =>
            groupShape(group, filters.filter(({ properties }) => properties.LogGroupName === group.logGroup).length),
          ),
          nextToken: cut.nextToken,
        };
      },
    ),

    DescribeLogStreams: operation(
      z.object({
        logGroupName: groupName.optional(),
        logGroupIdentifier: identifier.optional(),
        logStreamNamePrefix: streamName.optional(),
        orderBy: z.enum(['LogStreamName', 'LastEventTime']).optional(),
        descending: z.boolean().optional(),
        nextToken,
        limit: z.number().int().min(1).max(50).optional(),
      }),
      (input, caller) => {
        const group = inGroup(input, caller);
        if (!group) return undefined;
        if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined)
          throw new ApiError(INVALID, 'Cannot order by LastEventTime with a logStreamNamePrefix.');
        const streams = group.filter((one) => one.logStream.startsWith(input.logStreamNamePrefix ?? ''));
        // Builds of one project seldom overlap: the order of their starts is that of their last events.
        if (input.orderBy === 'LastEventTime') streams.reverse();
        else streams.sort((a, b) => a.logStream.localeCompare(b.logStream));
        if (input.descending) streams.reverse();
        const cut = page(streams, (one) => one.logStream, {
          size: input.limit ?? 50,
          token: input.nextToken,
          code: INVALID,
        });
        return { logStreams: cut.items.map((one) => streamShape(streamOf(one))), nextToken: cut.nextToken };
      },
    ),

    GetLogEvents: operation(
      z.object({
        logGroupName: groupName.optional(),
        logGroupIdentifier: identifier.optional(),
        logStreamName: streamName,
        startTime: time,
        endTime: time,
        nextToken,
        limit: z.number().int().min(1).max(10_000).optional(),
        startFromHead: z.boolean().optional(),
        unmask: z.boolean().optional(),
      }),
      (input, caller) => {
        const group = inGroup(input, caller);
        if (!group) return undefined;
        const known = group.find((one) => one.logStream === input.logStreamName);
        if (!known) throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
        return getLogEvents(streamOf(known), input);
      },
    ),

    FilterLogEvents: operation(
      z.object({
        logGroupName: groupName.optional(),
        logGroupIdentifier: identifier.optional(),
        logStreamNames: z.array(streamName).min(1).max(100).optional(),
        logStreamNamePrefix: streamName.optional(),
        startTime: time,
        endTime: time,
        filterPattern: z.string().max(1024).optional(),
        nextToken,
        limit: z.number().int().min(1).max(10_000).optional(),
        interleaved: z.boolean().optional(),
        unmask: z.boolean().optional(),
      }),
      (input, caller) => {
        const group = inGroup(input, caller);
        if (!group) return undefined;
        if (input.logStreamNames && input.logStreamNamePrefix !== undefined)
          throw new ApiError(INVALID, 'Only one of logStreamNames and logStreamNamePrefix may be given.');
        const chosen = group.filter(
          (one) =>
            one.logStream.startsWith(input.logStreamNamePrefix ?? '') &&
            (!input.logStreamNames || input.logStreamNames.includes(one.logStream)),
        );
        if (input.logStreamNames?.some((name) => !chosen.some((one) => one.logStream === name)))
          throw new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
        return filterLogEvents(chosen.map(streamOf), input);
      },
    ),
  };
}

/** A log group that builds write to, or that a stack has. */
type KnownGroup = Pick<KnownBuild, 'logGroup' | 'account' | 'region' | 'startedAt'> & {
  readonly retentionInDays?: number;
};

/** API Reference, LogGroup. */
function groupShape(
  { logGroup, account, region, startedAt, retentionInDays }: KnownGroup,
  metricFilterCount: number,
): LogGroup {
  const arn = `arn:aws:logs:${region}:${account}:log-group:${logGroup}`;
  return {
    logGroupName: logGroup,
    creationTime: Date.parse(startedAt),
    metricFilterCount,
    ...(retentionInDays === undefined ? {} : { retentionInDays }),
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupClass: 'STANDARD',
    storedBytes: 0,
  };
}

/** API Reference, LogStream. */
function streamShape(stream: BuildStream): LogStream {
  const { known, startedAt } = stream;
  const last = useLog(stream, undefined, (log) => log.lastTime());
  return {
    logStreamName: stream.name,
    creationTime: startedAt,
    firstEventTimestamp: last === undefined ? undefined : startedAt,
    lastEventTimestamp: last,
    lastIngestionTime: last,
    arn: `arn:aws:logs:${known.region}:${known.account}:log-group:${known.logGroup}:log-stream:${stream.name}`,
    // Deprecated by AWS, which answers 0 (API Reference, LogStream.storedBytes).
    storedBytes: 0,
  };
}
