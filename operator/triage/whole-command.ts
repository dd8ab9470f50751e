import { readYaml } from '../../model/yaml-text';

/** Characters of a buildspec that is looked into. */
const MOST_CHARACTERS = 256 * 1024;

interface Phase {
  readonly commands?: unknown;
  readonly finally?: unknown;
}

/**
 * The whole text of a command whose first line is known: CodeBuild names a block by its first line, which may be no more than an `if`.
 * @param buildspec as the build has it: inline, or a file's name, and then nothing is known
 */
export function wholeCommand(buildspec: string | undefined, first: string): string | undefined {
  return commandsOf(buildspec).find((command) => command.split('\n')[0]?.trim() === first.trim());
}

function commandsOf(buildspec: string | undefined): string[] {
  if (!buildspec || buildspec.length > MOST_CHARACTERS || !/[\n{]/.test(buildspec)) return [];
  try {
    const { document, problem } = readYaml(buildspec);
    if (problem) return [];
    const { phases } = document.toJS({ maxAliasCount: -1 }) as { phases?: Record<string, Phase | null> };
    return Object.values(phases ?? {}).flatMap((phase) =>
      [phase?.commands, phase?.finally].flat().filter((one): one is string => typeof one === 'string'),
    );
  } catch {
    return [];
  }
}
