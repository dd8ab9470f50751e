/** The variable by which a build says that it did nothing, and why: what it would give has been made already. Exported, so that CodePipeline shows it. */
export const UNCHANGED = 'UNCHANGED';

/**
 * The variable by which a build says what it is known by (`buildspecs/scripts/passed.js`): the first digits of its fingerprint, then each part of it as
 * `NAME=DIGITS`. A file or folder of a checkout's top is a part called `./NAME`, of another input `ARTIFACT:NAME`. Exported.
 */
export const KNOWN_PARTS = 'KNOWN_PARTS';

/** What the output variables of an action say of a result that was made before: `unchanged, passed in RUN at TIME`; undefined where it was made now. */
export function unchangedNote(outputVariables: Readonly<Record<string, string>> | undefined): string | undefined {
  const why = outputVariables?.[UNCHANGED];
  return why ? `unchanged, ${why}` : undefined;
}

/** What stands ahead of a command that is skipped where nothing has changed (`lib/known-build.ts`). */
const GUARD = /\[ "\$UNCHANGED" \] \|\| (?:\{ )?/g;

/** A command, or a text that quotes one, as its component has it: without what skips it where nothing has changed. */
export function withoutGuard(text: string): string {
  const whole = /^\[ "\$UNCHANGED" \] \|\| \{ ([\s\S]*)\n\}\s*$/.exec(text)?.[1];
  return whole ?? text.replaceAll(GUARD, '');
}
