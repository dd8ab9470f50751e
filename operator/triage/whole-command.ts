import { parse } from 'yaml';

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
  if (!buildspec || !/[\n{]/.test(buildspec)) return [];
  try {
    const { phases } = parse(buildspec) as { phases?: Record<string, Phase | null> };
    return Object.values(phases ?? {}).flatMap((phase) =>
      [phase?.commands, phase?.finally].flat().filter((one): one is string => typeof one === 'string'),
    );
  } catch {
    return [];
  }
}
