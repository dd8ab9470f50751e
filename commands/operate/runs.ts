import * as path from 'node:path';
import { Command } from 'commander';
import { keptObjectBytes, keptRuns, listRuns, removeRun, type ListedRun } from '../../engine/runs/stored-runs';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { distance } from '../../views/local-time';
import { paintFor, state, table } from '../output/paint';
import { print, printValue, say } from '../output/print';
import { wholeNumber } from '../input/whole-number';
import { confirm } from './confirm';

interface Options {
  directory: string;
  json?: boolean;
}
interface PruneOptions extends Options {
  keep: number;
  olderThan?: number;
  dryRun?: boolean;
  yes?: boolean;
}

/** `saiondo runs`: the runs on disk, and what can go. */
export function runsCommand(): Command {
  const runs = new Command('runs')
    .description('list the runs of this folder with age, size and verdict; runs prune removes old ones')
    .option('--directory <DIRECTORY>', 'where rehearsals keep their state', '.saiondo')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  saiondo runs\n  saiondo runs prune --keep 5\n  saiondo runs prune --older-than 14 --yes',
    )
    .action((options: Options) => list(options));
  runs.addCommand(
    new Command('prune')
      .description('remove runs: what waits, what works and what is deployed is kept')
      .option('--keep <N>', 'keep the newest N runs besides', wholeNumber('--keep', 0, 100_000), 5)
      .option('--older-than <DAYS>', 'remove only runs that began before that', wholeNumber('--older-than', 1, 36_500))
      .option('--dry-run', 'say what would be removed, and remove nothing')
      .option('--yes', 'do not ask')
      // `--directory` is an option of `runs`: Commander gives it to the command above, wherever it stands.
      .action((_: unknown, command: Command) => prune(command.optsWithGlobals<PruneOptions>())),
  );
  return runs;
}

function list({ directory, json }: Options): void {
  const layout = new Layout(path.resolve(directory));
  const all = listRuns(layout);
  if (json) return printValue(all, 2);
  if (all.length === 0) {
    print(`no runs in ${directory}`);
    return say('→ saiondo rehearse makes one; --directory names another folder');
  }
  const kept = keptRuns(layout, all);
  const paint = paintFor(process.stdout);
  const rows = all.map((one) => [
    one.runId,
    paint.terminal ? distance(one.startedAt, Date.now()) : one.startedAt,
    size(one.bytes),
    state(paint, one.verdict),
    kept.get(one.runId) ?? '',
  ]);
  print(table(paint, ['run', 'started', 'size', 'verdict', 'kept by prune because'], rows));
  say(`${counted(all)}, ${size(total(all))}`);
  sayObjects(layout);
}

/** Prune leaves them: a run that is removed is not a reason to build again what it has built. */
function sayObjects(layout: Layout): void {
  const bytes = keptObjectBytes(layout);
  if (bytes > 0)
    say(`objects that outlive runs: ${size(bytes)}; a rehearsal drops them when their bucket’s lifecycle rule says so`);
}

async function prune({ directory, keep, olderThan, dryRun, yes }: PruneOptions): Promise<void> {
  const layout = new Layout(path.resolve(directory));
  const all = listRuns(layout);
  const kept = keptRuns(layout, all);
  const before = olderThan === undefined ? Infinity : Date.now() - olderThan * 86_400_000;
  const gone = all.slice(keep).filter((one) => !kept.has(one.runId) && Date.parse(one.startedAt) < before);
  if (gone.length === 0)
    return say(
      all.length === 0
        ? `nothing to remove: no runs in ${directory}`
        : `nothing to remove: ${counted(all)}, of which the newest ${keep}, what waits and what is deployed are kept`,
    );
  for (const one of gone) print(`${one.runId}\t${size(one.bytes)}\t${one.verdict}`);
  if (dryRun) return say(`would remove ${counted(gone)}, ${size(total(gone))}`);
  await confirm(`Remove ${counted(gone)}, ${size(total(gone))}?`, yes);
  for (const one of gone) {
    try {
      await removeRun(layout, one.runId);
    } catch (cause) {
      throw new SaiondoError(`cannot remove ${layout.run(one.runId)}: ${(cause as Error).message}`, {
        code: 'RUN_BUSY',
        next: 'check who owns the folder, then run the same command again',
        cause,
      });
    }
  }
  say(`removed ${counted(gone)}, ${size(total(gone))}`);
}

function counted(runs: readonly ListedRun[]): string {
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
}

function total(runs: readonly ListedRun[]): number {
  return runs.reduce((sum, one) => sum + one.bytes, 0);
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
