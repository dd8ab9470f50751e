#!/usr/bin/env node
import { Command } from 'commander';
import { approveCommand, rejectCommand } from '../commands/approve';
import { costCommand } from '../commands/cost';
import { addCompletion } from '../commands/completion';
import { doctorCommand } from '../commands/doctor';
import { retryCommand, startCommand, stopCommand } from '../commands/executions';
import { historyCommand } from '../commands/history';
import { openCommand } from '../commands/open';
import { version } from '../commands/package';
import { rehearseCommand } from '../commands/rehearse';
import { rollbackCommand } from '../commands/rollback';
import { serveCommand } from '../commands/serve';
import { statusCommand } from '../commands/status';
import { triageCommand } from '../commands/triage';
import { formatLocation, SaiondoError } from '../model/errors';

const program = new Command('saiondo')
  .description('Saiondo’s delivery pipeline: rehearse it here, operate it here and on AWS')
  .version(version)
  .showHelpAfterError()
  .configureOutput({ outputError: (text, write) => write(text) })
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
// A command of its own file has the program's exit codes only when it is given them.
for (const command of [
  rehearseCommand(),
  serveCommand(),
  statusCommand(),
  historyCommand(),
  triageCommand(),
  approveCommand(),
  rejectCommand(),
  retryCommand(),
  stopCommand(),
  startCommand(),
  rollbackCommand(),
  costCommand(),
  doctorCommand(),
  openCommand(),
])
  program.addCommand(command.copyInheritedSettings(program));
addCompletion(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof SaiondoError) {
    console.error(
      error.where && !error.message.includes(`${error.where.file}:`)
        ? `${formatLocation(error.where)}: ${error.message}`
        : error.message,
    );
    if (error.next) console.error(`→ ${error.next}`);
  } else {
    console.error('saiondo met an error of its own. This is a defect: please report it with what follows.');
    console.error(error);
  }
  process.exitCode = error instanceof SaiondoError && error.source === 'user' ? 2 : 1;
});
