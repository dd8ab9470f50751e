import type { AwsHandler, AwsResponse } from '../ports/aws-request';
import type { DeployedFunctions } from './deployed-functions';

/**
 * Lambda's Invoke for the functions that stacks of this rehearsal have; everything else of Lambda is left to what stands behind (AWS Lambda API Reference, Invoke).
 * @param notRehearsed told of a caller whose function this machine cannot run
 * @param elsewhere whether what stands behind has a function that no stack made
 */
export function answerInvoke(
  functions: DeployedFunctions,
  notRehearsed: (actor: string | undefined, why: string) => void,
  elsewhere: (account: string, region: string, name: string) => Promise<boolean>,
): AwsHandler {
  return async ({ method, url, account, region, headers, body, principal }) => {
    const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/.exec(url) ?? [];
    if (method !== 'POST' || name === undefined) return undefined;
    const event = parsed(body.toString('utf8'));
    if (event === undefined)
      return json(
        400,
        { Type: 'User', message: 'Could not parse request body into json' },
        'InvalidRequestContentException',
      );
    const call = functions.invoke({ account, region, name: decodeURIComponent(name), event });
    if (headers['x-amz-invocation-type'] === 'Event') {
      // It runs on after the answer, as on AWS.
      call.catch(() => undefined);
      return { status: 202, body: '' };
    }
    const made = { notRehearsed: `the Lambda function ${name}: no stack made it` };
    const end = (await call) ?? ((await elsewhere(account, region, name)) ? made : undefined);
    if (end === undefined) {
      const arn = `arn:aws:lambda:${region}:${account}:function:${decodeURIComponent(name)}`;
      return json(404, { Type: 'User', Message: `Function not found: ${arn}` }, 'ResourceNotFoundException');
    }
    if ('notRehearsed' in end) {
      notRehearsed(principal.actor, end.notRehearsed);
      return json(502, { Type: 'Service', Message: `NotRehearsed: ${end.notRehearsed}` }, 'ServiceException');
    }
    if (end.timedOut || end.error || end.payload === undefined)
      return json(
        200,
        end.error ?? {
          errorType: 'Sandbox.Timedout',
          errorMessage: `Error: Task timed out${end.said ? `\n${end.said}` : ''}`,
        },
        undefined,
        { 'x-amz-function-error': 'Unhandled' },
      );
    return json(200, end.payload);
  };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function json(status: number, content: unknown, error?: string, more: Record<string, string> = {}): AwsResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(error === undefined ? { 'x-amz-executed-version': '$LATEST' } : { 'x-amzn-errortype': error }),
      ...more,
    },
    body: JSON.stringify(content),
  };
}
