import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { lineOf, type Measured } from './figure';
import { overhead } from './last-run';
import { isolationOfABuild } from './isolation';
import { bigLog } from './log';
import { largeCommands, largeExecution, manyRuns } from './served-runs';
import { enforcedOverOff, judgedOverUnjudged } from './permissions';
import { synthOverEmpty } from './synth';
import { triage } from './triage';
import { rehearsedAgain } from './twice';
import { engineOverWireit } from './wireit';

/**
 * Speed against a reference measured in the same run: a line each with the figure, its bound and what it was reckoned from. All parts, or those
 * whose names are given: `npm run bench -- synth wireit`.
 */
const say = (measured: Measured): void => console.log(lineOf(measured));

const PARTS: Readonly<Record<string, (scratch: string) => Promise<void>>> = {
  run: () => {
    const measured = overhead();
    if (measured) say(measured);
    else console.log('run over its own commands: no run to the end here yet; npm start -- --approve Prod makes one');
    return Promise.resolve();
  },
  permissions: () => {
    const measured = judgedOverUnjudged();
    if (measured) say(measured);
    else console.log('permissions: no run to the end here yet; npm start -- --approve Prod makes one');
    return Promise.resolve();
  },
  pair: async (scratch) => say(await enforcedOverOff(scratch)),
  log: async (scratch) => say(await bigLog(scratch)),
  wireit: async (scratch) => say(await engineOverWireit(scratch)),
  isolation: async (scratch) => {
    const measured = await isolationOfABuild(scratch);
    if (measured) say(measured);
    else console.log('isolation of a build: this machine has no namespaces');
  },
  synth: async (scratch) => say(await synthOverEmpty(scratch)),
  large: async (scratch) => {
    (await largeExecution(path.join(scratch, 'large'))).forEach(say);
    (await largeCommands(path.join(scratch, 'commands'))).forEach(say);
    (await manyRuns(path.join(scratch, 'many'))).forEach(say);
  },
  twice: async (scratch) => (await rehearsedAgain(scratch)).forEach(say),
  triage: async () => triage((line) => console.log(line)),
};

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    console.error(`the bench has no part ${unknown.join(', ')}; it has ${Object.keys(PARTS).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-bench-'));
  try {
    for (const [name, part] of Object.entries(PARTS))
      if (names.length === 0 || names.includes(name)) await part(scratch);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
