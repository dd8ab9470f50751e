import type { StackLedger } from '../../ports/ledger';
import type { ServiceCall } from './service-call';

/** What a log group belongs to. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/** A log group's ARN, without the `:*` that its streams have. */
export function logGroupArn(name: string, { account, region }: Place): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

/** Whether a stack made the log group: then nobody asks to make it. */
export function isMadeByAStack(name: string, at: Place, ledger: Pick<StackLedger, 'resources'>): boolean {
  return ledger.resources('AWS::Logs::LogGroup', at.account, at.region).some(({ physicalId }) => physicalId === name);
}

/** The calls that write a log: the stream and its lines, and the group where nobody made it before. */
export function logCalls(
  by: string,
  group: string,
  { isThere, why, source }: { readonly isThere: boolean; readonly why: string; readonly source: string },
): readonly ServiceCall[] {
  const stream = `${group}:log-stream:one`;
  return [
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ by, action, resource: stream, why, source })),
    ...(isThere
      ? []
      : [
          {
            by,
            action: 'logs:CreateLogGroup',
            resource: group,
            why: `${why}, in a group that is made for it`,
            source,
            optional: 'asked for where the log group is not there',
          },
        ]),
  ];
}
