import * as fs from 'node:fs';
import * as path from 'node:path';
import { removeTree } from '../files/remove-tree';
import type { Isolation } from '../ports/isolation';
import { CFN_RESPONSE, NODE_CALLER, PYTHON_CALLER } from './callers';
import type { LambdaFunction } from './lambda-function';
import { temporaryFolder } from '../host/temporary-folder';

/** A call of a function. */
export interface FunctionCall {
  readonly lambda: LambdaFunction;
  readonly name: string;
  readonly event: unknown;
  /** All variables of its process besides those of Lambda and its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isolation: Isolation;
  readonly milliseconds: number;
  /** Whether the process ends with the answer. */
  readonly leave: boolean;
  /** Puts the code into a folder, where it is not in the template. */
  readonly code?: (folder: string) => Promise<void>;
  /** A Python that has boto3, as Lambda's has, and the folder that holds it. */
  readonly python?: { readonly file: string; readonly folder: string };
  readonly signal?: AbortSignal;
}

/** How a call ended. */
export interface FunctionEnd {
  /** What the handler gave, undefined where it gave nothing: it failed, or did not end in its time. */
  readonly payload?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string; readonly trace?: readonly string[] };
  readonly timedOut: boolean;
  /** The last five lines of what it said. */
  readonly said: string;
}

/** Bytes that are kept of what a function says, and of its answer (AWS Lambda Developer Guide, "Lambda quotas": 6 MB). */
const MOST_SAID = 64 * 1024;
const MOST_ANSWER = 6 * 1024 * 1024;
/** Milliseconds in which the output of a function that has ended may still come. */
const LINGER = 250;

/**
 * Calls a function's handler as Lambda does, in a process and a sandbox of its own that sees its code and the AWS SDK. Node.js and Python run with this machine's
 * versions. Source: AWS Lambda Developer Guide, "Building Lambda functions with Node.js" and "… with Python".
 */
export async function runFunction(call: FunctionCall): Promise<FunctionEnd> {
  const folder = temporaryFolder('function');
  try {
    const [code, home, temporary, given] = ['code', 'home', 'tmp', 'given'].map((name) => {
      const at = path.join(folder, name);
      fs.mkdirSync(at);
      return at;
    }) as [string, string, string, string];
    await writeCode(call, code);
    const event = path.join(given, 'event.json');
    fs.writeFileSync(event, JSON.stringify(call.event), { mode: 0o600 });
    return await runIn({ folder, code, home, temporary, given, event }, call);
  } finally {
    await removeTree(folder);
  }
}

async function writeCode({ lambda, code }: FunctionCall, folder: string): Promise<void> {
  const { ZipFile: text } = lambda.Code ?? {};
  if (text === undefined) return code?.(folder);
  // CloudFormation, AWS::Lambda::Function Code: inline code is in a file that is named index.
  fs.writeFileSync(path.join(folder, isPython(lambda) ? 'index.py' : 'index.js'), text);
  for (const [name, module] of Object.entries(CFN_RESPONSE)) fs.writeFileSync(path.join(folder, name), module);
}

interface Places {
  readonly folder: string;
  readonly code: string;
  readonly home: string;
  readonly temporary: string;
  readonly given: string;
  readonly event: string;
}

async function runIn(at: Places, call: FunctionCall): Promise<FunctionEnd> {
  const { lambda, isolation, python } = call;
  const handler = lambda.Handler ?? 'index.handler';
  const folders = { home: at.home, temporary: at.temporary };
  const answer = path.join(isolation.seenAt(folders).temporary, 'answer.json');
  const runsPython = isPython(lambda);
  const sandbox = await isolation.open({
    directory: path.join(at.folder, 'sandbox'),
    writes: [],
    reads: [at.code, at.given, ...(runsPython && python ? [python.folder] : [modulesFolder()])],
    ...folders,
    environment: {
      ...call.environment,
      ...lambda.Environment?.Variables,
      ...(runsPython
        ? { PYTHONDONTWRITEBYTECODE: '1' }
        : { NODE_PATH: [at.code, modulesFolder()].join(path.delimiter) }),
      AWS_LAMBDA_FUNCTION_NAME: call.name,
      LAMBDA_TASK_ROOT: at.code,
      _HANDLER: handler,
    },
    containerEngine: false,
  });
  let said = '';
  let timedOut = false;
  try {
    const args = [handler, at.code, at.event, answer, ...(call.leave ? ['leave'] : [])];
    const child = sandbox.spawn(
      runsPython ? (python?.file ?? 'python3') : process.execPath,
      runsPython ? ['-c', PYTHON_CALLER, ...args] : ['-e', NODE_CALLER, ...args],
      { cwd: at.code, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-MOST_SAID)));
    const stop = (): void => sandbox.signal(child, 'SIGKILL');
    const timer = setTimeout(() => ((timedOut = true), stop()), call.milliseconds);
    call.signal?.addEventListener('abort', stop, { once: true });
    if (call.signal?.aborted) stop();
    await new Promise<void>((done) => {
      child.once('close', () => done());
      child.once('exit', () => setTimeout(done, LINGER));
      child.once('error', (error) => ((said += String(error)), done()));
    });
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', stop);
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  } finally {
    await sandbox.close();
  }
  return {
    ...answerIn(path.join(at.temporary, 'answer.json')),
    timedOut,
    said: said.trim().split('\n').slice(-5).join('\n'),
  };
}

/** A function may have put anything at this place: a regular file of a bounded size is read. */
function answerIn(file: string): Pick<FunctionEnd, 'payload' | 'error'> {
  const status = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!status?.isFile() || status.size > MOST_ANSWER) return {};
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Pick<FunctionEnd, 'payload' | 'error'>;
  } catch {
    return {};
  }
}

function isPython({ Runtime: runtime = '' }: LambdaFunction): boolean {
  return runtime.startsWith('python');
}

/** The folder that holds this package's AWS SDK. */
function modulesFolder(): string {
  const at = require.resolve('@aws-sdk/client-s3');
  return at.slice(0, at.lastIndexOf(`${path.sep}@aws-sdk${path.sep}`));
}
