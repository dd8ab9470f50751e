import execa from 'execa';
import { SaiondoError } from '../model/errors';

/** The version is pinned, and Go's checksum database holds what it is. */
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.7';

/**
 * actionlint over the workflows of GitHub Actions. It comes as a module of Go: without Go the workflows are not checked, and the output says so.
 * Shell steps are read by shellcheck where it is installed.
 * @throws SaiondoError `WORKFLOWS_INVALID` with what actionlint says: file, line and column
 */
async function main(): Promise<void> {
  const go = await execa('go', ['version'], { reject: false });
  if (go.failed) {
    console.log('the workflows are not checked: actionlint needs Go, and there is none on the PATH');
    return;
  }
  const { exitCode, all = '' } = await execa('go', ['run', ACTIONLINT, '-no-color'], { reject: false, all: true });
  if (exitCode !== 0)
    throw new SaiondoError(all.trim() || `actionlint ended with ${exitCode}`, {
      code: 'WORKFLOWS_INVALID',
      next: 'mend the workflow where it says',
    });
  console.log('the workflows: actionlint has nothing to say');
}

main().catch((error: unknown) => {
  console.error(error instanceof SaiondoError ? `${error.message}\n→ ${error.next ?? ''}` : error);
  process.exitCode = 1;
});
