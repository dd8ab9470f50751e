import execa from 'execa';
import { signalGroup } from './child';
import { engineMark } from './engine-mark';

/** Milliseconds between SIGTERM and SIGKILL for a program that is not wanted any more. */
const GRACE = 1000;

/** How a program is run. */
export interface ExecuteOptions extends execa.Options {
  /** Aborted: the program ends at once, with everything that it started. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program of this machine to its end, as the leader of a process group, so that it can be ended with all that it started.
 * @throws the signal's reason when it was aborted, else what execa throws
 */
export async function execute(
  file: string,
  args: readonly string[],
  { signal, ...options }: ExecuteOptions = {},
): Promise<execa.ExecaReturnValue> {
  signal?.throwIfAborted();
  const child = execa(file, args, {
    ...(options.input === undefined ? { stdin: 'ignore' } : {}),
    ...options,
    detached: true,
    env: { ...options.env, ...engineMark() },
  });
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    const { pid } = child;
    if (pid === undefined) return;
    signalGroup(pid, 'SIGTERM');
    timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE);
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    return await child;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    // What it started may have outlived it.
    if (signal?.aborted && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    signal?.throwIfAborted();
  }
}
