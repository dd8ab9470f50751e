import { recordedHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { Credentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import type { AwsCredentials } from '../../engine/ports/principal';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';

/** The runs on disk as AWS answers for them, for as long as a command needs it. Nothing can be changed there: no engine runs. */
export async function serveRuns(layout: Layout): Promise<{
  endpoint: string;
  credentials: (account: string) => AwsCredentials;
  close: () => Promise<void>;
}> {
  const credentials = new Credentials();
  const handlers = recordedHandlers(new Runs(layout), () => new DiskLedger(layout), credentials);
  const gateway = new AwsGateway({ credentials, handlers });
  return {
    endpoint: await gateway.listen(),
    credentials: (account) => credentials.person(account),
    close: () => gateway.close(),
  };
}
