import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layout } from '../../model/layout';

/**
 * Makes the folders of a run the person's alone (0700), whatever the umask is and whatever an earlier version left: its files are then nobody else's
 * to read, though an artifact keeps the modes that its source has. The processes of a build keep the umask that they have in CodeBuild.
 */
export function closeFolders(layout: Layout, runId: string): void {
  const run = layout.run(runId);
  for (const folder of [
    layout.runs(),
    run,
    path.join(run, 'artifacts'),
    path.join(run, 'builds'),
    path.dirname(layout.local()),
  ]) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What `run-as` opened for another user is opened again when a build needs it.
    fs.chmodSync(folder, 0o700);
  }
  const assembly = path.join(layout.root, 'cdk.out');
  if (fs.existsSync(assembly)) fs.chmodSync(assembly, 0o700);
}
