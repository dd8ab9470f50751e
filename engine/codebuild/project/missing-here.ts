import { formatLocation } from '../../../model/errors';
import { imageToolsNamedIn } from '../../host/image-tools';
import { toolsNamedIn } from '../../host/tools';
import { BUILDSPEC_PHASES, type Buildspec } from '../spec/buildspec';
import { otherSystem } from './compute';
import { IMAGE_COMMANDS } from './image-commands';
import type { Project } from './project';

/** What the build needs and this machine has not: tools, another operating system, parts of the buildspec that no rehearsal follows. */
export function missingHere(
  project: Project,
  buildspec: Buildspec,
  tool: (name: string) => string | undefined,
): string[] {
  const system = otherSystem(project);
  const commands = BUILDSPEC_PHASES.flatMap((name) => buildspec.phases[name] ?? []).flatMap((phase) =>
    [...phase.commands, ...phase.finally].map((command) => command.text),
  );
  // CDK Pipelines gives a publisher of images, and only that one, a privileged project; its command names no docker.
  const publishesImages = project.privileged && commands.some((command) => /\bcdk-assets\b/.test(command));
  return [
    ...(system ? [system] : []),
    ...(publishesImages && tool('docker') === undefined ? ['docker'] : []),
    ...buildspec.unsupported.map(({ text, where }) => `${text} (${formatLocation(where)})`),
    ...toolsNamedIn(commands).filter((name) => !IMAGE_COMMANDS.includes(name) && tool(name) === undefined),
    ...imageToolsNamedIn(commands, tool),
  ];
}
