import { randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';

/** What jest's JSON says of each test. */
interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly duration?: number;
    }[];
  }[];
}

/** Properties and inputs (test/fuzz), then killed engines (test/crash), longer than `npm test` and with other seeds; ends with a summary. */
async function main(): Promise<number> {
  const {
    FUZZ_RUNS: runs = '2000',
    FUZZ_SEED: seed = String(randomInt(2 ** 31)),
    SAIONDO_CRASH_CASES: cases = '20',
    SAIONDO_CRASH_SEED: crashSeed = seed,
    SAIONDO_KILLS: kills = '200',
  } = process.env;
  const settings = {
    FUZZ_RUNS: runs,
    FUZZ_SEED: seed,
    SAIONDO_CRASH_CASES: cases,
    SAIONDO_CRASH_SEED: crashSeed,
    SAIONDO_KILLS: kills,
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-fuzz-'));
  const file = path.join(folder, 'results.json');
  try {
    const { exitCode } = await execa(
      'jest',
      [
        'test/fuzz',
        'test/crash/crash.test.ts',
        'test/crash/real-kills.test.ts',
        '--runInBand',
        '--json',
        '--outputFile',
        file,
      ],
      { preferLocal: true, reject: false, env: settings, stdout: 'ignore', stderr: 'inherit' },
    );
    const results = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Results) : { testResults: [] };
    console.log(`\n${summary(results).join('\n')}`);
    const again = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    console.log(`\n${exitCode === 0 ? 'nothing found' : 'FOUND SOMETHING'}; again: ${again.join(' ')} npm run fuzz`);
    return exitCode;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A line for each test: how it came out, its seconds, its title. */
function summary({ testResults }: Results): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => [
    path.relative(process.cwd(), name),
    ...(assertionResults.length === 0 ? [`  failed            ${message.split('\n', 1)[0] ?? ''}`] : []),
    ...assertionResults.map(
      ({ status, duration = 0, title }) =>
        `  ${status.padEnd(7)} ${(duration / 1000).toFixed(1).padStart(8)} s  ${title}`,
    ),
  ]);
}

void main().then((exitCode) => (process.exitCode = exitCode));
