import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import type { AppRequest } from './synthesized-app';

/**
 * Synthesizes the app for all test files of a run: aws-cdk-lib is loaded and compiled once, not once a file. `node synth-server.js SOCKET` answers
 * each POST of an {@link AppRequest} with the {@link SynthesizedApp}, and ends with its standard input.
 */

/** An app as JSON: what the tests look at. */
export interface SynthesizedApp {
  /** By the stacks' hierarchical ids. */
  readonly templates: Record<string, unknown>;
  /** The hierarchical ids of the stacks with termination protection. */
  readonly protectedStacks: readonly string[];
  /** What the synth had to look up, in the assembly and those nested in it. */
  readonly missing: readonly unknown[];
}

function synthesize(request: AppRequest): SynthesizedApp {
  // Loaded with the first request: most runs of a single test need no synth.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- aws-cdk-lib takes seconds to load
  const { makeApp } = require('./synthesized-app') as typeof import('./synthesized-app');
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-synth-'));
  try {
    const assembly = makeApp(request, { outdir, treeMetadata: false }).synth();
    const stacks = assembly.stacksRecursively;
    const assemblies = [assembly, ...assembly.nestedAssemblies.map((one) => one.nestedAssembly)];
    return {
      templates: Object.fromEntries(stacks.map((stack) => [stack.hierarchicalId, stack.template as unknown])),
      protectedStacks: stacks.filter((stack) => stack.terminationProtection).map((stack) => stack.hierarchicalId),
      missing: assemblies.flatMap((one) => one.manifest.missing ?? []),
    };
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  try {
    response.end(JSON.stringify(synthesize(JSON.parse(await text(request)) as AppRequest)));
  } catch (error) {
    response.statusCode = 500;
    response.end(error instanceof Error ? error.stack : String(error));
  }
}

const [, , socket = ''] = process.argv;
const server = http.createServer((request, response) => void answer(request, response));
server.listen(socket, () => process.stdout.write('listening\n'));
process.stdin.once('end', () => process.exit(0)).resume();
