import * as fs from 'node:fs';
import * as path from 'node:path';
import { git } from '../../engine/codepipeline/sources/sources';
import type { SourceRepositories, SourceRepository } from '../../engine/ports/sources';
import { readEvents } from '../../engine/runs/event-log';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { plainLine } from '../../model/plain-text';

/** The sources that a run was started with, as its log has them; none where it is of a version that wrote none down. */
export function sourcesOfRun(layout: Layout, runId: string): ReadonlyMap<string, SourceRepository> {
  const file = layout.events(runId);
  if (!fs.existsSync(file)) return new Map();
  const started = readEvents(file).events.find((event) => event.kind === 'run.started');
  const recorded = started?.kind === 'run.started' ? started.options.sources : undefined;
  if (typeof recorded !== 'object' || recorded === null) return new Map();
  return new Map(
    Object.entries(recorded as Record<string, SourceRepository | undefined>).flatMap(([name, one]) =>
      typeof one?.path === 'string' ? [[name, one] as const] : [],
    ),
  );
}

/**
 * Refuses an application over another one that is deployed: its migrations would meet the other's database, and its contracts the other's registry. Two
 * checkouts of one repository are one application: their histories begin with the same commit.
 * @throws SaiondoError `SOURCE_OTHER`
 */
export async function refuseOtherSources(
  layout: Layout,
  sources: SourceRepositories,
  deployed: boolean,
): Promise<void> {
  if (!deployed) return;
  const last = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().at(-1) : undefined;
  if (last === undefined) return;
  for (const [name, before] of sourcesOfRun(layout, last)) {
    const now = sources.get(name);
    if (!now || path.resolve(now.path) === path.resolve(before.path)) continue;
    const [old, current] = await Promise.all([beginnings(before.path), beginnings(now.path)]);
    if (old === undefined || current === undefined || old.some((one) => current.includes(one))) continue;
    throw new SaiondoError(
      `what is deployed here is ${plainLine(name)} from ${plainLine(before.path)}; ${plainLine(now.path)} is another application, whose history begins elsewhere`,
      {
        code: 'SOURCE_OTHER',
        next: `name the source again (--source ${name}=${before.path}), give this one a state of its own (--directory .saiondo-other), or delete ${layout.root} to begin anew`,
      },
    );
  }
}

/** The first commits of a repository’s history; undefined where that cannot be read. */
async function beginnings(directory: string): Promise<readonly string[] | undefined> {
  const said = await git(directory, ['rev-list', '--max-parents=0', 'HEAD']).catch(() => undefined);
  return said === undefined || said === '' ? undefined : said.split('\n');
}
