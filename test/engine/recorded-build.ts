import * as fs from 'node:fs';
import * as path from 'node:path';
import { runBuild } from '../../engine/codebuild/build/build';
import { filledBuildspec, type BuildValues } from '../../lib/buildspec-text';
import { plainSandbox } from '../fixtures/plain-sandbox';
import { parseBuildspec } from '../../engine/codebuild/spec/parse-buildspec';

/** What a build is given next to its buildspec. */
export interface RecordedOptions {
  readonly variables: Readonly<Record<string, string>>;
  /** Shell text of each stand-in by its command, run after the call is written down; `""` for one that only succeeds. */
  readonly commands: Readonly<Record<string, string>>;
  /** Files of the source, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the component says of its build. */
  readonly values?: BuildValues;
  /** Further input artifacts: their folders by name. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Changes the source before the build. */
  readonly prepare?: (source: string) => void;
}

/**
 * Runs a buildspec of `buildspecs/` with commands on PATH that write down how they were called: `folder: command arguments`. Everything else
 * is real: the phases, the shell, its variables.
 */
export async function recordedBuild(
  root: string,
  name: string,
  { variables, commands, files = {}, values = {}, inputs = {}, prepare }: RecordedOptions,
): Promise<{ status: string; calls: string[]; log: string; directory: string }> {
  const directory = fs.mkdtempSync(path.join(root, `${name}-`));
  const source = path.join(directory, 'src');
  const bin = path.join(directory, 'bin');
  const record = path.join(directory, 'calls.txt');
  fs.mkdirSync(path.join(source, variables.COMPONENT_DIR ?? '.'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
    fs.writeFileSync(path.join(source, file), text, { mode: 0o755 });
  }
  prepare?.(source);
  fs.mkdirSync(bin);
  fs.writeFileSync(record, '');
  for (const [command, text] of Object.entries(commands)) {
    const script = `#!/bin/sh\necho "$(basename "$PWD"): ${command} $*" >> '${record}'\n${text}\n`;
    fs.writeFileSync(path.join(bin, command), script, { mode: 0o755 });
  }
  const { status } = await runBuild(
    {
      buildId: `${name}:1`,
      project: name,
      buildspec: parseBuildspec(JSON.stringify(filledBuildspec(name, values)), `buildspecs/${name}.yml`),
      directory,
      source,
      sandbox: await plainSandbox(directory, {
        PATH: `${bin}:${process.env.PATH ?? ''}`,
        CODEBUILD_SRC_DIR: source,
        ...Object.fromEntries(Object.entries(inputs).map(([name, folder]) => [`CODEBUILD_SRC_DIR_${name}`, folder])),
        ...variables,
      }),
      secrets: [],
      unexportable: new Set(),
      timeoutMinutes: 5,
      outputs: [],
      signal: new AbortController().signal,
    },
    { executionId: 'e', stage: 'S', action: 'A', actionExecutionId: 'a', buildId: `${name}:1` },
    () => undefined,
  );
  const calls = fs.readFileSync(record, 'utf8').trim();
  return {
    status,
    calls: calls === '' ? [] : calls.split('\n'),
    log: fs.readFileSync(path.join(directory, 'log.txt'), 'utf8'),
    directory,
  };
}
