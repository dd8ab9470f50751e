import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type * as Checks from '../../engine/codepipeline/checks/pipeline-check';
import type * as Definition from '../../engine/codepipeline/definition/definition';
import type * as Plan from '../../engine/codepipeline/plan/plan';
import type * as Rules from '../../engine/codepipeline/rules/rule-providers';
import type * as Sessions from '../scenario/pipeline-session';
import type * as Ledger from '../../engine/cloudformation/ledger';
import { Layout } from '../../model/layout';

const root = path.join(__dirname, '..', '..');

/** A kind of action that there is not: it writes its greeting into its output artifact. */
const PROVIDER = `
import * as fs from 'node:fs';
import * as path from 'node:path';
import { required, type ActionProvider } from '../../actions/action-provider';

/** Greets somebody. */
export const greeting: ActionProvider = {
  kinds: ['Invoke/AWS/Greeting'],
  reference: 'Greeting action reference',
  configuration: { Name: required },
  inputs: [0, 0],
  outputs: [1, 1],
  needs: (_action, { tool }) => (tool('mouth') ? [] : ['mouth']),
  run: async ({ action, outputs }) => {
    fs.writeFileSync(path.join(outputs[0]?.path ?? '', 'greeting.txt'), \`Hello \${action.configuration.Name}\`);
    return { status: 'Succeeded', summary: \`greeted \${action.configuration.Name}\` };
  },
};
`;
const PROVIDER_LINE = "export { greeting } from './invoke/greeting';\n";

/** A kind of rule that there is not. */
const RULE = `
import type { RuleProvider } from './rule-provider';

/** Met while its name is polite. */
export const politeRule: RuleProvider = {
  provider: 'Polite',
  required: ['Word'],
  optional: [],
  run: async ({ rule }) =>
    rule.configuration.Word === 'please'
      ? { status: 'Succeeded', summary: 'polite' }
      : { status: 'Failed', summary: 'not polite' },
};
`;
const RULE_LINE = "export { politeRule } from './polite-rule';\n";

/** A copy of the engine, in which one kind of action and one kind of rule are added: a new file and one line each. */
const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-provider-'));
const inCopy = <T extends object>(file: string): T => jest.requireActual<T>(path.join(copy, file));

beforeAll(() => {
  for (const name of ['engine', 'model', 'tsconfig.json', 'test/scenario/pipeline-session.ts'])
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  const folder = path.join(copy, 'engine/codepipeline');
  fs.writeFileSync(path.join(folder, 'providers/invoke/greeting.ts'), PROVIDER);
  fs.appendFileSync(path.join(folder, 'providers/every-provider.ts'), PROVIDER_LINE);
  fs.writeFileSync(path.join(folder, 'rules/polite-rule.ts'), RULE);
  fs.appendFileSync(path.join(folder, 'rules/every-rule.ts'), RULE_LINE);
});
afterAll(() => fs.rmSync(copy, { recursive: true }));

const pipeline = (configuration: Record<string, string>, word = 'please') => ({
  Stages: [
    { Name: 'Source', Actions: [{ Name: 'App', Source: true }] },
    {
      Name: 'Greet',
      BeforeEntry: {
        Conditions: [
          {
            Result: 'FAIL',
            Rules: [
              {
                Name: 'Politeness',
                RuleTypeId: { Category: 'Rule', Owner: 'AWS', Provider: 'Polite', Version: '1' },
                Configuration: { Word: word },
              },
            ],
          },
        ],
      },
      Actions: [
        {
          Name: 'Say',
          ActionTypeId: { Category: 'Invoke', Owner: 'AWS', Provider: 'Greeting', Version: '1' },
          Configuration: configuration,
          OutputArtifacts: [{ Name: 'Greeting' }],
        },
      ],
    },
  ],
});

async function definitionOf(properties: ReturnType<typeof pipeline>) {
  const { templateOf, deployPipeline, deployedPipeline } = inCopy<typeof Sessions>('test/scenario/pipeline-session');
  const { DiskLedger } = inCopy<typeof Ledger>('engine/cloudformation/ledger');
  const state = fs.mkdtempSync(path.join(copy, 'state-'));
  const ledger = new DiskLedger(new Layout(state));
  await deployPipeline(templateOf(properties), ledger);
  return { state, ledger, definition: deployedPipeline(ledger) as ReturnType<typeof Definition.readPipeline> };
}

test('the copy type-checks: nothing else has to change', async () => {
  const settings = { extends: './tsconfig.json', include: ['engine', 'model', 'test'] };
  fs.writeFileSync(path.join(copy, 'tsconfig.copy.json'), JSON.stringify(settings));
  const { stdout } = await execa(path.join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', 'tsconfig.copy.json'], {
    cwd: copy,
    reject: false,
  });
  expect(stdout).toBe('');
}, 180_000);

test('a definition is checked by them', async () => {
  const { checkPipeline } = inCopy<typeof Checks>('engine/codepipeline/checks/pipeline-check');
  const { definition } = await definitionOf(pipeline({ Nam: 'Ada' }));
  expect(checkPipeline(definition).map(({ message }) => message)).toEqual([
    'Greet/Say: unknown configuration Nam; did you mean Name?',
    'Greet/Say: Name is required ("Greeting action reference")',
  ]);
});

test('a plan says what they need', async () => {
  const { planActions } = inCopy<typeof Plan>('engine/codepipeline/plan/plan');
  const { definition, ledger } = await definitionOf(pipeline({ Name: 'Ada' }));
  const missing = (tools: readonly string[]) =>
    planActions(definition, {
      ledger,
      containers: false,
      tool: (name) => tools.find((one) => one === name),
      sources: new Map([['owner/repository', { path: '.' }]]),
    }).map((planned) => planned.missing);
  expect([missing([]), missing(['mouth'])]).toEqual([
    [[], ['mouth']],
    [[], []],
  ]);
});

test.each([
  ['please', 'Succeeded', 'Hello Ada'],
  ['now', 'Failed', undefined],
])('an execution runs them: %s', async (word, status, said) => {
  const { openSession, plainMachine, makeRepository } = inCopy<typeof Sessions>('test/scenario/pipeline-session');
  const { ruleRunners } = inCopy<typeof Rules>('engine/codepipeline/rules/rule-providers');
  const { state, ledger } = await definitionOf(pipeline({ Name: 'Ada' }, word));
  await makeRepository(path.join(state, 'repository'), '');
  const open = openSession({
    root: state,
    runId: 'run',
    ledger,
    local: plainMachine({}, ''),
    repository: path.join(state, 'repository'),
    rules: ruleRunners(),
  });
  open.session.open();
  const { pipelineExecutionId } = open.session.startPipelineExecution({
    name: 'pipeline',
    trigger: { type: 'StartPipelineExecution', detail: 'test' },
  });
  await open.session.settled();
  await open.close();
  expect(open.log.state.executions.map((one) => one.status)).toEqual([status]);
  const file = path.join(new Layout(state).artifact('run', pipelineExecutionId, 'Greeting'), 'greeting.txt');
  expect(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined).toBe(said);
});
