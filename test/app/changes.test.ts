import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ROOT } from './synthesized';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-changes-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const APPLICATION = 'a'.repeat(40);
const PIPELINE = 'b'.repeat(40);
const BEFORE = 'c'.repeat(40);
const DIFF = `Stack Prod-Network
There were no differences
Stack Prod-Data (Prod-Data)
Resources
[~] AWS::RDS::DBInstance Postgres PostgresC2 replace
 └─ [~] Engine (requires replacement)
[-] AWS::KMS::Key Old destroy

Stack Prod-Services
Resources
[~] AWS::ECS::TaskDefinition apiTask may be replaced
[~] AWS::ECS::Service apiService
`;

/** What the person who approves is shown, where `aws` answers this; undefined: it is refused. */
function changes(answers: { deployed?: object; message?: string; diff?: string; digests?: Record<string, string> }): {
  summary: string;
  link: string;
} {
  const directory = fs.mkdtempSync(path.join(folder, 'run-'));
  const file = (name: string, content: unknown): string => {
    fs.writeFileSync(path.join(directory, name), JSON.stringify(content));
    return path.join(directory, name);
  };
  const parameter = file('parameter.json', { Parameter: { Value: JSON.stringify(answers.deployed ?? {}) } });
  const execution = file('execution.json', {
    pipelineExecution: {
      artifactRevisions: [
        {
          revisionId: APPLICATION,
          revisionSummary: JSON.stringify({ ProviderType: 'GitHub', CommitMessage: answers.message }),
        },
      ],
    },
  });
  fs.writeFileSync(
    path.join(directory, 'aws'),
    `#!/bin/sh
case "$1" in
  ssm) ${answers.deployed ? `cat '${parameter}'` : 'echo ParameterNotFound >&2; exit 254'} ;;
  codepipeline) ${answers.message === undefined ? 'echo AccessDenied >&2; exit 254' : `cat '${execution}'`} ;;
esac
`,
    { mode: 0o755 },
  );
  fs.writeFileSync(path.join(directory, 'diff.txt'), answers.diff ?? DIFF);
  execFileSync(process.execPath, [path.join(ROOT, 'buildspecs/scripts/changes.js'), 'diff.txt'], {
    cwd: directory,
    stdio: 'pipe',
    env: {
      PATH: `${directory}:${process.env.PATH ?? ''}`,
      STAGE: 'Prod',
      APPLICATION_REPOSITORY: 'acme/shop',
      APPLICATION_COMMIT: APPLICATION,
      PIPELINE_REPOSITORY: 'acme/pipeline',
      PIPELINE_COMMIT: PIPELINE,
      DEPLOYED_PARAMETER: '/shop/pipeline/prod/deployed',
      PIPELINE_NAME: 'shop',
      PIPELINE_EXECUTION_ID: 'e',
      ...answers.digests,
    },
  });
  return {
    summary: fs.readFileSync(path.join(directory, 'summary.txt'), 'utf8'),
    link: fs.readFileSync(path.join(directory, 'link.txt'), 'utf8'),
  };
}

test('the approval names commits, messages and the resources that change, and links the comparison', () => {
  expect(changes({ deployed: { application: BEFORE, pipeline: PIPELINE }, message: 'Fix the login\n\nbody' })).toEqual({
    summary:
      'application cccccccccccc → aaaaaaaaaaaa “Fix the login”; pipeline unchanged (bbbbbbbbbbbb); ' +
      'resources: Data 2 (1 replaced, 1 removed), Services 2 (1 replaced)',
    link: `https://github.com/acme/shop/compare/${BEFORE}...${APPLICATION}`,
  });
});

test('the approval names what Verify carries to prod, and whether prod has it already', () => {
  const digests = { MIGRATIONS_DIGEST: '1'.repeat(64), CONTRACTS_DIGEST: '2'.repeat(64) };
  const deployed = {
    application: APPLICATION,
    pipeline: PIPELINE,
    migrations: '1'.repeat(64),
    contracts: '3'.repeat(64),
  };
  expect(changes({ deployed, digests, diff: DIFF }).summary).toContain(
    '; migrations unchanged (111111111111); contracts 333333333333 → 222222222222; resources: ',
  );
});

test('what AWS refuses is left out and said, and the promotion continues', () => {
  expect(changes({ diff: 'AccessDenied' })).toEqual({
    summary:
      'application aaaaaaaaaaaa; pipeline bbbbbbbbbbbb; the difference could not be read (see the log of Promote/Changes)',
    link: `https://github.com/acme/shop/commit/${APPLICATION}`,
  });
});

test('a commit message is data: one line, no variable of CodePipeline, no more than an action’s configuration takes', () => {
  const hostile = `#{codepipeline.PipelineExecutionId}\u001b[31m $(touch here) ${'x'.repeat(5000)}`;
  const { summary } = changes({ deployed: {}, message: hostile });
  expect(summary).not.toContain('#{');
  expect(summary).not.toContain('\u001b');
  expect(summary.length).toBeLessThanOrEqual(900);
});
