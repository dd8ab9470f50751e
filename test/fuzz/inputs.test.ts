import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { parseTemplate } from '../../engine/cloudformation/template/template-file';
import { parseBuildspec } from '../../engine/codebuild/spec/parse-buildspec';
import { unzip } from '../../engine/files/artifact-zip';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { compileGlob } from '../../engine/text/glob';
import { refuseInvalid } from '../../engine/codepipeline/checks/pipeline-check';
import { planActions } from '../../engine/codepipeline/plan/plan';
import { matchesPattern } from '../../engine/text/regular-expression';
import { deploymentWindow } from '../../engine/codepipeline/rules/deployment-window';
import { triggersOn } from '../../engine/codepipeline/triggers/trigger-filter';
import type { DeployedStack, StackLedger } from '../../engine/ports/ledger';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { PATIENCE, tries } from './settings';

// What comes from a repository or a template may be anything. It is read, or refused with an error that says where; nothing else happens.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-fuzz-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** Milliseconds that one input may take, on a machine that does other things too. */
const MOST_MILLISECONDS = 10_000;

/** Runs what reads an input: it may give something, or throw one of our errors about the user's input. @param located it says where */
function readsOrRefuses(read: () => unknown, located: boolean): void {
  const started = performance.now();
  try {
    read();
  } catch (error) {
    if (!(error instanceof SaiondoError)) throw error;
    expect(error.source).toBe('user');
    expect(error.message.length).toBeGreaterThan(0);
    if (located)
      expect({ message: error.message, file: error.where?.file }).toEqual({
        message: error.message,
        file: expect.stringMatching(/./),
      });
  }
  expect(performance.now() - started).toBeLessThan(MOST_MILLISECONDS);
}

/** A value of a buildspec, template or definition that somebody may have written instead of the right one. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e400,
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    '0.2',
    'true',
    'yes',
    '*',
    '**/*',
    '${x}',
    '#{a.b}',
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ maxLength: 30 }),
);

/** A right document in which some places hold anything: what a slip of the pen makes of it. */
function slips<T>(right: T): fc.Arbitrary<unknown> {
  const places = pathsOf(right);
  return fc
    .array(fc.tuple(fc.constantFrom(...places), anything, fc.constantFrom('replace', 'rename', 'drop')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) =>
      changes.reduce<unknown>((document, [at, value, how]) => changed(document, at, value, how), right),
    );
}

function pathsOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== 'object') return at.length > 0 ? [at] : [];
  const below = Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...at, key]));
  return at.length > 0 ? [at, ...below] : below;
}

function changed(document: unknown, [key = '', ...rest]: readonly string[], value: unknown, how: string): unknown {
  if (document === null || typeof document !== 'object' || !(key in document)) return document;
  const copy = (Array.isArray(document) ? [...(document as unknown[])] : { ...document }) as Record<string, unknown>;
  if (rest.length > 0) copy[key] = changed(copy[key], rest, value, how);
  else if (how === 'replace') copy[key] = value;
  else {
    if (how === 'rename') copy[typeof value === 'string' ? value : `${key}x`] = copy[key];
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  }
  return copy;
}

const buildspec = {
  version: 0.2,
  'run-as': 'root',
  env: {
    shell: 'bash',
    variables: { A: 'a' },
    'parameter-store': { B: '/b' },
    'secrets-manager': { C: 'c:key:AWSCURRENT' },
    'exported-variables': ['A'],
  },
  phases: {
    install: { 'runtime-versions': { nodejs: 20 }, commands: ['npm ci'], finally: ['ls'] },
    build: { 'on-failure': 'RETRY-2-.*', commands: ['make', 'make test'] },
  },
  reports: { unit: { files: ['**/*.xml'], 'file-format': 'JUNITXML', 'base-directory': 'out' } },
  artifacts: { files: ['**/*'], 'base-directory': 'dist', 'secondary-artifacts': { Other: { files: ['x'] } } },
  cache: { key: 'k', 'fallback-keys': ['f'], paths: ['node_modules/**/*'] },
  batch: { 'build-list': [{ identifier: 'one', env: { variables: { A: 'b' } } }] },
};

test(
  'buildspecs',
  () => {
    const text = fc.oneof(
      { weight: 4, arbitrary: slips(buildspec).map((one) => stringify(one)) },
      { weight: 1, arbitrary: slips(buildspec).map((one) => JSON.stringify(one) ?? '') },
      { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
      {
        weight: 1,
        arbitrary: fc.string({ unit: fc.constantFrom(...'version: 0.2\n{}[]-&*!|>\'"#%@`,? '), maxLength: 120 }),
      },
    );
    fc.assert(
      fc.property(text, (given) => readsOrRefuses(() => parseBuildspec(given, 'buildspec.yml'), true)),
      tries(300),
    );
  },
  PATIENCE,
);

const template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { Name: { Type: 'String', Default: 'n', AllowedPattern: '[a-z]+' } },
  Mappings: { M: { eu: { v: '1' } } },
  Conditions: { C: { 'Fn::Equals': [{ Ref: 'Name' }, 'n'] } },
  Resources: {
    Topic: {
      Type: 'AWS::SNS::Topic',
      Condition: 'C',
      Properties: { TopicName: { 'Fn::Sub': '${Name}-${AWS::Region}' } },
    },
    Parameter: {
      Type: 'AWS::SSM::Parameter',
      DependsOn: ['Topic'],
      DeletionPolicy: 'Retain',
      Properties: {
        Type: 'String',
        Name: { 'Fn::Join': ['/', ['a', { Ref: 'Name' }]] },
        Value: { 'Fn::If': ['C', { 'Fn::GetAtt': ['Topic', 'TopicArn'] }, { 'Fn::FindInMap': ['M', 'eu', 'v'] }] },
      },
    },
  },
  Outputs: { Arn: { Value: { Ref: 'Topic' }, Export: { Name: 'arn' } } },
};

test(
  'templates',
  () => {
    const ledger = new DiskLedger(new Layout(path.join(root, 'ledger')));
    const at = {
      account: '111111111111',
      region: 'eu-west-1',
      stackName: 'S',
      file: 't.json',
      parameters: { Name: 'n' },
      tags: {},
    };
    const text = fc.oneof(
      { weight: 4, arbitrary: slips(template).map((one) => JSON.stringify(one) ?? '') },
      { weight: 2, arbitrary: slips(template).map((one) => stringify(one)) },
      { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
    );
    fc.assert(
      fc.property(text, (given) =>
        readsOrRefuses(() => computeChangeSet({ ...at, template: parseTemplate(given, 't.json') }, ledger), true),
      ),
      tries(150),
    );
  },
  PATIENCE,
);

const definition = {
  PipelineType: 'V2',
  ExecutionMode: 'SUPERSEDED',
  Variables: [{ Name: 'V', DefaultValue: 'v' }],
  Triggers: [
    {
      ProviderType: 'CodeStarSourceConnection',
      GitConfiguration: {
        SourceActionName: 'App',
        Push: [{ Branches: { Includes: ['main'] }, FilePaths: { Excludes: ['**/*.md'] } }],
      },
    },
  ],
  Stages: [
    {
      Name: 'Source',
      Actions: [
        {
          Name: 'App',
          ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'CodeStarSourceConnection', Version: '1' },
          Configuration: { ConnectionArn: 'a', FullRepositoryId: 'o/r', BranchName: 'main' },
          OutputArtifacts: [{ Name: 'Source' }],
        },
      ],
    },
    {
      Name: 'Build',
      BeforeEntry: {
        Conditions: [
          {
            Result: 'FAIL',
            Rules: [
              {
                Name: 'R',
                RuleTypeId: { Provider: 'VariableCheck' },
                Configuration: { Variable: '#{variables.V}', Operator: 'EQ', Value: 'v' },
              },
            ],
          },
        ],
      },
      OnFailure: { Result: 'RETRY', RetryConfiguration: { RetryMode: 'FAILED_ACTIONS' } },
      Actions: [
        {
          Name: 'Run',
          ActionTypeId: { Category: 'Compute', Owner: 'AWS', Provider: 'Commands', Version: '1' },
          Commands: ['ls'],
          InputArtifacts: [{ Name: 'Source' }],
          OutputArtifacts: [{ Name: 'Out', Files: ['**'] }],
          EnvironmentVariables: [{ Name: 'A', Value: 'a' }],
          OutputVariables: ['A'],
          Namespace: 'Ran',
        },
      ],
    },
  ],
};

test(
  'pipelines',
  () => {
    const stack = { stackName: 'P', account: '111111111111', region: 'eu-west-1' } as DeployedStack;
    const ledger = { resources: () => [] } as unknown as StackLedger;
    fc.assert(
      fc.property(slips(definition), (properties) =>
        readsOrRefuses(() => {
          const resource = {
            logicalId: 'P',
            type: 'AWS::CodePipeline::Pipeline',
            physicalId: 'p',
            attributes: {},
            standing: 'recorded' as const,
          };
          const pipeline = readPipeline({ ...resource, properties: properties as Record<string, unknown> }, stack);
          refuseInvalid(pipeline, { file: 'pipeline.yaml' });
          planActions(pipeline, {
            ledger,
            containers: false,
            tool: () => undefined,
            sources: new Map(),
          });
          const [source] = pipeline.stages[0]?.actions ?? [];
          if (source) triggersOn(pipeline, source, { kind: 'push', branch: 'main', files: ['a.md', 'b'] });
        }, true),
      ),
      tries(300),
    );
  },
  PATIENCE,
);

const globbing = fc.string({
  unit: fc.oneof(fc.constantFrom(...'*?[]{},\\/!-ab.'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })),
  maxLength: 255,
});

test(
  'globs of triggers',
  () => {
    fc.assert(
      fc.property(globbing, fc.string({ unit: fc.constantFrom(...'ab/.-'), maxLength: 400 }), (pattern, text) =>
        readsOrRefuses(() => compileGlob(pattern).matches(text), false),
      ),
      tries(400),
    );
  },
  PATIENCE,
);

test(
  'a glob without special characters takes itself and nothing else',
  () => {
    const plain = fc.string({ unit: fc.constantFrom(...'ab/.-_ 1'), maxLength: 40 });
    fc.assert(
      fc.property(plain, plain, (pattern, text) => {
        expect(compileGlob(pattern).matches(pattern)).toBe(true);
        expect(compileGlob(pattern).matches(text)).toBe(pattern === text);
        expect(compileGlob('**').matches(text)).toBe(true);
        expect(compileGlob('*').matches(text)).toBe(!text.includes('/'));
      }),
      tries(200),
    );
  },
  PATIENCE,
);

test(
  'regular expressions of conditions and phases',
  async () => {
    const pattern = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.string({ unit: fc.constantFrom(...'ab()[]{}*+?|.^$\\d\\Q\\E(?i),1-'), maxLength: 24 }),
      },
      // The shapes that backtrack without end, each of which takes the whole of its time.
      { weight: 1, arbitrary: fc.constantFrom('(a+)+$', '(a|a)*$', '(a|aa)+$', '([a-z]+)*!x', '(a*)*b', '(.*a){12}') },
    );
    await fc.assert(
      fc.asyncProperty(pattern, fc.nat(40), async (given, length) => {
        const answer = await matchesPattern(given, `${'a'.repeat(length)}!`, true).catch((error: unknown) => () => {
          throw error;
        });
        readsOrRefuses(() => (typeof answer === 'function' ? answer() : answer), false);
      }),
      tries(100),
    );
  },
  PATIENCE,
);

test(
  'expressions of deployment windows',
  () => {
    const field = fc.string({ unit: fc.constantFrom(...'*?0123456789,-/LW#MONJA '), maxLength: 6 });
    const expression = fc.oneof(
      fc.array(field, { minLength: 5, maxLength: 8 }).map((fields) => fields.join(' ')),
      fc
        .tuple(
          fc.constantFrom('*', '0/15', '99'),
          fc.constantFrom('31', '30', 'L', 'LW', '15W', '?', 'L-30'),
          fc.constantFrom('2', 'FEB', '*', '13'),
          fc.constantFrom('?', '6#5', '6L', 'MON-FRI', '8'),
        )
        .map(([minute, day, month, week]) => `* ${minute} * ${day} ${month} ${week}`),
    );
    fc.assert(
      fc.property(
        expression,
        fc.constantFrom(undefined, 'UTC', 'UTC+05:30', 'Europe/Berlin', 'Nowhere'),
        (given, zone) => readsOrRefuses(() => deploymentWindow(given, zone, new Date('2026-11-24T10:00:00Z')), false),
      ),
      tries(200),
    );
  },
  PATIENCE,
);

test(
  'archives',
  async () => {
    let count = 0;
    const bytes = fc.tuple(fc.constantFrom('', 'PK\u0003\u0004', 'PK\u0005\u0006'), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(bytes, async ([start, rest]) => {
        const file = path.join(root, `a${++count}.zip`);
        const to = path.join(root, `to${count}`);
        fs.mkdirSync(to);
        fs.writeFileSync(file, Buffer.concat([Buffer.from(start, 'latin1'), rest]));
        await unzip(file, to).catch((error: unknown) => {
          if (!(error instanceof SaiondoError)) throw error;
        });
      }),
      tries(100),
    );
  },
  PATIENCE,
);
