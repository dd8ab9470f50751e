import type { z } from 'zod';
import type { AwsHandler, AwsRequest } from '../../ports/aws-request';
import type { Principal } from '../../ports/principal';
import { ApiError, apiErrorOf } from './api-error';
import { decodeInput, encodeError, encodeOutput } from './wire';

/** Who asks, as the signature's credential says: an account's resources are seen in that account and region only. */
export interface Caller {
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
}

/** The account of a person's credentials that name none: they see what there is in every account and region. */
export const ANY_ACCOUNT = '000000000000';

/** Whether a caller sees what belongs to an account and region. */
export function sees(
  caller: Pick<Caller, 'account' | 'region'>,
  owner: { readonly account: string; readonly region: string },
): boolean {
  return caller.account === ANY_ACCOUNT || (caller.account === owner.account && caller.region === owner.region);
}

/** What an operation answers; undefined leaves the request to the endpoint behind. */
export type Answer = object | undefined | Promise<object | undefined>;

/** One operation: its input's rules, and what it does. `undefined` leaves the request to the endpoint behind. */
export interface Operation {
  readonly input: z.ZodType;
  run(input: never, caller: Caller): Answer;
}

/** Ties an operation's input to its rules. */
export function operation<I>(input: z.ZodType<I>, run: (input: I, caller: Caller) => Answer): Operation {
  return { input, run };
}

/** A service of the rehearsal in AWS's own protocols. */
export interface ServiceDefinition {
  /** What stands before the operation's name in X-Amz-Target: `CodePipeline_20150709`. */
  readonly target: string;
  /** The service's Smithy namespace: `codepipeline`. */
  readonly namespace: string;
  /** The error that this service gives for an input that breaks a rule. */
  readonly invalid: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Operations that it does not know are the endpoint's behind, instead of an error: all, or those whose input passes. */
  readonly passesUnknown?: true | ((input: Record<string, unknown>, caller: Caller) => boolean);
  /** What to do instead of an operation that is not answered, by its name. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** The handler of a service: decodes, validates, answers, and gives errors the service's own codes and shapes. */
export function serviceHandler(service: ServiceDefinition): AwsHandler {
  return async (request) => {
    try {
      const output = await answer(service, request);
      return output && encodeOutput(request, output);
    } catch (error) {
      return encodeError(request, service.namespace, apiErrorOf(error));
    }
  };
}

function answer(service: ServiceDefinition, request: AwsRequest): Answer {
  const [target, name = ''] = request.operation.split('.');
  const found =
    target === service.target && Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (!found) {
    if (
      service.passesUnknown === true ||
      (service.passesUnknown && service.passesUnknown(decodeInput(request), request))
    )
      return undefined;
    throw new ApiError(
      'UnknownOperationException',
      `not answered here: ${service.namespace}:${name || request.method}. ${service.instead?.[name] ?? 'docs/serving.md lists what a rehearsal answers'}`,
      501,
    );
  }
  return run(service, found, decodeInput(request), request);
}

/**
 * What an operation answers to a caller in this process: without a protocol, a signature or an address. Timestamps are `Date`, as AWS's clients give them.
 * @param name the operation: `GetPipelineState`
 * @returns undefined for an operation that the service leaves to the endpoint behind it, or does not know
 * @throws ApiError what the service refuses, as {@link serviceHandler} answers it
 */
export async function answerInProcess(
  service: ServiceDefinition,
  name: string,
  input: object,
  caller: Caller,
): Promise<object | undefined> {
  const found = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  try {
    return found && (await run(service, found, { ...input }, caller));
  } catch (error) {
    throw apiErrorOf(error);
  }
}

/** Holds an input to its operation's rules, and answers. */
function run(service: ServiceDefinition, found: Operation, input: Record<string, unknown>, caller: Caller): Answer {
  const parsed = found.input.safeParse(input);
  if (!parsed.success) throw invalidInput(service, input, parsed.error.issues);
  return found.run(parsed.data as never, caller);
}

/** The words of AWS's services for inputs that break a rule of their model ("1 validation error detected: …"). */
function invalidInput(
  service: ServiceDefinition,
  input: Record<string, unknown>,
  issues: readonly z.core.$ZodIssue[],
): ApiError {
  const details = issues.map((issue) => {
    const value = issue.path.reduce<unknown>(
      (at, key) => (at !== null && typeof at === 'object' ? (at as Record<PropertyKey, unknown>)[key] : undefined),
      input,
    );
    if (issue.code === 'invalid_type' && value !== undefined && value !== null)
      throw new ApiError('SerializationException', `${issue.path.join('.')}: ${issue.message}`);
    const shown = value === undefined || value === null ? 'null' : JSON.stringify(value).replaceAll('"', '');
    const where = issue.path.map((key) => (typeof key === 'number' ? key + 1 : key)).join('.');
    return `Value '${shown}' at '${where}' failed to satisfy constraint: ${constraint(issue)}`;
  });
  const count = `${details.length} validation error${details.length === 1 ? '' : 's'} detected: `;
  return new ApiError(service.invalid, count + details.join('; '));
}

function constraint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'Member must not be null';
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? '').replace(/^\/\^?|\$?\/$/g, '')}`;
    case 'too_small':
      return issue.origin === 'number'
        ? `Member must have value greater than or equal to ${issue.minimum}`
        : `Member must have length greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'number'
        ? `Member must have value less than or equal to ${issue.maximum}`
        : `Member must have length less than or equal to ${issue.maximum}`;
    default:
      return issue.message;
  }
}
