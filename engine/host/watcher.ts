import { spawn } from 'node:child_process';
import { ENGINE_MARK } from './engine-mark';
import { LABEL } from './container-engine';
import { temporaryPrefix } from './temporary-folder';

/** A watcher that runs. */
export interface Watcher {
  /** From now on containers and networks of this engine are removed too. */
  containers(command: string): void;
  /** The engine has ended what it started: nothing is to be done. */
  dismiss(): void;
}

/**
 * Starts the watcher of an engine: a small shell that reads a pipe, whose other end the engine has. When the engine is gone without a word, killed by a
 * signal that nobody can catch, the watcher ends what is left of it, at once and not with the next run. It is in a session of its own, out of the terminal's reach.
 * It finds processes by their environment in /proc: where there is none (macOS) it removes containers only, and the next run ends the rest.
 * @param mark the engine's: what it started carries it
 */
export function startWatcher(mark: string): Watcher {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'saiondo-watcher', mark, LABEL, ENGINE_MARK, temporaryPrefix(mark)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: environment(),
  });
  const say = (line: string): void => {
    if (!child.stdin?.destroyed) child.stdin?.write(`${line}\n`);
  };
  // One that was itself ended is missed by nobody: the next run ends what is left.
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return {
    containers: (command) => say(`containers ${command}`),
    dismiss: () => {
      say('dismissed');
      child.stdin?.end();
    },
  };
}

/** How the container engine is reached, and nothing else of the person. */
function environment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/**
 * POSIX shell: it is there on every machine, starts in a millisecond and takes a megabyte. `$1` mark, `$2` label of containers,
 * `$3` name of the mark's variable, `$4` how its temporary folders begin; of those nothing is removed that another file system is mounted over. PostgreSQL gets SIGQUIT first, so that its own children end with it.
 */
const SCRIPT = String.raw`
trap '' HUP INT QUIT TERM
engine=
while read -r word rest; do
  case "$word" in
    containers) engine=$rest ;;
    dismissed) exit 0 ;;
  esac
done
marked() {
  grep -lsaz "^$3=$1\$" /proc/[0-9]*/environ 2>/dev/null
}
round=0
while [ $round -lt 40 ]; do
  found=$(marked "$@")
  [ -n "$found" ] || [ $round -lt 2 ] || break
  signal=KILL
  [ $round -lt 20 ] && signal=QUIT
  for file in $found; do
    pid=$(echo "$file" | cut -d/ -f3)
    [ "$pid" = $$ ] && continue
    case "$(readlink "/proc/$pid/exe")" in
      */postgres) kill -$signal "$pid" 2>/dev/null ;;
      *) kill -KILL "$pid" 2>/dev/null ;;
    esac
  done
  round=$((round + 1))
  sleep 0.1
done
for folder in "$4"*; do
  [ ! -d "$folder" ] || find "$folder" -xdev -depth -delete 2>/dev/null
done
if [ -n "$engine" ]; then
  for round in 1 2 3; do
    ids=$("$engine" ps --all --quiet --filter "label=$2.engine=$1" 2>/dev/null)
    [ -z "$ids" ] || "$engine" rm --force $ids
    ids=$("$engine" network ls --quiet --filter "label=$2.engine=$1" 2>/dev/null)
    [ -z "$ids" ] || for id in $ids; do "$engine" network rm "$id"; done
    sleep 0.5
  done
fi
exit 0
`;
