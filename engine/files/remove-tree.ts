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
