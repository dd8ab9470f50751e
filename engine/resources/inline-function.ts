import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sdkMissed, whyNotCalled, type LambdaFunction } from '../functions/lambda-function';
import { runFunction, type FunctionCall } from '../functions/run-function';
import type { RunNetwork } from '../ports/network';
import type { Isolation } from '../ports/isolation';
import { SaiondoError } from '../../model/errors';
import { stackIdOf } from '../cloudformation/stack-id';
import type { Provisioned, ProvisionRequest } from '../ports/provisioner';

/** What a custom resource's function answered (CloudFormation User Guide, "Custom resource response objects"). */
interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** Bytes of an answer (CloudFormation User Guide: 4096). */
const MOST_ANSWER = 4096;
/** Why a custom resource's function cannot be called here; undefined: it can. */
export function whyNotAnswered(lambda: LambdaFunction | undefined): string | undefined {
  if (!lambda) return 'the function behind its ServiceToken is in no stack of this rehearsal';
  const why = whyNotCalled(lambda);
  return why && `the function behind its ServiceToken cannot be called: ${why}`;
}

/**
 * Calls the function of a custom resource as CloudFormation does, in a process of its own with the rehearsal's address of AWS; its answer
 * comes by the response URL (CloudFormation User Guide, "Custom resource request objects"). The AWS SDK is there, as it is in Lambda.
 * @throws SaiondoError `ValidationError` with the function's own reason, or when no answer comes in time
 */
export async function callFunction(
  lambda: LambdaFunction,
  request: ProvisionRequest,
  type: 'Create' | 'Update' | 'Delete',
  environment: Readonly<Record<string, string>>,
  isolation: Isolation,
  network: Pick<RunNetwork, 'expose' | 'conceal'>,
  parts: Pick<FunctionCall, 'code' | 'python'> = {},
): Promise<Provisioned> {
  const { account, region, stackName, logicalId, properties, previous } = request;
  const response = await receiver();
  await network.expose(response.port);
  try {
    const event = {
      RequestType: type,
      ResponseURL: response.url,
      StackId: stackIdOf({ account, region, stackName }),
      RequestId: randomUUID(),
      ResourceType: request.type,
      LogicalResourceId: logicalId,
      ...(type === 'Create' ? {} : { PhysicalResourceId: previous?.physicalId }),
      ...(type === 'Update' ? { OldResourceProperties: asTexts(previous?.properties) } : {}),
      ResourceProperties: asTexts(properties),
    };
    const seconds = Number(properties.ServiceTimeout ?? lambda.Timeout ?? 3);
    const { said } = await runFunction({
      ...{ lambda, name: logicalId, event, environment, isolation, leave: false },
      milliseconds: Math.min(Math.max(seconds, 3), 3600) * 1000,
      ...parts,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const answer = response.answer();
    const missed = answer ? undefined : sdkMissed(said);
    if (missed !== undefined)
      return {
        standing: 'recorded',
        notRehearsed: `${request.type}: its function needs ${missed}, which is not on this machine`,
      };
    if (!answer) {
      throw new SaiondoError(
        `CloudFormation did not receive a response from your Custom Resource.${said ? ` The function ended with:\n${said}` : ''}`,
        {
          code: 'ValidationError',
        },
      );
    }
    if (answer.Status !== 'SUCCESS')
      throw new SaiondoError(
        `Received response status [FAILED] from custom resource. Message returned: ${answer.Reason ?? ''}`,
        {
          code: 'ValidationError',
        },
      );
    return {
      standing: 'real',
      detail: 'its function was called',
      attributes: answer.Data ?? {},
      ...(answer.PhysicalResourceId ? { physicalId: answer.PhysicalResourceId } : {}),
    };
  } finally {
    await network.conceal(response.port);
    await response.close();
  }
}

/** CloudFormation hands numbers and booleans over as texts. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asTexts(inner)]));
  return value === undefined || value === null ? value : String(value);
}

/** Takes one answer, at an address of this machine that nobody can guess. */
async function receiver(): Promise<{
  url: string;
  port: number;
  answer: () => Answer | undefined;
  close: () => Promise<void>;
}> {
  const secret = `/${randomUUID()}`;
  let answer: Answer | undefined;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_ANSWER) chunks.push(chunk);
    });
    request.on('end', () => {
      const good = request.method === 'PUT' && request.url === secret && size <= MOST_ANSWER;
      try {
        if (good) answer ??= JSON.parse(Buffer.concat(chunks).toString('utf8')) as Answer;
        response.writeHead(good ? 200 : 403).end();
      } catch {
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${secret}`,
    port,
    answer: () => answer,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => void server.close(() => done()));
    },
  };
}
