import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-smoke-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const task = (service: string, revision: number): string =>
  `arn:aws:ecs:ap-northeast-2:222222222222:task-definition/saiondo-dev-${service}:${revision}`;

/** Smoke-tests the deployment of revision 7 of both services; `answers` are ECS's by service, one after the other (aws and curl are recording stand-ins). */
function smokeTest(answers: Readonly<Record<'api' | 'llm', readonly string[]>>, curl = '') {
  const files = Object.fromEntries(
    Object.entries(answers).flatMap(([service, texts]) =>
      texts.map((text, at) => [`answers/saiondo-dev-${service}/${at}`, text]),
    ),
  );
  return recordedBuild(root, 'smoke-test', {
    variables: {
      API_URL: 'https://api.example.com',
      HEALTH_PATH: '/health',
      CLUSTER: 'dev',
      RECORD_ROLE: 'arn:aws:iam::111111111111:role/saiondo-dev-record',
      RECORD_REGION: 'eu-west-1',
      IMAGES: '',
      RELEASES: `saiondo-dev-api=${task('api', 7)} saiondo-dev-llm=${task('llm', 7)}`,
    },
    files,
    commands: {
      curl,
      sleep: '',
      // The first answer that was not given yet; the last one for ever.
      aws: `[ "$2" = describe-services ] || exit 0
folder=answers/$6
first=$(ls $folder | sort -n | head -n 1)
cat $folder/$first
[ "$(ls $folder | wc -l)" -eq 1 ] || rm $folder/$first`,
    },
  });
}
const up = (service: string): string => `${task(service, 7)}\tCOMPLETED\t2`;

test('it waits for a deployment in progress, and passes where each service runs the very task definition', async () => {
  const { status, log, calls } = await smokeTest({
    api: [`${task('api', 7)}\tIN_PROGRESS\t1`, up('api')],
    llm: [up('llm')],
  });
  expect(status).toBe('SUCCEEDED');
  expect(log).toContain('saiondo-dev-api is still being deployed');
  expect(log).toContain(`saiondo-dev-llm runs ${task('llm', 7)}, 2 tasks`);
  expect(calls[0]).toMatch(/curl .*https:\/\/api\.example\.com\/health$/);
});

test.each([
  [
    'ECS took the deployment back',
    [`${task('llm', 6)}\tCOMPLETED\t2`],
    /saiondo-dev-llm runs \S+:6 .*ECS rolled it back/,
  ],
  ['its deployment failed', [`${task('llm', 7)}\tFAILED\t2`], /\(FAILED, 2 tasks\)/],
  ['it runs no task', [`${task('llm', 7)}\tCOMPLETED\t0`], /\(COMPLETED, 0 tasks\)/],
  ['it never gets ready', [`${task('llm', 7)}\tIN_PROGRESS\t1`], /\(IN_PROGRESS, 1 tasks\)/],
  ['there is no such service', ['None'], /saiondo-dev-llm runs None/],
])('it fails where %s, though the api answers', async (_what, llm, says) => {
  const { status, log } = await smokeTest({ api: [up('api')], llm });
  expect(status).toBe('FAILED');
  expect(log).toMatch(says);
});

test('it fails where the api does not answer, and looks no further', async () => {
  const { status, calls } = await smokeTest({ api: [up('api')], llm: [up('llm')] }, 'exit 22');
  expect(status).toBe('FAILED');
  expect(calls.some((call) => call.includes('aws'))).toBe(false);
});
