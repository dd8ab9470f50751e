import { SaiondoError } from '../../model/errors';
import type { Calls } from '../../operator/aws';
import { streamLog } from '../../operator/triage/build-log';
import type { BuildOfInterest } from '../../operator/triage/build-of-interest';
import { addressOf } from '../../operator/triage/failed-build';
import { printSlowly, say } from '../output/print';

/** How long following waits before it asks again, in milliseconds. */
const PAUSE = 1000;

/**
 * Prints a build's log, and follows it until it ends.
 * @returns the exit code: 1 for a followed build that did not succeed
 * @throws SaiondoError `LOG_MISSING`
 */
export async function printBuildLog(
  aws: Pick<Calls, 'batchGetBuilds' | 'getLogEvents'>,
  build: BuildOfInterest,
  follow: boolean,
): Promise<number> {
  const { id } = build;
  let status = '';
  const read = async () => {
    const { builds } = await aws.batchGetBuilds({ ids: [id] });
    status = builds?.[0]?.buildStatus ?? status;
    return builds?.[0];
  };
  let address = addressOf((await read()) ?? {});
  while (!address && follow && status === 'IN_PROGRESS') {
    await wait();
    address = addressOf((await read()) ?? {});
  }
  if (!address)
    throw new SaiondoError(`the build ${id} has no log`, {
      code: 'LOG_MISSING',
      next: 'it ended before its first phase: saiondo triage says why',
    });
  say(`${build.action}, ${id}`);
  const following = follow
    ? { ended: async () => ((await read())?.buildStatus ?? '') !== 'IN_PROGRESS', pause: wait }
    : undefined;
  for await (const lines of streamLog(aws, address, following)) await printSlowly(lines);
  return follow && status !== 'SUCCEEDED' ? 1 : 0;
}

function wait(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE));
}
