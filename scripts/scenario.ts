import * as path from 'node:path';
import execa from 'execa';
import { SaiondoError } from '../model/errors';
import { readRules } from './fidelity-table';
import { makeScenario, scenarioNamed } from './scenario-folder';

/** `npm run scenario NAME` runs one scenario; `npm run scenario:new AREA NAME` makes one. @returns the exit code */
async function main([command, ...args]: readonly string[]): Promise<number> {
  const [first = '', second = ''] = args;
  if (command === 'new') {
    const folder = path.relative('.', makeScenario('.', first, second));
    console.log(`${folder} is made. Change its files, run it, then write it into docs/fidelity.md:`);
    console.log(`→ npm run scenario ${second} && npm run fidelity`);
    return 0;
  }
  const { area, name } = scenarioNamed(first, readRules(path.join('test', 'scenarios')));
  const { exitCode } = await execa(
    'jest',
    [`test/scenario/${area}.test.ts`, '--verbose=false', '-t', `^${area} ${name}: `],
    {
      preferLocal: true,
      reject: false,
      stdio: 'inherit',
    },
  );
  return exitCode;
}

main(process.argv.slice(2)).then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    if (!(error instanceof SaiondoError)) throw error;
    console.error(`${error.message}\n→ ${error.next}`);
    process.exitCode = 2;
  },
);
