import { recordedHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Credentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';

/** The runs on disk on an address, for as long as a command needs it: what is not asked in this process ({@link readRuns}) is asked there. */
export async function serveRuns(
  layout: Layout,
  credentials: Credentials,
): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  const handlers = recordedHandlers(new Runs(layout), () => new DiskLedger(layout), credentials);
  const gateway = new AwsGateway({ credentials, handlers });
  return { endpoint: await gateway.listen(), close: () => gateway.close() };
}
