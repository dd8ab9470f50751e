import type { SourceRepositories } from '../../engine/ports/sources';
import { git } from '../../engine/codepipeline/sources/sources';
import type { Runs } from '../../engine/runs/runs';
import type { Revision } from '../../model/events';
import type { ActionExplanation, KnownExplanation } from '../../model/explanation';
import { KNOWN_PARTS } from '../../model/unchanged';
import { reads } from '../watch/affected';

/** Runs that are looked through for one in which an action passed. */
const MOST_RUNS = 20;
const DAY = 86_400_000;

/** A run in which a build passed, or was taken as passed. */
interface Passed {
  readonly run: string;
  readonly at: string;
  readonly fingerprint: string;
  readonly parts: ReadonlyMap<string, string>;
  readonly revisions: readonly Revision[];
}

/**
 * Explains what an action's build is known by: the parts of its fingerprint in the last run here, which of them were others before, and whether the sources as they stand would
 * have its result brought back. Undefined for an action that is done each time.
 */
export async function explainKnown(
  explained: ActionExplanation,
  {
    runs,
    sources,
    fresh,
    now = Date.now(),
  }: {
    readonly runs: Runs;
    readonly sources: SourceRepositories;
    /** A person asks for everything anew. */
    readonly fresh: boolean;
    readonly now?: number;
  },
): Promise<KnownExplanation | undefined> {
  const valueOf = (name: string): string | undefined =>
    explained.build?.variables.find((one) => one.name === name)?.value;
  const recipe = valueOf('KNOWN_RECIPE');
  if (recipe === undefined) return undefined;
  const [last, before] = passedIn(runs, explained.action);
  if (!last) return { again: ['it has not passed here'] };
  const changed = before && [...new Set([...before.parts.keys(), ...last.parts.keys()])];
  const files = await changedFiles(explained, last.revisions, sources);
  const days = Number(valueOf('KNOWN_DAYS'));
  return {
    last: {
      run: last.run,
      at: last.at,
      fingerprint: last.fingerprint,
      parts: [...last.parts.keys()],
      ...(changed ? { changed: changed.filter((part) => before.parts.get(part) !== last.parts.get(part)) } : {}),
    },
    again: [
      ...(fresh ? ['--fresh asks for everything anew'] : []),
      ...(last.parts.get('recipe') === recipe.slice(0, 8)
        ? []
        : ['its specification, image or variables changed (recipe)']),
      ...files,
      ...(now - Date.parse(last.at) < days * DAY ? [] : [`it passed ${days} days ago or earlier`]),
    ],
  };
}

/** The newest runs in which an action passed, the last one first. */
function passedIn(runs: Runs, path: string): Passed[] {
  return runs
    .ids()
    .slice(0, MOST_RUNS)
    .flatMap((run) => {
      const { executions } = runs.open(run);
      return executions.toReversed().flatMap((execution) => {
        const action = execution.actions.get(path);
        const [fingerprint = '', ...parts] = (action?.outputVariables?.[KNOWN_PARTS] ?? '').split(' ');
        if (action?.status !== 'Succeeded' || fingerprint === '') return [];
        const at =
          /^passed in \S+ at (\S+)$/.exec(action.outputVariables?.UNCHANGED ?? '')?.[1] ?? action.endedAt ?? '';
        return [
          {
            ...{ run, at, fingerprint },
            parts: new Map(parts.map((one) => one.split('=') as [string, string])),
            revisions: [...execution.revisions],
          },
        ];
      });
    });
}

/** What a build would read otherwise than in a run: the files that changed in its sources since their revisions there. */
async function changedFiles(
  explained: ActionExplanation,
  revisions: readonly Revision[],
  sources: SourceRepositories,
): Promise<string[]> {
  const taken = new Set(explained.takes.filter(({ what }) => what.startsWith('artifact ')).map(({ from }) => from));
  const found = revisions
    .filter(({ actionName }) => [...taken].some((path) => path.endsWith(`/${actionName}`)))
    .map(async ({ repository, commitId, uncommitted }) => {
      const source = sources.get(repository);
      if (!source || uncommitted) return [`what changed in ${repository} is not known`];
      // Against the files as they stand, or against a commit.
      const until = source.uncommitted ? [] : [source.commit ?? 'HEAD'];
      const difference = [
        'diff',
        '--name-only',
        '--relative',
        '--no-ext-diff',
        '--no-textconv',
        commitId,
        ...until,
        '--',
        '.',
      ];
      const untracked = source.uncommitted ? git(source.path, ['ls-files', '--others', '--exclude-standard']) : '';
      const lines = await Promise.all([git(source.path, difference), untracked]).catch(() => undefined);
      if (!lines) return [`what changed in ${repository} is not known: it has no commit ${commitId.slice(0, 8)}`];
      return lines
        .flatMap((text) => text.split('\n'))
        .filter((file) => file !== '' && reads(explained, file))
        .map((file) => `${file} changed`);
    });
  return (await Promise.all(found)).flat();
}
