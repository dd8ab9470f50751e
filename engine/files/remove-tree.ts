import * as fs from 'node:fs';
import execa from 'execa';

/** Removes a folder with all in it, also folders that forbid it (Go's module cache is read-only, overlayfs's work folder has no mode). */
export async function removeTree(directory: string): Promise<void> {
  try {
    await fs.promises.rm(directory, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await execa('chmod', ['-R', 'u+rwx', directory], { reject: false });
    await fs.promises.rm(directory, { recursive: true, force: true });
  }
}

/** Removals that nobody has waited for yet; each gives why it failed. */
const pending = new Set<Promise<string | undefined>>();

/**
 * Removes a folder that nobody looks into any more while something else runs: a checkout with its packages is tens of thousands of files.
 * {@link removalsSettled} waits for it.
 */
export function removeLater(directory: string): void {
  pending.add(
    removeTree(directory).then(
      () => undefined,
      (error: Error) => error.message,
    ),
  );
}

/** When everything that {@link removeLater} began so far is removed. @returns why a folder could not be */
export async function removalsSettled(): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const one of pending) {
    const why = await one;
    pending.delete(one);
    if (why !== undefined) failed.push(why);
  }
  return failed;
}
