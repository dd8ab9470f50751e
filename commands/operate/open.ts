import type { Command } from 'commander';
import open from 'open';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { findBuild } from '../../operator/triage/build-of-interest';
import { buildPage, executionPage, pipelinePage } from '../../operator/console-pages';
import { listExecutions, unknownExecution } from '../../operator/executions';
import { operatorCommand } from './operator-command';
import { runOfExecution } from './run-of-execution';
import { awsFor } from '../target/find-target';
import { print } from '../output/print';

interface Options {
  execution?: string | true;
  build?: string;
  print?: boolean;
}

/** `saiondo open`: the console's page of the pipeline, an execution, a build. */
export function openCommand(): Command {
  return operatorCommand<Options>(
    'open',
    'open the console’s page of the pipeline, an execution or a build; on a rehearsal, its own page',
    ['open', 'open --execution', 'open --execution 1f0a7c3e --print', 'open --build Verify/ApiTest'],
    (command) =>
      command
        .option('--execution [ID]', 'an execution: its id or its first characters (the newest)')
        .option('--build <STAGE/ACTION>', 'the newest build of an action')
        .option('--print', 'print the address only'),
    async ({ target }, options) => {
      const { pipeline, home } = target;
      if (target.rehearsal && !target.rehearsal.page)
        throw new SaiondoError('no rehearsal is being served, so there is no page to open', {
          code: 'NOT_SERVED',
          next: 'saiondo serve shows the runs on disk; saiondo open --aws opens the console’s page',
        });
      let page = (await target.rehearsal?.page?.()) ?? pipelinePage(home.region, pipeline);
      if (options.build) {
        const execution = typeof options.execution === 'string' ? { execution: options.execution } : {};
        const build = await findBuild(awsFor('open', target), {
          pipeline,
          home,
          running: false,
          action: options.build,
          ...execution,
        });
        if (!build)
          throw new SaiondoError(`${options.build} has no build`, {
            code: 'BUILD_MISSING',
            next: 'saiondo status names the actions',
          });
        page = target.rehearsal
          ? onRehearsal(page, target.rehearsal.layout, build.executionId, build.action)
          : buildPage(build.place, build.id);
      } else if (options.execution) {
        const wanted = typeof options.execution === 'string' ? options.execution : '';
        const found = (await listExecutions(awsFor('open', target)(), pipeline, 50)).find((one) =>
          one.id.startsWith(wanted),
        );
        if (!found) throw unknownExecution(wanted);
        page = target.rehearsal
          ? onRehearsal(page, target.rehearsal.layout, found.id)
          : executionPage(home.region, pipeline, found.id);
      }
      print(page);
      if (!options.print && hasDisplay()) await open(page);
      return 0;
    },
  );
}

/** An execution, and an action (`Stage/Action`) of it, on a rehearsal's page: what is chosen stands behind `#`, next to the ticket. */
function onRehearsal(page: string, layout: Layout, executionId: string, action?: string): string {
  const run = runOfExecution(layout, executionId);
  if (!run) return page;
  const url = new URL(page);
  const chosen = new URLSearchParams(url.hash.slice(1));
  chosen.set('run', run);
  chosen.set('execution', executionId);
  if (action) chosen.set('action', action);
  url.hash = chosen.toString();
  return url.href;
}

/** Whether there is somewhere to show a browser: everywhere but on a Unix without a display. */
function hasDisplay(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}
