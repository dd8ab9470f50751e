import { ensureAwsTools } from '../../engine/endpoint/aws-tools';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { machineHas } from '../fixtures/requires';
import { makeShellImage } from '../fixtures/shell-image';
import { KilledRehearsal } from './killed-rehearsal';

/** How many kills; `npm run fuzz` asks for 200. */
const KILLS = Number(process.env.SAIONDO_KILLS ?? 20);
const SEED = Number(process.env.SAIONDO_CRASH_SEED ?? 20261128);
/** Folders at once. */
const LANES = 2;
/** Seconds within which a rehearsal that heard a signal ends, on a busy machine. */
const HEARD = 10;

const SIGNALS: readonly (readonly NodeJS.Signals[])[] = [
  ['SIGKILL'],
  ['SIGTERM'],
  ['SIGHUP'],
  ['SIGINT'],
  ['SIGINT', 'SIGINT'],
];

/** The same numbers from the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const containers = machineHas('docker');
if (!containers)
  process.stderr.write('real-kills.test.ts: no container engine answers: rehearsals with databases only are killed\n');
let lanes: KilledRehearsal[] = [];
beforeAll(async () => {
  // Every second lane has a service in a container, where there is an engine.
  const image = containers ? await makeShellImage() : undefined;
  lanes = Array.from({ length: LANES }, (_, lane) => new KilledRehearsal(lane % 2 === 1 ? image : undefined));
  await ensureAwsTools(process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools'));
}, 600_000);
afterAll(() => lanes.forEach((lane) => lane.remove()));

test(
  'a rehearsal that is killed at any moment leaves nothing running, and continues to the same end with the same data',
  async () => {
    const problems: string[] = [];
    await Promise.all(lanes.map((lane, index) => killed(lane, numbers(SEED + index), problems)));
    expect(problems).toEqual([]);
  },
  120_000 + KILLS * 30_000,
);

/** Kills a lane's rehearsals: the first ones before there is a database, the others with data in it. */
async function killed(lane: KilledRehearsal, random: () => number, problems: string[]): Promise<void> {
  await lane.prepare();
  const kills = Math.ceil(KILLS / LANES);
  let quiet: unknown;
  for (let count = 0; count < kills; count++) {
    const signals = SIGNALS[Math.floor(random() * SIGNALS.length)] ?? [];
    const after = 150 + random() * 6000;
    const what = `kill ${count} by ${signals.join(' and ')} after ${Math.round(after)} ms (seed ${SEED})`;
    const ended = await lane.run({ after, signals });
    const left = await lane.left(8);
    if (left.length > 0) problems.push(`${what} left ${left.join('; ')}`);
    if (!signals.includes('SIGKILL') && ended.seconds > HEARD)
      problems.push(`${what} was heard after ${ended.seconds} s`);
    if (/error of its own|\n\s+at .*:\d+:\d+/.test(ended.output)) problems.push(`${what}: ${ended.output}`);
    // In between a run may end, and the database is there.
    if (count % 4 !== 3 && count !== kills - 1) continue;
    const whole = await lane.run();
    if (whole.code !== 0) problems.push(`${what}: the run after it ended with ${whole.code}: ${whole.output}`);
    if (whole.code !== 0) return;
    if (quiet === undefined) {
      quiet = lane.final();
      await lane.ask('CREATE TABLE kept AS SELECT 7 AS value');
    }
    expect(lane.final()).toEqual(quiet);
    expect(await lane.ask('SELECT value FROM kept')).toEqual([{ value: 7 }]);
  }
  // One that was killed before it had a watcher is the next one's to clean up after.
  expect(fs.readdirSync(lane.temporary)).toEqual([]);
  expect(quiet).toMatchObject({ verdict: 'passed', resources: lane.resources, journal: [] });
}
