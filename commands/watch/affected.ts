import { NO_ACTION, type ActionExplanation } from '../../model/explanation';

/** Files that changed, relative to their source's root, by the source action that takes them. */
export type ChangedFiles = ReadonlyMap<string, readonly string[]>;

/** What a change affects. */
export interface Affected {
  /** Builds that take changed files and nothing but sources, and that the rest of the pipeline is not made of: their verdict waits for nobody. */
  readonly first: readonly string[];
  /** The first action of the pipeline whose inputs changed; undefined where none reads what changed. */
  readonly from?: string;
}

/**
 * The actions whose inputs changed. A build is affected by the files that it can read: all of its input artifacts without the folders of `OTHERS`, which a component's test
 * takes away (`buildspecs/scripts/passed.js`), and an image's the folder of its component alone.
 */
export function affectedBy(actions: readonly ActionExplanation[], changed: ChangedFiles): Affected {
  const sources = new Set(actions.filter(({ kind }) => kind.startsWith('Source/')).map(({ action }) => action));
  const makesPipeline = (one: ActionExplanation): boolean =>
    one.gives.some(({ takenBy }) =>
      takenBy.some((path) => actions.find(({ action }) => action === path)?.kind.endsWith('/CloudFormation')),
    );
  const direct = actions.filter((one) =>
    one.takes.some(
      ({ what, from }) => what.startsWith('artifact ') && (changed.get(from) ?? []).some((file) => reads(one, file)),
    ),
  );
  const first = direct.filter((one) => one.build !== undefined && takesOnly(one, sources) && !makesPipeline(one));
  return { first: first.map(({ action }) => action), ...(direct[0] ? { from: direct[0].action } : {}) };
}

/** What no action gives is the pipeline's own: its variables, the name of the execution. */
function takesOnly({ takes }: ActionExplanation, sources: ReadonlySet<string>): boolean {
  return takes.every(({ from }) => sources.has(from) || from === NO_ACTION);
}

/** Whether a build can read a file of a checkout that it takes. @param file relative to the checkout's root */
export function reads({ build }: ActionExplanation, file: string): boolean {
  const valueOf = (name: string): string | undefined => build?.variables.find((one) => one.name === name)?.value;
  const below = (folder: string): boolean => folder === '.' || file.startsWith(`${folder}/`);
  const others = valueOf('OTHERS');
  if (others !== undefined) return !others.split(' ').filter(Boolean).some(below);
  const component = valueOf('COMPONENT') === undefined ? undefined : valueOf('COMPONENT_DIR');
  return component === undefined || below(component);
}

/** One line: what changed, what runs now, and what follows. */
export function changeLine(changed: ChangedFiles, { first, from }: Affected): string {
  const files = [...new Set([...changed.values()].flat())];
  const what = files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : files.join(', ');
  if (from === undefined) return `changed: ${what}. No action reads it`;
  if (first.length === 0) return `changed: ${what}. The pipeline runs again from ${from}`;
  return `changed: ${what}. ${first.join(', ')} ${first.length === 1 ? 'runs' : 'run'} now, then the pipeline from ${from}`;
}
