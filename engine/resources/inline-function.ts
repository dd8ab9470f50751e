import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { removeTree } from '../files/remove-tree';
import type { RunNetwork } from '../ports/network';
import type { Isolation } from '../ports/isolation';
import { SaiondoError } from '../../model/errors';
import { stackIdOf } from '../cloudformation/stack-id';
import type { Provisioned, ProvisionRequest } from '../ports/provisioner';

/** A Lambda function, as far as CloudFormation calls it (CloudFormation, AWS::Lambda::Function). */
export interface LambdaFunction {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role?: unknown;
  readonly Timeout?: number | string;
  readonly Code?: { readonly ZipFile?: string };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
}

/** What a custom resource's function answered (CloudFormation User Guide, "Custom resource response objects"). */
interface Answer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** Bytes of an answer (CloudFormation User Guide: 4096). */
const MOST_ANSWER = 4096;
/** Milliseconds in which the output of a function that has ended may still come. */
const LINGER = 250;

/** Why a function cannot be called here; undefined: it can. */
export function whyNotCalled(lambda: LambdaFunction | undefined): string | undefined {
  if (!lambda) return 'the function behind its ServiceToken is in no stack of this rehearsal';
  if (lambda.Code?.ZipFile === undefined)
    return 'the code of the function behind its ServiceToken is not in the template';
  if (!lambda.Runtime?.startsWith('nodejs'))
    return `the function behind its ServiceToken runs in ${lambda.Runtime ?? 'no runtime'}`;
  const modules = [...lambda.Code.ZipFile.matchAll(/require\(\s*['"](@aws-sdk\/[\w-]+)['"]\s*\)/g)].map(
    ([, name = '']) => name,
  );
  const missing = modules.find((name) => !isHere(name));
  return missing && `the function behind its ServiceToken needs ${missing}, which is not on this machine`;
}

function isHere(module: string): boolean {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}

/**
 * Calls the inline function of a custom resource as CloudFormation does, in a process of its own with the rehearsal's address of AWS; its answer
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
): Promise<Provisioned> {
  const { account, region, stackName, logicalId, properties, previous } = request;
  const response = await receiver();
  await network.expose(response.port);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-function-'));
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
    const code = path.join(folder, 'code');
    fs.mkdirSync(code);
    fs.writeFileSync(path.join(code, 'index.js'), lambda.Code?.ZipFile ?? '');
    fs.writeFileSync(path.join(code, 'cfn-response.js'), CFN_RESPONSE);
    fs.writeFileSync(path.join(code, 'event.json'), JSON.stringify(event), { mode: 0o600 });
    const [, handler = 'handler'] = (lambda.Handler ?? 'index.handler').split('.');
    const seconds = Number(properties.ServiceTimeout ?? lambda.Timeout ?? 3);
    const said = await runFunction(isolation, folder, {
      handler,
      milliseconds: Math.min(Math.max(seconds, 3), 3600) * 1000,
      environment: {
        ...environment,
        ...lambda.Environment?.Variables,
        NODE_PATH: [code, modulesFolder()].join(path.delimiter),
        AWS_LAMBDA_FUNCTION_NAME: logicalId,
      },
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const answer = response.answer();
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
    await removeTree(folder);
  }
}

/** Most of what a function says that is kept. */
const MOST_SAID = 64 * 1024;

/** Runs the handler in a sandbox that sees its own folder and the AWS SDK. @returns the end of what it said */
async function runFunction(
  isolation: Isolation,
  folder: string,
  call: {
    readonly handler: string;
    readonly milliseconds: number;
    readonly environment: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
): Promise<string> {
  const [code, home, temporary] = ['code', 'home', 'tmp'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const one of [home, temporary]) fs.mkdirSync(one);
  const sandbox = await isolation.open({
    directory: path.join(folder, 'sandbox'),
    writes: [],
    reads: [code, modulesFolder()],
    home,
    temporary,
    environment: call.environment,
    containerEngine: false,
  });
  let said = '';
  try {
    const child = sandbox.spawn(process.execPath, ['-e', CALLER, call.handler, code], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-MOST_SAID)));
    const stop = (): void => sandbox.signal(child, 'SIGKILL');
    const timer = setTimeout(stop, call.milliseconds);
    call.signal?.addEventListener('abort', stop, { once: true });
    await new Promise<void>((done) => {
      child.once('close', () => done());
      child.once('exit', () => setTimeout(done, LINGER));
      child.once('error', () => done());
    });
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', stop);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  } finally {
    await sandbox.close();
  }
  return said.trim().split('\n').slice(-5).join('\n');
}

/** Runs in the function's process: a returned promise and a callback are both answers to Lambda, and neither is read here. */
const CALLER = `
  const event = JSON.parse(require('fs').readFileSync(process.argv[2] + '/event.json', 'utf8'));
  const done = () => undefined;
  const context = { done, succeed: done, fail: done, functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, logStreamName: 'rehearsal',
    getRemainingTimeInMillis: () => 60000 };
  (async () => require(process.argv[2] + '/index.js')[process.argv[1]](event, context, done))().catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
`;

/** The module that Lambda adds to inline code (CloudFormation User Guide, "cfn-response module"). */
const CFN_RESPONSE = `
  exports.SUCCESS = 'SUCCESS';
  exports.FAILED = 'FAILED';
  exports.send = (event, context, Status, Data, physicalResourceId, NoEcho) => {
    const body = JSON.stringify({ Status, Reason: 'See the log ' + context.logStreamName, Data, NoEcho: NoEcho || false,
      PhysicalResourceId: physicalResourceId || context.logStreamName, StackId: event.StackId, RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId });
    return fetch(event.ResponseURL, { method: 'PUT', body }).then(() => context.done());
  };
`;

/** The folder that holds this package's AWS SDK. */
function modulesFolder(): string {
  const at = require.resolve('@aws-sdk/client-s3');
  return at.slice(0, at.lastIndexOf(`${path.sep}@aws-sdk${path.sep}`));
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
