import * as fs from 'node:fs';
import { openIsolation } from '../../engine/isolation/open-isolation';
import type { IsolationKind } from '../../engine/ports/isolation';
import { temporaryFolder } from '../../engine/host/temporary-folder';

/** Tries what `--isolation namespaces` asks for before anything starts. @throws SaiondoError `ISOLATION_MISSING` */
export async function checkIsolation(wanted: IsolationKind | undefined): Promise<void> {
  if (wanted !== 'namespaces') return;
  const directory = temporaryFolder('isolation');
  try {
    await openIsolation({ directory, wanted, hidden: [], reads: [] });
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
