import { createHash } from 'node:crypto';
import { UNCHANGED } from '../model/unchanged';

/** Looks for a record of a build of the same content; what follows is skipped where there is one. */
const FIND = `export ${UNCHANGED}= && KNOWN=$(node "$SCRIPTS/passed.js" find) && eval "$KNOWN"`;
/** Writes the record of a build that has passed. */
const KEEP = 'node "$SCRIPTS/passed.js" keep';

/** Phases by name, as a build specification has them. */
type Phases = Record<string, { commands?: string[] }>;

/**
 * Makes a build one that is known by its content: it runs its commands only where no record says that a build of this content has passed, and
 * leaves such a record (`buildspecs/scripts/passed.js`). CodeBuild has no way to end a build early with success, so each command is skipped by itself.
 */
export function makeKnown(buildspec: { readonly phases: Phases; env?: unknown }): void {
  const { phases } = buildspec;
  for (const name of ['install', 'pre_build', 'build'])
    if (phases[name]?.commands) phases[name].commands = phases[name].commands.map(skipped);
  phases.install ??= {};
  phases.install.commands = [FIND, ...(phases.install.commands ?? [])];
  phases.post_build ??= {};
  phases.post_build.commands = [...(phases.post_build.commands ?? []), KEEP];
  const env = (buildspec.env ?? {}) as { 'exported-variables'?: string[] };
  buildspec.env = { ...env, 'exported-variables': [...(env['exported-variables'] ?? []), UNCHANGED] };
}

/** A command that is skipped where the build is unchanged. The folder is changed in either case: reports are looked for from it. */
function skipped(command: string): string {
  if (command.startsWith('cd ')) return command;
  const simple = !/[\n;&#]|\|\|/.test(command);
  return simple ? `[ "$${UNCHANGED}" ] || ${command}` : `[ "$${UNCHANGED}" ] || { ${command}\n}`;
}

/** The fingerprint of what synth knows of a build: its specification with the scripts in it, image, variables. */
export function recipeOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
