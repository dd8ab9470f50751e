import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layout } from '../../model/layout';
import { signalGroup } from './child';
import { ENGINE_MARK, engineMark, folderLabel } from './engine-mark';
import { processTable, signalProcess } from './process-table';

/** In a build's shell folder, which is gone when the build is over: a line for each command, `pid start-time`. */
const FILE = 'processes';

/** Notes that a build's command runs as the leader of a process group. @param directory the build's shell folder */
export function rememberProcess(directory: string, pid: number, table = processTable()): void {
  fs.appendFileSync(path.join(directory, FILE), `${pid} ${table.startTime(pid) ?? ''}\n`, { mode: 0o600 });
}

/** How often it is looked for processes that were being started while others were ended. */
const ROUNDS = 20;

/**
 * Ends what the builds of a killed engine left running: the commands that they noted and, where /proc shows the environment of processes, everything that
 * was started by them, also in the moment between start and note, or in a session of its own.
 * @returns the ids of the processes
 */
export function endLeftBuilds(layout: Layout, table = processTable()): number[] {
  const ended = new Set<number>();
  for (const file of noted(layout)) {
    for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const pid = Number(line.split(' ', 1)[0]);
      const started = line.slice(line.indexOf(' ') + 1);
      // A pid alone may be another process by now.
      if (!started || table.startTime(pid) !== started) continue;
      ended.add(pid);
      signalGroup(pid, 'SIGKILL');
    }
    fs.rmSync(path.dirname(file), { recursive: true, force: true });
  }
  for (let round = 0; round < ROUNDS; round++) {
    // Their environment names a source folder of a build below this root.
    const found = table.withEnvironment(`CODEBUILD_SRC_DIR=${layout.runs()}${path.sep}`);
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
  }
  return [...ended];
}

function noted(layout: Layout): string[] {
  const folders = (at: string): string[] =>
    fs.existsSync(at) ? fs.readdirSync(at).map((name) => path.join(at, name)) : [];
  return folders(layout.runs())
    .flatMap((run) => folders(path.join(run, 'builds')))
    .map((build) => path.join(build, 'shell', FILE))
    .filter((file) => fs.existsSync(file));
}

/** Ends everything that earlier engines of this folder started and left, by the mark that it carries. @returns the ids of the processes */
export function endLeftProcesses(layout: Layout, table = processTable()): number[] {
  const ended = new Set<number>();
  const { [ENGINE_MARK]: own = '' } = engineMark();
  for (let round = 0; round < ROUNDS; round++) {
    const mine = new Set(own ? table.withEnvironment(`${ENGINE_MARK}=${own}`) : []);
    const found = table.withEnvironment(`${ENGINE_MARK}=${folderLabel(layout.root)}.`).filter((pid) => !mine.has(pid));
    if (found.length === 0) break;
    for (const pid of found) {
      ended.add(pid);
      signalProcess(pid, 'SIGKILL');
    }
  }
  return [...ended];
}
