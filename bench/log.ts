import * as fs from 'node:fs';
import * as path from 'node:path';
import { runBuild } from '../engine/codebuild/build/build';
import { NO_ISOLATION } from '../engine/isolation/plain';
import { parseBuildspec } from '../engine/codebuild/spec/parse-buildspec';
import type { Measured } from './figure';

/** Memory of the engine while a build writes 200 MB. */
export async function bigLog(scratch: string): Promise<Measured> {
  const directory = path.join(scratch, 'log');
  const source = path.join(directory, 'src');
  fs.mkdirSync(source, { recursive: true });
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const key = { executionId: 'e', stage: 'S', action: 'A', actionExecutionId: 'a', buildId: 'b:1' };
  await runBuild(
    {
      buildId: 'b:1',
      project: 'b',
      buildspec: parseBuildspec(
        'version: 0.2\nphases: { build: { commands: ["yes a line of a very long log | head -c 209715200"] } }',
        'bench.yml',
      ),
      directory,
      source,
      sandbox: await NO_ISOLATION.open({
        directory: path.join(directory, 'sandbox'),
        writes: [],
        reads: [],
        home: directory,
        temporary: directory,
        environment: { PATH: process.env.PATH ?? '' },
        containerEngine: false,
      }),
      secrets: [{ name: 'SECRET', value: 'a-secret-value' }],
      unexportable: new Set(),
      timeoutMinutes: 5,
      outputs: [],
      signal: new AbortController().signal,
    },
    key,
    () => undefined,
  );
  clearInterval(timer);
  most = Math.max(most, process.memoryUsage().rss);
  return {
    name: 'memory for a log of 200 MB',
    value: (most - before) / 1e6,
    unit: 'MB',
    bound: 50,
    detail: `${(before / 1e6).toFixed(0)} MB before`,
  };
}
