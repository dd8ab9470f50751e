import { SaiondoError } from '../../model/errors';
import type { Calls } from '../../operator/aws';
import { knownNames } from '../../model/nearest';
import { latestActions, listExecutions } from '../../operator/executions';
import { streamLog } from '../../operator/triage/build-log';
import { hasBuild, type BuildOfInterest } from '../../operator/triage/build-of-interest';
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
  // How it ended is not in every log: a build that is stopped, or whose rehearsal ends, just writes no more.
  if (follow) say(`${build.action} ended: ${status}`);
  return follow && status !== 'SUCCEEDED' ? 1 : 0;
}

function wait(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE));
}

/** What there is instead: the actions with a build in the newest execution. A stage has builds of its own, and none is meant by it. */
export async function noBuild(
  action: string | undefined,
  otherwise: string,
  aws: Parameters<typeof listExecutions>[0] & Parameters<typeof latestActions>[0],
  pipeline: string,
): Promise<SaiondoError> {
  const [newest] = await listExecutions(aws, pipeline, 1);
  const actions = newest ? await latestActions(aws, pipeline, newest.id) : [];
  const builds = [...actions].flatMap(([path, one]) => (hasBuild(one) ? [path] : []));
  const ofStage = builds.filter((one) => one.startsWith(`${action}/`));
  const what = ofStage.length > 0 ? `${action} is a stage: a log is of one of its actions` : `${action} has no build`;
  return new SaiondoError(action ? what : otherwise, {
    code: 'BUILD_MISSING',
    next:
      builds.length === 0
        ? 'saiondo status shows what ran'
        : knownNames(action ?? '', ofStage.length > 0 ? ofStage : builds),
  });
}
