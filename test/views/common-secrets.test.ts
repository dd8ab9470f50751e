import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { KnownSecrets } from '../../engine/secrets/known-secrets';
import { redactEvent } from '../../engine/secrets/redact-event';
import { applyEvent } from '../../model/apply-event';
import type { RunEvent, RunEventBody } from '../../model/events';
import type { PermissionRecord } from '../../model/permission-record';
import { emptyRun } from '../../model/run-state';
import { jobSummary } from '../../views/job-summary';
import { junitXml } from '../../views/junit';
import { renderReport } from '../../views/report/report';

// A secret may have the value of a name of ours: a database's password that is the project's name. Texts are cleaned of it, names are not.
const NAME = 'Verify';
const secrets = new KnownSecrets();
secrets.add('DB_PASSWORD', NAME);
const clean = (text: string) => secrets.clean(text);

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-common-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const key = { executionId: 'e', stage: NAME, action: `${NAME}Api`, actionExecutionId: 'a' };
const bodies: readonly RunEventBody[] = [
  { kind: 'run.started', runId: 'r', version: '0', pipeline: NAME, assembly: '', options: {}, pid: 1 },
  { kind: 'execution.started', executionId: 'e', structureVersion: 's', trigger: { type: 'Manual' } },
  { kind: 'stage.started', executionId: 'e', stage: NAME },
  {
    kind: 'action.started',
    ...key,
    category: 'Build',
    provider: 'CodeBuild',
    runOrder: 1,
    configuration: {
      ProjectName: NAME,
      EnvironmentVariables: JSON.stringify([{ name: NAME, type: 'PLAINTEXT', value: `postgres://${NAME}@db` }]),
      CustomData: `for ${NAME}`,
    },
    inputArtifacts: [],
  },
  {
    kind: 'action.ended',
    ...key,
    status: 'Failed',
    failure: { code: 'JobFailed', message: `password ${NAME} was refused`, tail: [`login with ${NAME}`] },
  },
  { kind: 'run.ended', verdict: 'failed', summary: `${NAME} was refused`, exitCode: 1 },
];
const state = emptyRun();
bodies.forEach((body, at) =>
  applyEvent(state, { ...body, v: 1, seq: at + 1, time: '2026-11-28T12:00:00.000Z' } as unknown as RunEvent),
);

test('an action’s configuration keeps what it names, and is cleaned of what it gives', () => {
  expect(redactEvent(bodies[3] as RunEventBody, clean)).toMatchObject({
    stage: NAME,
    configuration: {
      ProjectName: NAME,
      EnvironmentVariables: JSON.stringify([{ name: NAME, type: 'PLAINTEXT', value: 'postgres://***@db' }]),
      CustomData: 'for ***',
    },
  });
  const others = { EnvironmentVariables: `not JSON: ${NAME}`, BuildspecOverride: `echo ${NAME}` };
  expect(redactEvent({ ...bodies[3], configuration: others } as RunEventBody, clean)).toMatchObject({
    configuration: { EnvironmentVariables: 'not JSON: ***', BuildspecOverride: 'echo ***' },
  });
});

test('the job’s summary and junit.xml keep the names of stages and actions, and nothing of the secret in texts', () => {
  const summary = jobSummary(state, clean);
  expect(summary).toContain(`## ${NAME}: `);
  expect(summary).toContain(`| ${NAME}/${NAME}Api |`);
  expect(summary).toContain(`### ${NAME}/${NAME}Api&#58; password &#42;&#42;&#42; was refused`);
  expect(summary).toContain('login with ***');
  expect(summary.match(/Verify/g)).toHaveLength(5);
  expect(junitXml(state, directory, clean)).toContain(`<testsuites name="${NAME} `);
});

test('the report’s permissions keep ARNs of roles and buckets; an object’s key is what a command wrote', () => {
  const record: PermissionRecord = {
    stage: NAME,
    pipelineAction: 'Api',
    role: `arn:aws:iam::111111111111:role/${NAME}`,
    construct: `App/${NAME}`,
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${NAME}-bucket/backup/${NAME}.sql`,
    why: 'as it asked for',
    source: 'a page',
    result: 'denied',
    text: `User: arn:aws:sts::111111111111:assumed-role/${NAME}/one is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::${NAME}-bucket/backup/${NAME}.sql with ${NAME}`,
  };
  fs.writeFileSync(path.join(directory, 'permissions.jsonl'), `${JSON.stringify(record)}\n`);
  const html = renderReport(state, directory, clean);
  expect(html).toContain(`<code>arn:aws:s3:::${NAME}-bucket/backup/***.sql</code>`);
  expect(html).toContain(
    `assumed-role/${NAME}/one is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::${NAME}-bucket/backup/***.sql with ***`,
  );
});

test.each(['true', 'No', '1', '65535', 'dev', 'ab'])(
  'a value as common as %s is not masked, and said once',
  (value) => {
    const known = new KnownSecrets();
    const told: string[] = [];
    known.add('FIRST', value);
    known.onShown((name) => void told.push(name));
    known.add('FIRST', value);
    known.add('SECOND', value);
    known.add('EMPTY', '');
    expect(told).toEqual(['FIRST', 'SECOND']);
    expect(known.clean(`x ${value} x`)).toBe(`x ${value} x`);
  },
);
