import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runBuild } from '../../engine/codebuild/build/build';
import { parseBuildspec } from '../../engine/codebuild/spec/parse-buildspec';
import { BuildPlaces, defaultPlaces } from '../../engine/host/build-places';
import type { RunEventBody } from '../../model/events';
import { plainSandbox } from '../fixtures/plain-sandbox';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-places-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A build that says when it begins and ends, in a file that all of them share. */
async function build(name: string, places: BuildPlaces, signal = new AbortController().signal, minutes = 480) {
  const directory = fs.mkdtempSync(path.join(root, `${name}-`));
  const source = path.join(directory, 'src');
  fs.mkdirSync(source);
  const events: RunEventBody[] = [];
  const text = `version: 0.2\nphases:\n  build:\n    commands:\n      - echo begin >> "$DIARY"\n      - echo end >> "$DIARY"\n`;
  const result = await runBuild(
    {
      buildId: `${name}:1`,
      project: name,
      buildspec: parseBuildspec(text, 'buildspec.yml'),
      directory,
      source,
      sandbox: await plainSandbox(directory, { PATH: process.env.PATH ?? '', DIARY: path.join(root, 'diary') }),
      secrets: [],
      unexportable: new Set(),
      queue: places,
      queuedTimeoutMinutes: minutes,
      timeoutMinutes: 5,
      outputs: [],
      signal,
    },
    { executionId: 'e', stage: 'S', action: name, actionExecutionId: name, buildId: `${name}:1` },
    (event) => events.push(event),
  );
  const phases = events.flatMap((event) => (event.kind === 'build.phase.started' ? [event.phase] : []));
  return { result, phases };
}

test('one place: builds run one after another, and only those that waited were queued', async () => {
  const places = new BuildPlaces(1);
  const builds = await Promise.all(['a', 'b', 'c'].map((name) => build(name, places)));
  expect(builds.map(({ result }) => result.status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(builds.filter(({ phases }) => phases.includes('QUEUED'))).toHaveLength(2);
  expect(fs.readFileSync(path.join(root, 'diary'), 'utf8')).toBe('begin\nend\n'.repeat(3));
  expect(places.takeNow()).toBeDefined();
});

test('a build that is stopped in the queue runs nothing and leaves its place in the row to the next', async () => {
  const places = new BuildPlaces(1);
  const leave = places.takeNow();
  const stop = new AbortController();
  const first = build('stopped', places, stop.signal);
  const second = build('next', places);
  while (places.waits < 2) await new Promise((done) => setImmediate(done));
  stop.abort();
  const { result, phases } = await first;
  expect(result.status).toBe('STOPPED');
  expect(phases).toEqual(['QUEUED']);
  leave?.();
  expect((await second).result.status).toBe('SUCCEEDED');
});

test('a build that waits longer than QueuedTimeoutInMinutes times out', async () => {
  const places = new BuildPlaces(1);
  places.takeNow();
  const { result, phases } = await build('late', places, undefined, 0.0005);
  expect(result).toMatchObject({ status: 'TIMED_OUT', failure: { phase: 'QUEUED' } });
  expect(phases).toEqual(['QUEUED']);
});

test('a place is given back once', () => {
  const places = new BuildPlaces(1);
  const leave = places.takeNow();
  leave?.();
  leave?.();
  expect(places.takeNow()).toBeDefined();
  expect(places.takeNow()).toBeUndefined();
});

test.each([
  [2, 24, 4],
  [8, 32, 16],
  [8, 3, 3],
  [1, 0.5, 1],
])('%d cores and %d GiB carry %d builds', (cores, memory, most) => {
  expect(defaultPlaces(cores, memory * 1024 ** 3)).toBe(most);
});
