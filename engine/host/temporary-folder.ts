import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ENGINE_MARK, engineMark } from './engine-mark';
import { isAlive } from './process-table';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const open = new Set<string>();
let watching = false;

/** How the names of an engine's temporary folders begin. @param mark the engine's */
export function temporaryPrefix(mark: string): string {
  return path.join(os.tmpdir(), `saiondo-${mark}-`);
}

/**
 * Makes an empty folder for what is needed for a moment; the caller removes it. Where the process ends before that, by Ctrl-C too, it goes with the
 * process; a killed engine's are removed by its watcher, which knows them by their name, and what was killed without one is removed by the next.
 * @param purpose a word for its name
 */
export function temporaryFolder(purpose: string): string {
  const mark = engineMark()[ENGINE_MARK] ?? String(process.pid);
  const folder = fs.mkdtempSync(`${temporaryPrefix(mark)}${purpose}-`);
  open.add(folder);
  if (!watching) watch();
  return folder;
}

/** A process's number in the name of its folder, behind the label of an engine. */
const OF_PROCESS = /^saiondo-(?:[0-9a-f]{12}\.)?(\d+)[.-]/;

/** Removes this person's folders whose process is gone. */
function removeLeft(): void {
  const root = os.tmpdir();
  for (const name of fs.readdirSync(root)) {
    const pid = OF_PROCESS.exec(name)?.[1];
    const folder = path.join(root, name);
    const stat = pid === undefined ? undefined : fs.lstatSync(folder, { throwIfNoEntry: false });
    if (stat?.isDirectory() && stat.uid === process.getuid?.() && !isAlive(Number(pid))) remove(folder);
  }
}

function watch(): void {
  watching = true;
  removeLeft();
  process.once('exit', removeOpen);
  for (const signal of SIGNALS)
    process.once(signal, () => {
      // Others listen: the process ends in its own time, and uses its folders until then.
      if (process.listenerCount(signal) > 0) return;
      removeOpen();
      process.kill(process.pid, signal);
    });
}

function removeOpen(): void {
  for (const folder of open) remove(folder);
}

function remove(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // A program still writes there; the watcher ends it, and removes the folder.
  }
}
