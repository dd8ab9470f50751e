import * as path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import execa from 'execa';
import { packageRoot } from '../../commands/input/package';
import type { SeededFailure } from './failure';

/** What `saiondo triage` said of a seeded failure, and whether it is right. */
export interface Judgement {
  /** Empty where its first ten lines name the action, the command and the cause. */
  readonly missing: readonly string[];
  readonly firstLines: readonly string[];
  readonly seconds: number;
}

/** Asks the command line as a person does, of the runs in a folder, and looks into its first ten lines. */
export async function judge(failure: SeededFailure, directory: string): Promise<Judgement> {
  const started = process.hrtime.bigint();
  const { stdout } = await execa(
    process.execPath,
    [path.join(packageRoot, 'dist', 'bin', 'saiondo.js'), 'triage', '--rehearsal', '--directory', directory],
    { cwd: packageRoot },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const firstLines = stripVTControlCharacters(stdout).split('\n').slice(0, 10);
  const text = firstLines.join('\n');
  const { command, cause, known } = failure.expect;
  const missing = [
    ...(text.includes(failure.action) ? [] : [`the action ${failure.action}`]),
    ...(command === undefined || text.includes(command) ? [] : [`the command ${command}`]),
    ...(new RegExp(cause).test(text) ? [] : [`the cause ${cause}`]),
    ...(text.includes(`#known-${known}`) ? [] : [`the known cause ${known}`]),
  ];
  return { missing, firstLines, seconds };
}
