import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';

/** Bytes of a socket file's path that every system takes (unix(7): 108 with the end; macOS: 104). */
const MOST = 100;

/**
 * The path of a socket file in a folder of this user alone. A folder whose path is too long for one gets a neighbour in the temporary folder, the same each time.
 * @param directory made if it is not there
 * @throws SaiondoError `FOLDER_NOT_OURS` where another user has made that neighbour
 */
export function socketFile(directory: string, name: string): string {
  const near = path.join(path.resolve(directory), name);
  if (Buffer.byteLength(near) <= MOST) return (ownFolder(directory), near);
  const label = createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 16);
  const far = path.join(os.tmpdir(), `saiondo-${label}`);
  ownFolder(far);
  return path.join(far, name);
}

function ownFolder(directory: string): void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = fs.lstatSync(directory);
  const own = process.getuid?.() ?? uid;
  if (uid !== own)
    throw new SaiondoError(`the folder ${directory} belongs to another user`, {
      code: 'FOLDER_NOT_OURS',
      where: { file: directory },
      next: 'remove it, or set TMPDIR to a folder of your own',
    });
  if ((mode & 0o077) !== 0) fs.chmodSync(directory, 0o700);
}
