import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { loadLater } from '../../model/load-later';
import { portNumber } from '../input/whole-number';
import type * as ServeOnDisk from './serve-on-disk';

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
      if (!fs.existsSync(options.directory))
        throw new SaiondoError(`there is no rehearsal in ${options.directory}: the folder does not exist`, {
          code: 'RUN_MISSING',
          next: 'saiondo rehearse makes one; --directory names another folder',
        });
      const { serveOnDisk } = loadLater<typeof ServeOnDisk>(__filename, './serve-on-disk');
      await serveOnDisk(new Layout(path.resolve(options.directory)), options.port);
    });
}
