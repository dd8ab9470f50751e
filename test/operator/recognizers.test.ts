import { causeOf } from '../../operator/triage/cause';
import type { Evidence } from '../../operator/triage/evidence/evidence';
import { KNOWN_CAUSES } from '../../operator/triage/evidence/known-causes';

// Forms that the seeded failures do not print: other versions of the tools, and what AWS itself says.
function cause(text: string, more: Partial<Evidence> = {}) {
  return causeOf({ provider: 'CodeBuild', message: '', output: text.split('\n'), tests: [], events: [], ...more });
}

test.each<[string, string, Partial<Evidence>, string, string]>([
  [
    'tsc with colours taken out',
    "src/app.ts:12:5 - error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
    {},
    "TypeScript error TS2345 in src/app.ts:12:5: Argument of type 'string' is not assignable",
    'type-error',
  ],
  [
    'npm 8’s prefix',
    "npm ERR! code E404\nnpm ERR! 404 Not Found - GET https://registry.npmjs.org/no-such-x\nnpm ERR! 404  'no-such-x@1.0.0' is not in this registry.",
    {},
    'the registry has no package no-such-x@1.0.0',
    'package-not-found',
  ],
  [
    'yarn 1 with another lock file',
    'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.',
    {},
    'yarn.lock does not fit package.json',
    'lock-file-out-of-date',
  ],
  [
    'Node at run time',
    "Error: Cannot find module 'dotenv'\nRequire stack:\n- /app/dist/main.js",
    {},
    'the package dotenv is required and not installed',
    'missing-package',
  ],
  [
    'prisma with PostgreSQL’s code: the statement',
    'Error: P3018\n\nA migration failed to apply.\n\nMigration name: 20260101_x\n\nDatabase error code: 42P07\n\nDatabase error:\nERROR: relation "User" already exists',
    {},
    'the migration 20260101_x failed: relation "User" already exists (PostgreSQL 42P07)',
    'bad-migration',
  ],
  [
    'prisma with PostgreSQL’s code: the rows',
    'Error: P3018\n\nMigration name: 20260101_x\n\nDatabase error code: 23502\n\nDatabase error:\nERROR: column "age" of relation "User" contains null values',
    {},
    'is blocked by rows that exist: column "age"',
    'migration-blocked-by-data',
  ],
  [
    'prisma after an earlier failure',
    'Error: P3009\n\nmigrate found failed migrations in the target database\nThe `20260101_x` migration started at 2026-01-01 failed',
    {},
    'the migration 20260101_x failed in an earlier run',
    'migration-failed-before',
  ],
  [
    'prisma without a database',
    "Error: P1001: Can't reach database server at `db.internal:5432`",
    {},
    "Prisma cannot use the database (P1001): Can't reach database server at `db.internal:5432`",
    'database-unreachable',
  ],
  [
    'BuildKit: the file',
    'ERROR: failed to solve: dockerfile parse error on line 3: unknown instruction: FORM',
    {},
    'Dockerfile line 3: unknown instruction: FORM',
    'dockerfile-error',
  ],
  [
    'BuildKit: the base image',
    'ERROR: failed to solve: node:20-bookwrm: failed to resolve source metadata for docker.io/library/node:20-bookwrm: docker.io/library/node:20-bookwrm: not found',
    {},
    'the base image node:20-bookwrm cannot be had: not found',
    'base-image-not-found',
  ],
  [
    'the old builder: the base image',
    'manifest for python:3.11-nope not found: manifest unknown: manifest unknown',
    {},
    'the base image python:3.11-nope cannot be had',
    'base-image-not-found',
  ],
  [
    'a registry’s limit',
    'toomanyrequests: You have reached your pull rate limit.',
    {},
    'the registry limits pulls: You have reached your pull rate limit.',
    'base-image-not-found',
  ],
  [
    'BuildKit: a step',
    'ERROR: failed to solve: process "/bin/sh -c make all" did not complete successfully: exit code: 2',
    {},
    'the image’s step “make all” failed with exit code 2',
    'image-build-step',
  ],
  [
    'pip',
    'ERROR: Could not find a version that satisfies the requirement fastapi==99.0 (from versions: 0.1)\nERROR: No matching distribution found for fastapi==99.0',
    {},
    'pip finds no fastapi==99.0 in the index',
    'package-not-found',
  ],
  [
    'a name that a Python module has not',
    "E   ImportError: cannot import name 'Prompt' from 'src.main' (/src/main.py)",
    {},
    "Python: cannot import name 'Prompt' from 'src.main'",
    'python-import',
  ],
  [
    'the kernel’s killer',
    'building…',
    { build: { id: 'p:1', project: 'p', status: 'FAILED', exitCode: 137 } },
    'out of memory: the kernel killed it (exit code 137)',
    'out-of-memory',
  ],
  [
    'CodeBuild’s own word for a secret',
    '',
    { message: "Secrets Manager can't find the specified secret." },
    'a secret that the build asks for does not exist',
    'missing-secret',
  ],
  [
    'IAM for a CloudFormation resource',
    '',
    {
      provider: 'CloudFormation',
      events: [
        {
          subject: 'Dev-Data/Key',
          type: 'AWS::KMS::Key',
          status: 'CREATE_FAILED',
          reason:
            'User: arn:aws:sts::222222222222:assumed-role/cdk-exec/AWSCloudFormation is not authorized to perform: kms:CreateKey on resource: arn:aws:kms:eu-west-1:222222222222:key/x',
        },
      ],
    },
    'access denied: cdk-exec may not kms:CreateKey on arn:aws:kms:eu-west-1:222222222222:key/x',
    'access-denied',
  ],
  [
    'CloudFormation: the first failure, not the cancelled ones',
    '',
    {
      provider: 'CloudFormation',
      events: [
        { subject: 'S/Bucket', type: 'AWS::S3::Bucket', status: 'CREATE_FAILED', reason: 'logs already exists' },
        { subject: 'S/Other', type: 'AWS::S3::Bucket', status: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
      ],
    },
    'S/Bucket (AWS::S3::Bucket) failed: logs already exists',
    'stack-rolled-back',
  ],
  [
    'CloudFormation: a property',
    '',
    {
      provider: 'CloudFormation',
      events: [
        {
          subject: 'S/Queue',
          type: 'AWS::SQS::Queue',
          status: 'CREATE_FAILED',
          reason:
            'Properties validation failed for resource Queue with message: extraneous key [Fifo] is not permitted',
        },
      ],
    },
    'extraneous key [Fifo] is not permitted',
    'template-property',
  ],
  [
    'ECS: what stopped the task',
    '',
    {
      provider: 'CloudFormation',
      events: [
        {
          subject: 'Dev-Services/api',
          type: 'AWS::ECS::Service',
          status: 'CREATE_FAILED',
          reason: 'Resource handler returned message: "ECS Deployment Circuit Breaker was triggered"',
        },
        {
          subject: 'api',
          type: 'AWS::ECS::Task',
          status: 'STOPPED',
          reason: 'Essential container in task exited; api: (exit code 1)',
        },
      ],
    },
    'Dev-Services/api never got healthy: Essential container in task exited; api: (exit code 1)',
    'service-unhealthy',
  ],
  [
    'a rejected approval',
    '',
    { provider: 'Manual', message: 'not on a Friday' },
    'not approved: not on a Friday',
    'approval-rejected',
  ],
  ['curl that nobody answers', 'curl: (7) Failed to connect to 10.0.0.1 port 80', {}, '(curl 7)', 'smoke-test'],
])('%s', (_title, text, more, summary, slug) => {
  const found = cause(text, more);
  expect(found.summary).toContain(summary);
  expect(found.known?.slug).toBe(slug);
});

test.each<[string, string, Partial<Evidence>, string, string]>([
  [
    'drift, by the pipeline',
    'drift: backend/api/prisma/migrations lacks a migration with the SQL above. In backend/api: npx prisma migrate dev',
    {},
    'backend/api/prisma/migrations lacks a migration',
    'drift',
  ],
  [
    'drift, by Prisma',
    'Drift detected: Your database schema is not in sync with your migration history.',
    {},
    'not in sync',
    'drift',
  ],
  [
    'no address',
    'the deployment gave no address of SAIONDO: 1 transactions were sent, and no address',
    {},
    'no address of SAIONDO: 1 transactions were sent',
    'no-contract-address',
  ],
  [
    'a deployment that failed',
    'the deployment ended with exit code 1: npx hardhat run',
    {},
    'exit code 1: npx hardhat run',
    'contract-deployment-failed',
  ],
  [
    'jest-junit',
    'Error: Could not resolve a module for a custom reporter.\n  Module name: jest-junit',
    {},
    'reporter jest-junit is not installed',
    'reporter-missing',
  ],
  ['no tests of Jest', 'No tests found, exiting with code 1', {}, 'finds no tests', 'no-tests-found'],
  ['no tests of npm', '> web3@1.0.0 test\nError: no test specified', {}, 'placeholder', 'no-tests-found'],
  [
    'no tests of pytest',
    '============ no tests ran in 0.01s ============',
    {},
    'pytest finds no tests',
    'no-tests-found',
  ],
  [
    'a client’s key',
    'openai.OpenAIError: The api_key client option must be set either by passing api_key to the client or by setting the OPENAI_API_KEY environment variable',
    {},
    'the variable OPENAI_API_KEY',
    'missing-variable',
  ],
  [
    'os.environ',
    "Traceback (most recent call last):\nKeyError: 'CLAUDE_API_KEY'",
    {},
    'the variable CLAUDE_API_KEY',
    'missing-variable',
  ],
  [
    'class-validator in a service, told by the deployment',
    '',
    {
      provider: 'CloudFormation',
      message:
        'the task of saiondo-dev-api did not get healthy (the container ended); the deployment circuit breaker rolls back. Its log ends:\nError: Configuration validation failed: An instance of EnvironmentVariablesValidator has failed the validation:\n - property AUTH_JWT_SECRET has failed the following constraints: isString',
    },
    'saiondo-dev-api: the variable AUTH_JWT_SECRET is asked for',
    'missing-variable',
  ],
  [
    'EROFS in a service',
    '',
    {
      provider: 'CloudFormation',
      message:
        "the task of saiondo-dev-api did not get healthy (the container ended); the deployment circuit breaker rolls back. Its log ends:\nError: EROFS: read-only file system, mkdir '/app/logs'",
    },
    'saiondo-dev-api: it writes to /app/logs',
    'read-only-file-system',
  ],
  [
    'EROFS of Python',
    "OSError: [Errno 30] Read-only file system: '/app/cache'",
    {},
    'it writes to /app/cache',
    'read-only-file-system',
  ],
  [
    'another main.js',
    '',
    {
      provider: 'CloudFormation',
      message:
        "the task of saiondo-dev-api did not get healthy (the container ended). Its log ends:\nError: Cannot find module '/app/dist/main.js'",
    },
    'starts /app/dist/main.js',
    'wrong-command',
  ],
  [
    'Redis without TLS',
    'MaxRetriesPerRequestError: Reached the max retries per request limit (which is 3).',
    {},
    'Redis cannot be used',
    'redis-connection',
  ],
  [
    'a network without a key',
    "Error HH8: There's one or more errors in your config file:\n\n  * Invalid account: #0 for network: mainnet - private key too short",
    {},
    'network mainnet has no valid key',
    'hardhat-network',
  ],
  ['no Flutter', '/codebuild/output/tmp/script.sh: 4: flutter: not found', {}, 'has no flutter', 'tool-missing'],
  [
    'a stack that was rolled back',
    '',
    {
      provider: 'CloudFormation',
      message: 'Stack:arn:aws:cloudformation:x is in ROLLBACK_COMPLETE state and can not be updated.',
    },
    'ROLLBACK_COMPLETE',
    'rollback-complete',
  ],
])('what the pipeline asks of a repository: %s', (_title, text, more, summary, slug) => {
  const found = cause(text, more);
  expect(found.summary).toContain(summary);
  expect(found.known?.slug).toBe(slug);
});

test('what nobody knows is said to be not recognized, with the line that looks most like an error', () => {
  const found = cause('step one\nfatal: the sky fell\nbye', { message: 'Error while executing command: x' });
  expect(found).toMatchObject({ recognizer: 'last-lines', summary: expect.stringContaining('not recognized') });
  expect(found.known).toBeUndefined();
  expect(found.lines.find((line) => line.error)?.text).toBe('fatal: the sky fell');
});

test('a successful word is no error: output without one gives its last line', () => {
  expect(cause('a\nb').lines.find((line) => line.error)?.text).toBe('b');
});

test('every known cause has a remedy of its own', () => {
  const remedies = Object.values(KNOWN_CAUSES).map((one) => one.remedy);
  expect(new Set(remedies).size).toBe(remedies.length);
});

const COMMAND_ERROR = `COMMAND_EXECUTION_ERROR: Error while executing command: ${'make check; '.repeat(40)}. Reason: exit status 2`;

test('a runner that nobody knows: its report names the case; the command is not said again in the cause', () => {
  const tests = [{ suite: 'shop.Cart', name: 'removes', message: 'expected 1 to be 2' }, { name: 'adds' }];
  expect(cause('ran 2\nassert: expected 1 to be 2\nended', { message: COMMAND_ERROR, tests })).toMatchObject({
    summary: 'test “shop.Cart › removes” failed: expected 1 to be 2 (and 1 more)',
    recognizer: 'test-report',
    known: { slug: 'test-failed' },
  });
  expect(cause('something odd happened', { message: COMMAND_ERROR }).summary).toBe(
    'not recognized; its output says: something odd happened (exit status 2)',
  );
  expect(cause('', { message: COMMAND_ERROR }).summary).toBe('not recognized; exit status 2');
});
