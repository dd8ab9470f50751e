#!/usr/bin/env node
import './node-version';
import { Command } from 'commander';
import { approveCommand, rejectCommand } from '../commands/operate/approve';
import { costCommand } from '../commands/operate/cost';
import { adoptCommand } from '../commands/repository/adopt';
import { checkCommand } from '../commands/repository/check';
import { initCommand } from '../commands/repository/init';
import { addCompletion } from '../commands/completion';
import { doctorCommand } from '../commands/operate/doctor';
import { retryCommand, startCommand, stopCommand } from '../commands/operate/executions';
import { logsCommand } from '../commands/operate/logs';
import { historyCommand } from '../commands/operate/history';
import { openCommand } from '../commands/operate/open';
import { version } from '../commands/input/package';
import { rehearseCommand } from '../commands/rehearse/rehearse';
import { rollbackCommand } from '../commands/operate/rollback';
import { runsCommand } from '../commands/operate/runs';
import { serveCommand } from '../commands/rehearse/serve';
import { statusCommand } from '../commands/operate/status';
import { permissionsCommand } from '../commands/operate/permissions';
import { triageCommand } from '../commands/operate/triage';
import { say } from '../commands/output/print';
import { diskError, isDiskError } from '../engine/files/disk-error';
import { formatLocation, SaiondoError } from '../model/errors';

const program = new Command('saiondo')
  .description('Saiondo’s delivery pipeline: rehearse it here, operate it here and on AWS')
  .version(version)
  .showHelpAfterError('→ add --help to see the options')
  .configureOutput({ outputError: (text) => say(text.trimEnd()) })
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
// A command of its own file has the program's exit codes only when it is given them.
for (const command of [
  rehearseCommand(),
  serveCommand(),
  runsCommand(),
  statusCommand(),
  historyCommand(),
  permissionsCommand(),
  triageCommand(),
  logsCommand(),
  approveCommand(),
  rejectCommand(),
  retryCommand(),
  stopCommand(),
  startCommand(),
  rollbackCommand(),
  costCommand(),
  doctorCommand(),
  openCommand(),
  initCommand(),
  checkCommand(),
  adoptCommand(),
]) {
  program.addCommand(command.copyInheritedSettings(program));
  for (const nested of command.commands) nested.copyInheritedSettings(command);
}
addCompletion(program);

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
