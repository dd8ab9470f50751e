import * as fs from 'node:fs';
import * as path from 'node:path';
import { currentExecution } from '../../model/run-state';
import { Clone } from './clone';

// What follows from a change of the sample monorepo, of the app or of a buildspec. It needs Docker and about 20 minutes, so it is a command
// of its own (`npm run test:rehearsal`). The steps build on each other: one run's state is the next one's, as on a person's machine.
const clone = new Clone();
const MINUTES = 60_000;
beforeAll(() => clone.make(), 2 * MINUTES);
afterAll(() => clone.remove());

/** What prod is, as the ledger has it. */
function prod(): Record<string, string> {
  const directory = path.join(clone.directory, '.saiondo/state/ledger/333333333333/ap-northeast-2');
  return Object.fromEntries(
    fs.readdirSync(directory).map((file) => [file, fs.readFileSync(path.join(directory, file), 'utf8')]),
  );
}

test(
  'the sample monorepo goes through to prod',
  async () => {
    const { exitCode } = await clone.rehearse();
    expect(exitCode).toBe(0);
  },
  45 * MINUTES,
);

test(
  'a change of one service builds and deploys that service alone',
  async () => {
    await clone.commit('examples/saiondo/backend/llm/src/main.py', (text) => `${text}\n# changed\n`);
    const { exitCode, state } = await clone.rehearse();
    expect(exitCode).toBe(0);
    // The log shows the command's text too; the line that it prints begins with the image.
    expect(clone.log(state, 'Verify/ApiImage')).toMatch(/^\d{12}\S+:\w{32} is there already/m);
    expect(clone.log(state, 'Verify/LlmImage')).not.toMatch(/^\d{12}\S+:\w{32} is there already/m);
    const changes = state.changeSets.flatMap((one) =>
      one.changes.map((change) => `${one.stackName}/${change.logicalId}`),
    );
    expect(changes.filter((change) => !/Services\/(llmTask|llmService|SmokeTest)/.test(change))).toEqual([]);
    expect(changes).toHaveLength(6);
    // The chains of the first run are there, with what is on them.
    for (const stage of ['Dev', 'Prod']) {
      const log = clone.log(state, `${stage}/Contracts.DeployContracts`);
      expect(log).toMatch(/^the code at 0x\w{40} equals the compiled SAIONDO/m);
      expect(log).not.toMatch(/^deploys /m);
    }
  },
  45 * MINUTES,
);

test(
  'a change in pipelines/ mutates the pipeline, which starts again',
  async () => {
    await clone.commit('pipelines/pipeline-stack.ts', (text) => text.replace("'docs/**']", "'docs/**', 'notes/**']"));
    const { exitCode, state } = await clone.rehearse();
    expect(exitCode).toBe(0);
    expect(state.executions.map((execution) => execution.status)).toEqual(['Cancelled', 'Succeeded']);
    expect(
      state.definition?.triggers.flatMap((one) => one.push.flatMap((filter) => filter.filePaths?.excludes)),
    ).toContain('notes/**');
  },
  45 * MINUTES,
);

const breakages: [string, string, (text: string) => string, string, Record<string, unknown>][] = [
  [
    'a test',
    'examples/saiondo/backend/api/src/messages.ts',
    (text) => text.replace('slice(0, 2000)', 'slice(0, 10)'),
    'Verify/ApiTest',
    { phase: 'BUILD', exitCode: 1 },
  ],
  [
    'a contract',
    'examples/saiondo/web3/contracts/SAIONDO.sol',
    (text) => text.replace('constructor', 'constructr'),
    'Verify/ContractTest',
    { phase: 'BUILD', exitCode: 1 },
  ],
  [
    'a Dockerfile',
    'examples/saiondo/backend/llm/Dockerfile',
    (text) => `${text}RUN false\n`,
    'Verify/LlmImage',
    { phase: 'BUILD' },
  ],
  [
    'a buildspec',
    'buildspecs/api-test.yml',
    (text) => text.replace('commands:', 'comands:'),
    'Build/Synth',
    { phase: 'BUILD', exitCode: 1 },
  ],
  [
    'a migration',
    'examples/saiondo/backend/api/prisma/migrations/20260920000000_broken/migration.sql',
    () => 'ALTER TABLE no_such_table ADD COLUMN nothing text;\n',
    'Dev/Data.Migrate',
    { phase: 'BUILD', exitCode: 1 },
  ],
];

test.each(breakages)(
  'breaking %s stops the run at that action, exit 1, prod untouched',
  async (_what, file, change, action, failure) => {
    const before = prod();
    await clone.commit(file, change);
    try {
      const { exitCode, state } = await clone.rehearse();
      expect(exitCode).toBe(1);
      const execution = currentExecution(state);
      const failed = [...(execution?.actions.values() ?? [])].filter((one) => one.status === 'Failed');
      expect(failed.map((one) => `${one.stage}/${one.action}`)).toEqual([action]);
      expect(failed[0]?.failure).toMatchObject(failure);
      expect(execution?.stages.has('Prod')).toBe(false);
      expect(prod()).toEqual(before);
    } finally {
      await clone.undo();
    }
  },
  45 * MINUTES,
);
