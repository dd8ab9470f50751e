#!/usr/bin/env node
import './node-version';
import { Command } from 'commander';
import type * as Completion from '../commands/completion';
import { COMMANDS } from '../commands/command-table';
import { version } from '../commands/input/package';
import { hearClosedPipes, say } from '../commands/output/print';
import { diskError, isDiskError } from '../engine/files/disk-error';
import { formatLocation, SaiondoError } from '../model/errors';
import { loadLater } from '../model/load-later';

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
if (one.length === 0) loadLater<typeof Completion>(__filename, '../commands/completion').addCompletion(program);

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
