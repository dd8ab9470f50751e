import * as fs from 'node:fs';
import * as path from 'node:path';
import { diskError } from './disk-error';

/** A folder for its owner alone (0700), with those above it that are missing. */
export function makePrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/**
 * Replaces a file as a whole, for its owner alone (0600): a reader, and an engine that comes after a kill or a power cut, finds the old content
 * or the new one.
 * @throws SaiondoError `DISK_FULL` and its like, with the file system's name; the old content stays
 */
export function writeAtomically(file: string, content: string | Buffer, { durable = true } = {}): void {
  const next = `${file}.new`;
  try {
    makePrivateFolder(path.dirname(file));
    const handle = fs.openSync(next, 'w', 0o600);
    try {
      // One that an earlier version left may have another mode.
      fs.fchmodSync(handle, 0o600);
      fs.writeFileSync(handle, content);
      if (durable) fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(next, file);
  } catch (cause) {
    removeQuietly(next);
    throw diskError(cause, file);
  }
}

function removeQuietly(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // What was in the way of writing it is in the way of this too.
  }
}
