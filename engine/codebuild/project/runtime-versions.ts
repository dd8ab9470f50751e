import { execFile } from 'node:child_process';
import type { Buildspec } from '../spec/buildspec';
import type { Limit } from '../../../model/limit';
import { imageFacts } from './image';

/** How a runtime of a buildspec is asked for its version on this machine. Java prints to standard error. */
const COMMANDS: Readonly<Record<string, { readonly command: string; readonly args: readonly string[] }>> = {
  nodejs: { command: 'node', args: ['--version'] },
  python: { command: 'python3', args: ['--version'] },
  java: { command: 'java', args: ['-version'] },
  golang: { command: 'go', args: ['version'] },
  ruby: { command: 'ruby', args: ['--version'] },
  php: { command: 'php', args: ['--version'] },
  dotnet: { command: 'dotnet', args: ['--version'] },
  rust: { command: 'rustc', args: ['--version'] },
};

const NODE_COMMANDS = /(?:^|[\s;&|(])(?:node|npm|npx|yarn)(?:\s|$)/m;
const versions = new Map<string, Promise<string | undefined>>();

/**
 * Compares the runtimes that a build asks for with this machine's and the image's. A rehearsal does not switch runtimes; it says where that
 * matters (CodeBuild User Guide, "runtime-versions" of the build specification reference; aws/aws-codebuild-docker-images).
 */
export async function checkRuntimes(options: {
  readonly buildspec: Buildspec;
  readonly image: string;
  readonly tool: (name: string) => string | undefined;
  /** For versions like `$NODE_VERSION`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly file: string;
}): Promise<Limit[]> {
  const { buildspec, image, tool, variables, file } = options;
  const requested = buildspec.phases.install?.runtimeVersions ?? [];
  const facts = imageFacts(image);
  const limits: Limit[] = [];
  for (const { runtime, version: given, where } of requested) {
    const version = given.replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (_all, braced?: string, plain?: string) => variables[braced ?? plain ?? ''] ?? '',
    );
    const offered = facts?.runtimes[runtime];
    if (offered && !offered.some((one) => fits(version, one)))
      limits.push({
        where,
        text: `${image} has no ${runtime} ${version}, so CodeBuild fails this build; it has ${offered.join(', ')}`,
      });
    const known = COMMANDS[runtime];
    if (!known) continue;
    const at = tool(known.command);
    const here = at && (await versionOf(at, known.args));
    if (!here) continue;
    const wanted = version === 'latest' ? offered?.at(-1) : version;
    if (wanted && !fits(wanted, here))
      limits.push({ where, text: `the buildspec asks for ${runtime} ${version}; this machine has ${here}` });
  }
  const texts = Object.values(buildspec.phases).flatMap((phase) => phase.commands.map((command) => command.text));
  const node = tool('node');
  if (requested.length === 0 && facts && node && texts.some((text) => NODE_COMMANDS.test(text))) {
    const here = await versionOf(node, ['--version']);
    if (here && !fits(facts.defaultNode, here))
      limits.push({
        where: { file, path: 'phases.install.runtime-versions' },
        text: `without runtime-versions ${image} uses Node.js ${facts.defaultNode}; this machine has ${here}`,
      });
  }
  return limits;
}

/** Whether a version is the one that is asked for: `20`, `20.x`, `20.11.1`, `corretto17`. */
function fits(wanted: string, actual: string): boolean {
  const figures = (text: string): string[] =>
    text
      .replace(/^[a-z]+/i, '')
      .split('.')
      .filter((part) => part !== 'x' && part !== '');
  const have = figures(actual);
  return figures(wanted).every((part, i) => have[i] === undefined || have[i] === part);
}

function versionOf(file: string, args: readonly string[]): Promise<string | undefined> {
  const known = versions.get(file);
  if (known) return known;
  const asked = new Promise<string | undefined>((done) => {
    execFile(file, [...args], { timeout: 10_000 }, (error, stdout, stderr) => {
      // `java version "1.8.0_402"` is Java 8.
      const found = /\d+(?:\.\d+)*/.exec(`${stdout}\n${stderr}`)?.[0]?.replace(/^1\.(?=8\b)/, '');
      done(error ? undefined : found);
    });
  });
  versions.set(file, asked);
  return asked;
}
