#!/usr/bin/env node
import './node-version';
import { Command } from 'commander';
import type * as Completion from '../commands/completion';
import type * as Approve from '../commands/operate/approve';
import type * as Cost from '../commands/operate/cost';
import type * as Doctor from '../commands/operate/doctor';
import type * as Executions from '../commands/operate/executions';
import type * as History from '../commands/operate/history';
import type * as Logs from '../commands/operate/logs';
import type * as Open from '../commands/operate/open';
import type * as Permissions from '../commands/operate/permissions';
import type * as Rollback from '../commands/operate/rollback';
import type * as Runs from '../commands/operate/runs';
import type * as Status from '../commands/operate/status';
import type * as Triage from '../commands/operate/triage';
import type * as Rehearse from '../commands/rehearse/rehearse';
import type * as Serve from '../commands/rehearse/serve';
import type * as Adopt from '../commands/repository/adopt';
import type * as Check from '../commands/repository/check';
import type * as Init from '../commands/repository/init';
import { version } from '../commands/input/package';
import { hearClosedPipes, say } from '../commands/output/print';
import { diskError, isDiskError } from '../engine/files/disk-error';
import { formatLocation, SaiondoError } from '../model/errors';
import { loadLater } from '../model/load-later';

/** Loads a file of commands. */
const load = <Module>(file: string): Module => loadLater<Module>(__filename, `../commands/${file}`);

/** The commands in the order of the help. A command loads its own file, and what that needs: half a second of others is not waited for. */
const COMMANDS: Readonly<Record<string, () => Command>> = {
  rehearse: () => load<typeof Rehearse>('rehearse/rehearse').rehearseCommand(),
  serve: () => load<typeof Serve>('rehearse/serve').serveCommand(),
  runs: () => load<typeof Runs>('operate/runs').runsCommand(),
  status: () => load<typeof Status>('operate/status').statusCommand(),
  history: () => load<typeof History>('operate/history').historyCommand(),
  permissions: () => load<typeof Permissions>('operate/permissions').permissionsCommand(),
  triage: () => load<typeof Triage>('operate/triage').triageCommand(),
  logs: () => load<typeof Logs>('operate/logs').logsCommand(),
  approve: () => load<typeof Approve>('operate/approve').approveCommand(),
  reject: () => load<typeof Approve>('operate/approve').rejectCommand(),
  retry: () => load<typeof Executions>('operate/executions').retryCommand(),
  stop: () => load<typeof Executions>('operate/executions').stopCommand(),
  start: () => load<typeof Executions>('operate/executions').startCommand(),
  rollback: () => load<typeof Rollback>('operate/rollback').rollbackCommand(),
  cost: () => load<typeof Cost>('operate/cost').costCommand(),
  doctor: () => load<typeof Doctor>('operate/doctor').doctorCommand(),
  open: () => load<typeof Open>('operate/open').openCommand(),
  init: () => load<typeof Init>('repository/init').initCommand(),
  check: () => load<typeof Check>('repository/check').checkCommand(),
  adopt: () => load<typeof Adopt>('repository/adopt').adoptCommand(),
};

const program = new Command('saiondo')
  .description('Saiondo’s delivery pipeline: rehearse it here, operate it here and on AWS')
  .version(version)
  .showHelpAfterError('→ add --help to see the options')
  .configureOutput({ outputError: (text) => say(text.trimEnd()) })
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
hearClosedPipes(['rehearse', 'serve'].includes(process.argv[2] ?? ''));
// The one that is asked for; all of them where the help, a completion or a misspelled name needs the list.
const [asked = ''] = process.argv.slice(2);
const one = Object.entries(COMMANDS).filter(([name]) => name === asked);
for (const [, make] of one.length > 0 ? one : Object.entries(COMMANDS)) {
  const command = make();
  // A command of its own file has the program's exit codes only when it is given them.
  program.addCommand(command.copyInheritedSettings(program));
  for (const nested of command.commands) nested.copyInheritedSettings(command);
}
if (one.length === 0) load<typeof Completion>('completion').addCompletion(program);

program.parseAsync().catch((thrown: unknown) => {
  const error = isDiskError(thrown)
    ? diskError(thrown, (thrown as NodeJS.ErrnoException).path ?? process.cwd())
    : thrown;
  if (error instanceof SaiondoError) {
    say(
      error.where && !error.message.includes(`${error.where.file}:`)
        ? `${formatLocation(error.where)}: ${error.message}`
        : error.message,
    );
    if (error.next) say(`→ ${error.next}`);
  } else {
    say(
      'Internal error in saiondo. Please report it with the text below: https://github.com/aw-birdgang/saiondo-pipeline/issues',
    );
    // The stack alone: an error’s other fields may hold a command line or an environment.
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exitCode = error instanceof SaiondoError && error.source === 'user' ? 2 : 1;
});
