import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { compileEngine, type CompiledEngine } from './compile';
import { killedAtEveryEvent, prepare, result, undisturbed, type CrashCase, type CrashResult } from './crash';

// What is known by its content, and what is carried to the environments, by the scripts of the real builds, while engines are killed.
const script = (name: string): string => path.join(__dirname, '../../buildspecs/scripts', name);
const source = { Name: 'Source', Actions: [{ Name: 'Source', Source: true }] };

let engine: CompiledEngine;
beforeAll(async () => {
  engine = await compileEngine();
}, 120_000);
afterAll(() => fs.rmSync(engine.folder, { recursive: true, force: true }));

/**
 * `aws s3 cp` with a folder for a bucket. Where the file `kill-at-put` or `kill-at-get` is there, it is stopped in the middle, and its engine is killed: half of
 * an object is written, or read.
 */
const AWS = `
from=$4; to=$5
case "$to" in s3://*) way=put; to="$MARK/bucket/\${to#s3://}"; mkdir -p "$(dirname "$to")" ;;
*) way=get; from="$MARK/bucket/\${from#s3://}"; [ -f "$from" ] || { echo 'An error occurred (404): Not Found' >&2; exit 1; } ;; esac
if [ -e "$MARK/kill-at-$way" ]; then
  head -c 100 "$from" > "$to"
  rm "$MARK/kill-at-$way"
  echo $$ >> "$MARK/pids"
  kill -9 "$(cat "$MARK/engine")"
  exec sleep 600
fi
cp "$from" "$to"`;

/** Two executions of the same content: what the first has done, the second finds. */
const KNOWN: CrashCase = {
  name: 'known by its content',
  executions: 2,
  programs: { aws: AWS },
  pipeline: {
    ExecutionMode: 'QUEUED',
    Stages: [
      source,
      {
        Name: 'Verify',
        Actions: [
          {
            Name: 'Test',
            OutputArtifacts: [{ Name: 'Out' }],
            Run: [
              'export KNOWN_RECORDS=s3://records/passed/test KNOWN_DAYS=14 KNOWN_RECIPE=r KNOWN_OUTPUTS=made KNOWN_RUN=e KNOWN_FRESH=no',
              `export UNCHANGED= && KNOWN=$(node ${script('passed.js')} find) && eval "$KNOWN"`,
              '[ "$UNCHANGED" ] || { mkdir made && cp file.txt made/out.txt && echo ran >> "$MARK/ran"; }',
              `node ${script('passed.js')} keep`,
            ],
          },
        ],
      },
    ],
  },
};

/** Runs a case whose engine is killed by its build. @param at the file that asks for it @returns how it ended, and how often the build did its work */
async function killedInside(one: CrashCase, at: string): Promise<CrashResult & { readonly ran: number }> {
  const folder = await prepare(one);
  try {
    fs.writeFileSync(path.join(folder, at), '');
    const first = await execa(process.execPath, [engine.program, folder], { reject: false });
    expect(first.signal).toBe('SIGKILL');
    const second = await execa(process.execPath, [engine.program, folder], { reject: false });
    expect([second.signal, second.exitCode, second.stderr]).toEqual([undefined, 0, '']);
    return { ...result(folder), ran: lines(path.join(folder, 'ran')) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const lines = (file: string): number => fs.readFileSync(file, 'utf8').trim().split('\n').length;

test('an engine that is killed while a record is written, or while it is brought back, comes to the same end', async () => {
  const quiet = await undisturbed(engine.program, KNOWN);
  expect(quiet.final.verdict).toBe('passed');
  // Half a record counts for nothing: done once more. A whole one that was half read is read again.
  for (const [at, ran] of [
    ['kill-at-put', 2],
    ['kill-at-get', 1],
  ] as const) {
    const killed = await killedInside(KNOWN, at);
    expect({ at, ...killed }).toEqual({ at, ...quiet, ran });
  }
}, 240_000);

/** Takes what one of Verify's builds carried, and says which it is. */
const deploys = (name: string, input: string, more: string) => ({
  Name: name,
  InputArtifacts: [{ Name: input }],
  Namespace: name,
  Export: ['VERSION'],
  Run: [`node ${script('carry.js')} unpack`, `VERSION=$(cat "${input}.txt")`, more],
});
/** Carries a version of its own for each execution. */
const carries = (name: string) => ({
  Name: name,
  OutputArtifacts: [{ Name: name }],
  Run: [
    `echo next >> "$MARK/${name}"`,
    `echo "${name} $(wc -l < "$MARK/${name}")" > ${name}.txt`,
    `node ${script('carry.js')} pack`,
    'mv .carried/* .',
  ],
});
/** The second execution fails in its environment, which is rolled back to what the first had. */
const ROLLED_BACK: CrashCase = {
  name: 'a rollback with what was carried',
  executions: 2,
  pipeline: {
    ExecutionMode: 'QUEUED',
    Stages: [
      source,
      { Name: 'Verify', Actions: [carries('Migrations'), carries('Contracts')] },
      {
        Name: 'Prod',
        OnFailure: { Result: 'ROLLBACK' },
        Actions: [
          deploys('Migrate', 'Migrations', 'true'),
          deploys('DeployContracts', 'Contracts', '[ "$VERSION" = "Contracts 1" ]'),
        ],
      },
    ],
  },
};

/** An archive has times and places in it, which are others in each folder. */
const withoutBytes = (final: unknown): unknown =>
  JSON.parse(
    JSON.stringify(final, (_key, value: unknown) =>
      typeof value === 'string' ? value.replace(/^(carried\.tgz|digest\.txt): [^]*/, '$1') : value,
    ),
  );

test('a rollback whose engine is killed at each of its events takes the migrations and contracts of its target', async () => {
  const quiet = await undisturbed(engine.program, ROLLED_BACK);
  const disturbed = await killedAtEveryEvent(
    engine.program,
    ROLLED_BACK,
    '^(execution|stage|action|build)\\.(started|ended)\\|2\\|',
  );
  expect(disturbed.killed.length).toBeGreaterThanOrEqual(8);
  expect({ final: withoutBytes(disturbed.final), problems: disturbed.problems }).toEqual({
    final: withoutBytes(quiet.final),
    problems: [],
  });
  const rollback = quiet.final.executions[2] as { mode: string; actions: { variables?: unknown }[] };
  expect(rollback.mode).toBe('ROLLBACK');
  expect(rollback.actions.map(({ variables }) => variables)).toEqual([
    expect.objectContaining({ VERSION: 'Contracts 1' }),
    expect.objectContaining({ VERSION: 'Migrations 1' }),
  ]);
}, 240_000);
