import * as path from 'node:path';
import { Command } from 'commander';
import { recordedHandlers } from '../../engine/api/handlers';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { AwsGateway } from '../../engine/gateway/gateway';
import { Runs } from '../../engine/runs/runs';
import { Layout } from '../../model/layout';
import { portNumber } from '../input/whole-number';
import { Serving } from './serving';
import { checkoutsOf } from '../target/find-target';
import { print, say } from '../output/print';

/** `saiondo serve`: the runs on disk, as AWS's API and as a page, without a rehearsal. Nothing can be changed there. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the runs on disk: their page, and the APIs of CodePipeline, CodeBuild and CloudWatch Logs')
    .option('--port <PORT>', 'the port on the loopback interface (a free one)', portNumber)
    .option('--directory <DIRECTORY>', 'where runs and state are kept', '.saiondo')
    .addHelpText(
      'after',
      `
What changes a pipeline (approve, retry, stop) needs a rehearsal that runs: saiondo rehearse --serve.

Examples:
  saiondo serve
  saiondo serve --port 4600 &
  AWS_CONFIG_FILE=.saiondo/person/aws-config aws --profile saiondo codepipeline list-pipeline-executions --pipeline-name saiondo`,
    )
    .action(async (options: { port?: number; directory: string }) => {
      await serve(new Layout(path.resolve(options.directory)), options.port);
    });
}

async function serve(layout: Layout, port: number | undefined): Promise<void> {
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
