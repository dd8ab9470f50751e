import * as fs from 'node:fs';
import { FIXED, randomCases } from './cases';
import { compileEngine, type CompiledEngine } from './compile';
import { killedAtEveryEvent, undisturbed, type CrashCase } from './crash';

/** How many random pipelines; `npm run fuzz` asks for more. */
const RANDOM = Number(process.env.SAIONDO_CRASH_CASES ?? 3);
const SEED = Number(process.env.SAIONDO_CRASH_SEED ?? 20261124);
/** Milliseconds: a case kills an engine at each of its events; the machine may be four times slower than a quiet one. */
const PATIENCE = 1_800_000 + RANDOM * 60_000;
/** Engines at once. */
const LANES = 2;

let engine: CompiledEngine;
beforeAll(async () => {
  engine = await compileEngine();
});
afterAll(() => fs.rmSync(engine.folder, { recursive: true, force: true }));

test(
  'an engine that is killed at any event leaves a run that the next brings to the same end',
  async () => {
    const cases = [...FIXED, ...randomCases(RANDOM, SEED)];
    let killed = 0;
    const waiting = [...cases];
    const lane = async (): Promise<void> => {
      for (let one = waiting.shift(); one; one = waiting.shift()) killed += await compare(one);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(killed).toBeGreaterThanOrEqual(200);
  },
  PATIENCE,
);

/** @returns at how many events an engine was killed */
async function compare(one: CrashCase): Promise<number> {
  const quiet = await undisturbed(engine.program, one);
  const disturbed = await killedAtEveryEvent(engine.program, one);
  // The name and the pipeline are on the screen when it fails.
  expect({ one, final: disturbed.final, problems: disturbed.problems }).toEqual({
    one,
    final: quiet.final,
    problems: [],
  });
  expect(quiet.problems).toEqual([]);
  return disturbed.killed.length;
}
