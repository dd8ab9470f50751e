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
