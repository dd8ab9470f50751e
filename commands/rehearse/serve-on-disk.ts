import { recordedHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { AwsGateway } from '../../engine/gateway/gateway';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';
import { Serving } from './serving';
import { checkoutsOf } from '../target/find-target';
import { print, say } from '../output/print';

/** Serves the runs on disk until Ctrl-C. @param port a free one where none is named */
export async function serveOnDisk(layout: Layout, port: number | undefined): Promise<void> {
  const nothing = (): undefined => undefined;
  const serving = new Serving(layout, nothing, { readOnly: true, checkouts: checkoutsOf(undefined) });
  const { credentials } = serving;
  const handlers = new Map([
    ...recordedHandlers(new Runs(layout), () => new DiskLedger(layout), credentials),
    ...serving.handlers,
  ]);
  const gateway = new AwsGateway({ credentials, handlers, page: serving.page });
  const endpoint = await gateway.listen(port);
  print(serving.announce(endpoint) ?? endpoint);
  say(serving.hint);
  say('serves the runs on disk; Ctrl-C ends it');
  await new Promise<void>((done) => process.once('SIGINT', () => done()).once('SIGTERM', () => done()));
  serving.end();
  await gateway.close();
}
