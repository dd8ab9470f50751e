import * as os from 'node:os';
import execa from 'execa';

/** The gate's parts but the tests, in order: what ends soonest first, and the templates after the synth that writes them. */
const PARTS = ['format:check', 'lint', 'types', 'lint:workflows', 'synth', 'lint:templates'];

/** How a part ended. */
interface Ended {
  readonly name: string;
  readonly seconds: number;
  readonly exitCode: number;
}

/**
 * `npm run check`: the tests, and next to them one after another the other parts, with what the tests leave of the processors. The tests write to the
 * terminal at once; each other part writes what it has to say when it ends, as a whole. Every part runs, whichever fails.
 * @returns the exit code: 1 where a part failed
 */
async function main(): Promise<number> {
  const results = (await Promise.all([tests(), others()])).flat();
  console.log(`\n${results.map(lineOf).join('\n')}`);
  return results.every(({ exitCode }) => exitCode === 0) ? 0 : 1;
}

async function tests(): Promise<Ended[]> {
  const started = performance.now();
  const { exitCode } = await execa('npm', ['test'], { stdio: 'inherit', reject: false });
  return [ended('test', started, exitCode)];
}

async function others(): Promise<Ended[]> {
  const results: Ended[] = [];
  for (const name of PARTS) {
    const started = performance.now();
    const child = execa('npm', ['run', '--silent', name], { all: true, reject: false });
    // The tests measure time: they go first.
    if (child.pid) os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
    const { exitCode, all = '' } = await child;
    results.push(ended(name, started, exitCode));
    console.log(`\n${lineOf(results.at(-1) as Ended)}${all.trim() ? `\n${all.trim()}` : ''}\n`);
  }
  return results;
}

const ended = (name: string, started: number, exitCode: number): Ended => ({
  name,
  exitCode,
  seconds: (performance.now() - started) / 1000,
});

function lineOf({ name, exitCode, seconds }: Ended): string {
  return `${exitCode === 0 ? 'passed' : 'FAILED'} ${seconds.toFixed(0).padStart(5)} s  npm run ${name}`;
}

void main().then((exitCode) => (process.exitCode = exitCode));
