import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import execa from 'execa';
import type { RunEvent } from '../../model/events';
import { prepareCommandLine } from '../fixtures/served-rehearsal';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';

/** A machine that slept, or whose clock was set: the time of the day jumps while a build runs and an approval waits, and neither times out. */
const COMMAND = path.join(__dirname, '../../dist/bin/saiondo.js');
const CLOCK = path.join(__dirname, '../fixtures/jumping-clock.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-clock-'));
const HOUR = 3_600_000;
beforeAll(async () => {
  await prepareCommandLine();
  await makeRepository(path.join(root, 'repo'), { 'a.txt': 'a' });
}, 240_000);
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

test.each([
  ['forward by ten hours', 10 * HOUR],
  ['back by ten hours', -10 * HOUR],
])(
  'a clock that jumps %s ends no build',
  async (name, jump) => {
    const directory = path.join(root, name.replaceAll(' ', '-'));
    const clock = path.join(directory, 'clock.txt');
    const go = path.join(directory, 'go');
    writeAssembly(path.join(directory, 'cdk.out'), {
      stages: {
        Build: [{ name: 'Waits', commands: [`until [ -e '${go}' ]; do sleep 0.05; done; echo went`] }],
        Post: [{ name: 'After', commands: ['echo after'] }],
      },
    });
    const child = execa(
      'node',
      [
        ...[COMMAND, 'rehearse', '--json', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=../repo`],
        ...['--no-containers', '--isolation', 'none'],
      ],
      {
        cwd: directory,
        reject: false,
        buffer: false,
        env: {
          SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools'),
          NODE_OPTIONS: `--require=${CLOCK}`,
          SAIONDO_TEST_CLOCK: clock,
        },
      },
    );
    const events: RunEvent[] = [];
    for await (const line of readline.createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const event = JSON.parse(line) as RunEvent;
      events.push(event);
      // The command runs: the clock jumps, and then the command may end.
      if (event.kind !== 'build.phase.started' || event.phase !== 'BUILD' || fs.existsSync(clock)) continue;
      fs.writeFileSync(clock, String(jump));
      fs.writeFileSync(go, '');
    }
    expect((await child).exitCode).toBe(0);
    expect(events.filter((one) => one.kind === 'build.ended').map((one) => one.status)).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
  },
  120_000,
);
