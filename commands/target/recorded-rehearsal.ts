import { Credentials } from '../../engine/gateway/credentials';
import type { Layout } from '../../model/layout';
import { loadLater } from '../../model/load-later';
import { readRuns } from './read-runs';
import type { RehearsalAddress } from './rehearsal-target';
import type * as ServeRuns from './serve-runs';

/**
 * The runs of a folder that no engine serves. CodePipeline, CodeBuild and CloudWatch Logs answer in this process; the other services on an address
 * that is opened when a call needs it.
 * @returns where they answer, and what closes that
 */
export function recordedRehearsal(layout: Layout): {
  readonly at: RehearsalAddress;
  readonly close: () => Promise<void>;
} {
  const credentials = new Credentials();
  let served: ReturnType<typeof ServeRuns.serveRuns> | undefined;
  const endpoint = async (): Promise<{ url: URL }> => {
    const { serveRuns } = loadLater<typeof ServeRuns>(__filename, './serve-runs');
    served ??= serveRuns(layout, credentials);
    return { url: new URL((await served).endpoint) };
  };
  return {
    at: { endpoint, local: readRuns(layout), credentials: (account) => credentials.person(account) },
    close: async () => (await served)?.close(),
  };
}
