import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ArtifactReader } from './artifact-reader';

/** Artifacts as a rehearsal keeps them: folders. @param folderOf where an execution's artifact is */
export function folderArtifacts(folderOf: (executionId: string, name: string) => string | undefined): ArtifactReader {
  return {
    read: async ({ executionId, name }, wanted) => {
      const folder = folderOf(executionId, name);
      if (!folder || !fs.existsSync(folder)) return undefined;
      const files = new Map<string, string>();
      for (const file of walk(folder, ''))
        if (wanted(file)) files.set(file, fs.readFileSync(path.join(folder, file), 'utf8'));
      return files;
    },
  };
}

/** The files below a folder. Links are not followed: an artifact is what is in it. */
function* walk(root: string, at: string): Generator<string> {
  for (const entry of fs.readdirSync(path.join(root, at), { withFileTypes: true })) {
    const inside = path.posix.join(at, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') yield* walk(root, inside);
    else if (entry.isFile()) yield inside;
  }
}
