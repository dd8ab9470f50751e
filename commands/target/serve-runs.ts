import { recordedHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { AwsFront } from '../../engine/endpoint/front';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';

/** The runs on disk as AWS answers for them, for as long as a command needs it. Nothing can be changed there: no engine runs. */
export async function serveRuns(layout: Layout): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const front = new AwsFront(
    () => undefined,
    recordedHandlers(new Runs(layout), () => new DiskLedger(layout)),
  );
  return { endpoint: await front.listen(), close: () => front.close() };
}
