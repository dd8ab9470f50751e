import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { binaries, forgetUnlessOurs, nativeFolder, outside, reachable, type Owner } from './postgres-owner';

/** A program of PostgreSQL's, ready to be started. */
export interface SeatedProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** Where an instance lives, and how its programs are started there. */
export interface PostgresSeat {
  /** Its folder on this machine. */
  readonly home: string;
  /** A path below its folder, as its programs see it. */
  readonly seen: (at: string) => string;
  readonly start: (program: 'initdb' | 'postgres', args: readonly string[]) => SeatedProgram;
}

/** `$1` the instance's folder, `$2` PostgreSQL's own, `$3` user, `$4` group, then the program: all of it stays one process. */
const ENTER = `mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir /mnt/home /mnt/native &&
mount --bind "$1" /mnt/home && mount --bind "$2" /mnt/native && cd /mnt/home &&
user=$3 group=$4 && shift 4 && exec setpriv --reuid="$user" --regid="$group" --clear-groups -- "$@"`;

/**
 * Where an instance lives. Root lends its server a user, who often cannot get to root's folders: then its programs run in a mount namespace in which the
 * instance's folder and PostgreSQL's are on /mnt, and nothing lies outside of the state. Where root may make none (a container without the right),
 * both lie in the temporary folder.
 */
export async function seatOf(directory: string, owner: Owner | undefined): Promise<PostgresSeat> {
  const native = nativeFolder();
  if (!owner || (reachable(directory, owner) && reachable(path.join(native, 'bin'), owner)))
    return plainSeat(directory, owner);
  if (!(await hasMountNamespaces())) {
    const home = reachable(directory, owner) ? directory : outside(directory);
    if (home !== directory) forgetUnlessOurs(home, directory);
    return plainSeat(home, owner);
  }
  const { uid, gid } = owner;
  return {
    home: directory,
    seen: (at) => path.join('/mnt/home', path.relative(directory, at)),
    start: (program, args) => ({
      file: 'unshare',
      args: [
        ...['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'saiondo-postgres'],
        ...[directory, native, String(uid), String(gid), `/mnt/native/bin/${program}`, ...args],
      ],
    }),
  };
}

function plainSeat(home: string, owner: Owner | undefined): PostgresSeat {
  const programs = binaries(owner);
  return {
    home,
    seen: (at) => at,
    start: (program, args) => ({ file: programs[program], args, ...(owner ? { uid: owner.uid, gid: owner.gid } : {}) }),
  };
}

async function hasMountNamespaces(): Promise<boolean> {
  if (process.platform !== 'linux' || !fs.existsSync('/mnt')) return false;
  const trial = ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt && setpriv --version'];
  return (await execa('unshare', trial, { reject: false, stdio: 'ignore' })).exitCode === 0;
}
