import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { actionProvider } from '../../engine/codepipeline/providers/action-providers';
import { WITHOUT_PROGRAMS } from '../../engine/codepipeline/sources/sources';
import type { SourceRepositories } from '../../engine/ports/sources';
import type { Change, ChangedSources } from '../../engine/rehearsal/watch';
import type { ActionExplanation } from '../../model/explanation';
import { actionPath, type PipelineDefinition } from '../../model/pipeline';
import { affectedBy, changeLine } from './affected';

/** Milliseconds between two looks: git lists the files, and each is asked when it was written. */
const EVERY = 300;

/** Files by their path below the source's folder, each with what tells a change of it. */
type Stamps = ReadonlyMap<string, string>;

/** The sources of a rehearsal on this machine: what git has of their folders or would take, uncommitted changes included. */
export class WatchedSources implements ChangedSources {
  private seen: ReadonlyMap<string, Stamps> | undefined;

  /** @param explain explains every action of the pipeline as it is deployed now */
  constructor(
    private readonly sources: SourceRepositories,
    private readonly explain: () => Promise<readonly ActionExplanation[]>,
  ) {}

  /** Takes what is there now as the state that a run is of. Called before the first run takes its sources. */
  async begin(): Promise<void> {
    this.seen = await this.look();
  }

  async next(pipeline: PipelineDefinition, signal: AbortSignal): Promise<Change | undefined> {
    const explained = await this.explain();
    const before = (this.seen ??= await this.look());
    const now = await this.changedSince(before, signal);
    if (!now) return undefined;
    this.seen = now;
    const changed = new Map<string, readonly string[]>();
    for (const stage of pipeline.stages)
      for (const action of stage.actions) {
        const name = actionProvider(action)?.sourceName?.(action);
        const files = name === undefined ? [] : difference(before.get(name), now.get(name));
        if (files.length > 0) changed.set(actionPath(stage.name, action.name), files);
      }
    const affected = affectedBy(explained, changed);
    return {
      text: changeLine(changed, affected),
      first: affected.first,
      follows: affected.from !== undefined,
      outdated: this.changedSince(now, signal).then(() => undefined),
    };
  }

  /** The files once they are others than before, and have not changed between two looks: an editor or git may write several. */
  private async changedSince(
    before: ReadonlyMap<string, Stamps>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Stamps> | undefined> {
    let last = before;
    for (;;) {
      if (signal.aborted) return undefined;
      const now = await this.look();
      if (!same(now, before) && same(now, last)) return now;
      last = now;
      await delay(EVERY, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(): Promise<ReadonlyMap<string, Stamps>> {
    const all = [...this.sources].map(async ([name, { path: folder }]) => [name, await stampsOf(folder)] as const);
    return new Map(await Promise.all(all));
  }
}

async function stampsOf(folder: string): Promise<Stamps> {
  const listed = promisify(execFile)(
    'git',
    [...WITHOUT_PROGRAMS, '-C', folder, ...'ls-files -z --cached --others --exclude-standard -- .'.split(' ')],
    { maxBuffer: 2 ** 28 },
  );
  const files = await listed.then(
    ({ stdout }) => stdout.split('\0').filter(Boolean),
    () => [],
  );
  return new Map(
    files.flatMap((file) => {
      const stat = fs.lstatSync(path.join(folder, file), { throwIfNoEntry: false });
      return stat ? [[file, `${stat.mtimeMs} ${stat.size} ${stat.mode}`] as const] : [];
    }),
  );
}

function difference(before: Stamps = new Map<string, string>(), now: Stamps = new Map<string, string>()): string[] {
  return [...new Set([...before.keys(), ...now.keys()])].filter((file) => before.get(file) !== now.get(file)).sort();
}

function same(a: ReadonlyMap<string, Stamps>, b: ReadonlyMap<string, Stamps>): boolean {
  return [...a].every(([name, stamps]) => difference(stamps, b.get(name)).length === 0);
}
