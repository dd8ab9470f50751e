import * as fs from 'node:fs';
import * as path from 'node:path';
import { openIsolation } from '../engine/isolation/open-isolation';
import { median, seconds, type Measured } from './figure';

const ROUNDS = 15;

/** What a sandbox costs a build: to put its root together, to start one command in it, to take it away. Undefined without namespaces. */
export async function isolationOfABuild(scratch: string): Promise<Measured | undefined> {
  const isolation = await openIsolation({ directory: path.join(scratch, 'isolation'), hidden: [], reads: [] });
  if (isolation.kind !== 'namespaces') return undefined;
  const at = (name: string): string => path.join(scratch, 'build', name);
  for (const name of ['src', 'home', 'tmp']) fs.mkdirSync(at(name), { recursive: true });
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(
      await seconds(async () => {
        const sandbox = await isolation.open({
          directory: at('sandbox'),
          writes: [at('src')],
          reads: [],
          home: at('home'),
          temporary: at('tmp'),
          environment: { PATH: process.env.PATH ?? '' },
          containerEngine: false,
        });
        await new Promise<void>((done) =>
          sandbox.spawn('/bin/sh', ['-c', ':'], { cwd: at('src'), stdio: 'ignore' }).once('exit', () => done()),
        );
        await sandbox.close();
      }),
    );
  return {
    name: 'isolation of a build',
    value: median(rounds) * 1000,
    unit: 'ms',
    bound: 50,
    detail: `one command; ${(Math.min(...rounds) * 1000).toFixed(0)} to ${(Math.max(...rounds) * 1000).toFixed(0)} ms`,
  };
}
