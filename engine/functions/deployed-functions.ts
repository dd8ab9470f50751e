import { randomUUID } from 'node:crypto';
import type { Isolation } from '../ports/isolation';
import type { Actor } from '../ports/local-aws';
import { sdkMissed, whyNotCalled, type LambdaFunction } from './lambda-function';
import { runFunction, type FunctionCall, type FunctionEnd } from './run-function';

/** What a call of a deployed function takes besides the function. */
export type FunctionParts = Pick<FunctionCall, 'code' | 'python'>;

/** What deployed functions are called with. */
export interface FunctionHost {
  /** The environment of a process that acts in an account and region. */
  readonly environment: (account: string, region: string, actor: Actor) => Record<string, string>;
  /** Ends an actor's credentials. */
  readonly end: (actor: string) => void;
  readonly isolation: () => Isolation;
  readonly parts: (account: string, region: string, lambda: LambdaFunction) => FunctionParts;
}

/** A call by the function's name or ARN, with a version or alias or without. */
export interface Invocation {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly event: unknown;
  readonly signal?: AbortSignal;
}

/** How an invocation came out: it ran, or this machine cannot run it. */
export type InvocationEnd = FunctionEnd | { readonly notRehearsed: string };

/** Seconds of a function that names no timeout (AWS Lambda Developer Guide, "Configure Lambda function timeout"). */
const TIMEOUT = 3;

/** The functions that stacks of this rehearsal have, by account, region and name; each is called with credentials of its own role. */
export class DeployedFunctions {
  readonly known = new Map<string, LambdaFunction>();

  constructor(private readonly host: FunctionHost) {}

  /** @returns undefined where no stack has the function */
  async invoke({ account, region, name, event, signal }: Invocation): Promise<InvocationEnd | undefined> {
    const [, at = region, of = account, named = name] =
      /^arn:[^:]*:lambda:([^:]*):(\d{12}):function:(.+)$/.exec(name) ?? [];
    const short = named.split(':')[0] ?? named;
    const lambda = this.known.get(`${of}/${at}/${short}`);
    if (!lambda) return undefined;
    const why = whyNotCalled(lambda);
    if (why) return { notRehearsed: `the Lambda function ${short}: ${why}` };
    const actor: Actor = { kind: 'function', id: `function-${randomUUID()}`, roleArn: String(lambda.Role ?? '') };
    try {
      const end = await runFunction({
        ...{ lambda, name: short, event, leave: true },
        environment: this.host.environment(of, at, actor),
        isolation: this.host.isolation(),
        milliseconds: Number(lambda.Timeout ?? TIMEOUT) * 1000 + START,
        ...this.host.parts(of, at, lambda),
        ...(signal ? { signal } : {}),
      });
      const missed = sdkMissed(end.said);
      return missed
        ? { notRehearsed: `the Lambda function ${short}: it needs ${missed}, which is not on this machine` }
        : end;
    } finally {
      this.host.end(actor.id);
    }
  }
}

/** Milliseconds for the start of its process and sandbox: Lambda does not count its own. */
const START = 10_000;
