import { createHash } from 'node:crypto';
import { KNOWN_PARTS, UNCHANGED } from '../model/unchanged';

/** What a build compares before it does anything: the content with records, the database or the chain with what the last build left there. */
export type KnownBy = 'content' | 'database' | 'chain';

/** What prints the exports of a build that has nothing to do, and what writes down that a build has passed. */
const QUESTIONS: Readonly<Record<KnownBy, { readonly find: string; readonly keep?: string }>> = {
  content: { find: 'node "$SCRIPTS/passed.js" find', keep: 'node "$SCRIPTS/passed.js" keep' },
  database: { find: 'node "$SCRIPTS/migrated.js" find', keep: 'node "$SCRIPTS/migrated.js" keep' },
  // What is on chain says everything: nothing has to be written down.
  chain: { find: 'node "$SCRIPTS/contracts.js" find' },
};

/** Phases by name, as a build specification has them. */
type Phases = Record<string, { commands?: string[] }>;

/**
 * Makes a build one that is known: it runs its commands only where no record says that a build of this content has passed, and leaves such a record
 * (`buildspecs/scripts/passed.js`); or only where the database (`migrated.js`) or the chain (`contracts.js`) is not what this build would leave.
 * CodeBuild has no way to end a build early with success, so each command is skipped by itself.
 */
export function makeKnown(buildspec: { readonly phases: Phases; env?: unknown }, by: KnownBy): void {
  const { phases } = buildspec;
  const { find, keep } = QUESTIONS[by];
  for (const name of ['install', 'pre_build', 'build'])
    if (phases[name]?.commands) phases[name].commands = phases[name].commands.map((one) => skipped(one, by));
  phases.install ??= {};
  phases.install.commands = [
    `export ${UNCHANGED}=${by === 'content' ? ` ${KNOWN_PARTS}=` : ''} && KNOWN=$(${find}) && eval "$KNOWN"`,
    ...(phases.install.commands ?? []),
  ];
  if (keep) (phases.post_build ??= {}).commands = [...(phases.post_build.commands ?? []), keep];
  const env = (buildspec.env ?? {}) as { 'exported-variables'?: string[] };
  const exported = [...(env['exported-variables'] ?? []), UNCHANGED, ...(by === 'content' ? [KNOWN_PARTS] : [])];
  buildspec.env = { ...env, 'exported-variables': exported };
}

/** A command that is skipped where the build is unchanged. A test changes its folder in either case: reports are looked for from it. */
function skipped(command: string, by: KnownBy): string {
  if (by === 'content' && command.startsWith('cd ')) return command;
  const simple = !/[\n;&#]|\|\|/.test(command);
  return simple ? `[ "$${UNCHANGED}" ] || ${command}` : `[ "$${UNCHANGED}" ] || { ${command}\n}`;
}

/** The fingerprint of what synth knows of a build: its specification with the scripts in it, image, variables. */
export function recipeOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
