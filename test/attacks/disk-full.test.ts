import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { ENGINE_MARK, folderLabel } from '../../engine/host/engine-mark';
import { processTable } from '../../engine/host/process-table';
import { readEvents } from '../../engine/runs/event-log';
import { prepareCommandLine } from '../fixtures/served-rehearsal';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';
import { machineHas } from '../fixtures/requires';

/**
 * A whole rehearsal on a disk of its own that a build fills: it ends with a sentence, what it recorded stays whole, and `--resume` continues when there is room.
 * Only root mounts a disk.
 */
const mounts = process.platform === 'linux' && process.getuid?.() === 0 && machineHas('namespaces');
if (!mounts) process.stderr.write('disk-full.test.ts is left out: it mounts a small disk as root, on Linux\n');
const onADisk = mounts ? test : test.skip;
const COMMAND = path.join(__dirname, '../../dist/bin/saiondo.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-disk-'));
const disk = path.join(root, 'disk');
/** Kilobytes above which a build takes the disk for large and leaves it alone. */
const ROOM = 40_000;

beforeAll(async () => {
  if (!mounts) return;
  fs.mkdirSync(disk);
  fs.mkdirSync(path.join(root, 'home'));
  await prepareCommandLine();
}, 240_000);
afterAll(async () => {
  if (mounts) await execa('umount', ['--lazy', disk], { reject: false });
  fs.rmSync(root, { recursive: true, force: true });
});

const rehearse = (...args: string[]) =>
  execa(
    'node',
    [COMMAND, 'rehearse', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=repo`, '--no-containers', ...args],
    {
      cwd: disk,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        HOME: path.join(root, 'home'),
        SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools'),
      },
    },
  );

onADisk.each([0, 8, 40, 200])(
  'with %i KB left it says that the disk is full, and continues when there is room',
  async (left) => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=755', 'tmpfs', disk]);
    try {
      const fill = `[ $(df -k --output=avail . | tail -1) -gt ${ROOM} ] || { dd if=/dev/zero of=fill bs=1k 2> said; truncate -s -${left}k fill; }`;
      writeAssembly(path.join(disk, 'cdk.out'), {
        stages: {
          Build: [
            {
              name: 'Fills',
              commands: [fill, 'seq 60000', 'date > a.txt'],
              output: 'Out',
              buildspec: { artifacts: { files: ['a.txt'] } },
            },
          ],
          Deploy: [{ name: 'Stack', deploys: { stackName: 'topic', template: 'stack.json' } }],
          Post: [{ name: 'Reads', commands: ['cat a.txt'], input: 'Out' }],
        },
      });
      await makeRepository(path.join(disk, 'repo'), {
        'stack.json': JSON.stringify({ Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } } } }),
        'a.txt': 'a',
      });
      const full = await rehearse();
      expect(full.all).toMatch(/is full|No space left on device/);
      expect(full.all).not.toMatch(/\n\s+at .*\.[jt]s:\d+:\d+|error of its own/);
      expect(full.exitCode).not.toBe(0);
      const state = path.join(disk, '.saiondo');
      const [run = ''] = fs.readdirSync(path.join(state, 'runs'));
      const recorded = readEvents(path.join(state, 'runs', run, 'events.jsonl')).events;
      expect(recorded.length).toBeGreaterThan(0);
      expect(processTable().withEnvironment(`${ENGINE_MARK}=${folderLabel(state)}.`)).toEqual([]);
      await execa('mount', ['-o', 'remount,size=200m', disk]);
      const verdict = recorded.find((event) => event.kind === 'run.ended');
      // A build that failed has ended its run: then there is nothing to go on with, and a new run passes.
      const again = await rehearse(...(verdict ? [] : ['--resume', run]));
      expect({ all: again.exitCode === 0 ? '' : again.all, exitCode: again.exitCode }).toEqual({
        all: '',
        exitCode: 0,
      });
    } finally {
      await execa('umount', ['--lazy', disk]);
    }
  },
  240_000,
);
