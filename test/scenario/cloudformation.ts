import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ActionContext, ActionResult, ArtifactFolder } from '../../engine/ports/action';
import { CloudFormation } from '../../engine/cloudformation/cloudformation';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { nestedStackProvisioner } from '../../engine/cloudformation/nested-stack';
import type { Provisioner } from '../../engine/ports/provisioner';
import { actionRunners } from '../../engine/codepipeline/providers/action-runners';
import { NO_ISOLATION } from '../../engine/isolation/plain';
import type { LocalAws } from '../../engine/ports/local-aws';
import { secretValue } from '../../engine/endpoint/secret-reference';
import { formatLocation, SaiondoError } from '../../model/errors';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import { callCloudFormation } from './cloudformation-call';
import { shouldMatch } from './matching';

/**
 * The harness of CloudFormation's scenarios: a sequence of CloudFormation actions of a pipeline against one ledger. Beside rule.yaml:
 *
 *     template.yaml, template-2.yaml, …   the template of each step (the last one that there is); JSON is YAML too
 *     given.yaml                          the steps, where they differ from one CREATE_UPDATE of the stack `Stack` for each template
 *     expect.yaml                         what must come out of each step, a list
 *
 * Every file of the folder is in the input artifact `Templates`. What a resource would be on this machine is recorded: which were made and removed.
 */
const step = z.strictObject({
  mode: z.string().default('CREATE_UPDATE'),
  stack: z.string().default('Stack'),
  template: z.string().optional(),
  /** Over the mode's usual configuration; an empty value leaves a key out. */
  configuration: z.record(z.string(), z.string()).default({}),
  outputs: z.array(z.string()).default([]),
  /** Logical ids whose making fails, the first time in this step, and whose removal does. */
  fails: z.array(z.string()).default([]),
  stays: z.array(z.string()).default([]),
  /** What making a resource shows: attributes by logical id. */
  attributes: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** The stack's protection from now on. */
  terminationProtection: z.boolean().optional(),
  /** The run is stopped when this resource begins. */
  stopAt: z.string().optional(),
  /** Instead of an action: a request of CloudFormation's API, as the CDK's and AWS's command lines send it, with `Action` and its parameters. */
  call: z.record(z.string(), z.string()).optional(),
  /** Values of the parameter store and of Secrets Manager from this step on, and the step's region instead of the scenario's. */
  set: z.record(z.string(), z.string()).default({}),
  setSecrets: z.record(z.string(), z.string()).default({}),
  region: z.string().optional(),
});
const given = z.strictObject({
  steps: z.array(step).optional(),
  region: z.string().default('eu-west-1'),
  parameters: z.record(z.string(), z.string()).default({}),
  secrets: z.record(z.string(), z.string()).default({}),
});

/** A text, or /a regular expression/. */
const text = z.string();
const expectation = z.strictObject({
  status: z.enum(['Succeeded', 'Failed', 'NotRehearsed', 'Abandoned']).default('Succeeded'),
  summary: text.optional(),
  missing: z.array(z.string()).optional(),
  /** `Add Topic`, `Modify Topic True TopicName`, `Remove Topic`: the change set that the step made, all of it. */
  changes: z.array(z.string()).optional(),
  /** `Topic CREATE_COMPLETE`: what stack and resources became, in order, all of it but what is in progress. */
  events: z.array(text).optional(),
  /** `make Topic`, `remove Topic`: what this machine was asked for, in order, all of it. */
  provisioned: z.array(z.string()).optional(),
  /** The stack as the ledger has it after the step; null: there is none. */
  stack: z.record(z.string(), z.unknown()).nullable().optional(),
  /** Of a call: what its answer has. */
  answer: z.array(text).optional(),
  /** Warnings that the engine says, in order: all of them. */
  messages: z.array(text).optional(),
  /** Resources of the stack after the step: these, with at least these properties. */
  resources: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  outputs: z.record(z.string(), text).optional(),
  variables: z.record(z.string(), text).optional(),
  /** Files of the output artifacts, parsed. */
  files: z.record(z.string(), z.unknown()).optional(),
  failure: z
    .strictObject({
      code: z.string().optional(),
      message: text.optional(),
      /** `file:line:column (path)` */
      where: text.optional(),
      next: text.optional(),
    })
    .optional(),
});
type Step = z.infer<typeof step>;
type Expectation = z.infer<typeof expectation>;

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;

/** Runs the scenario of a folder: its steps in order, each compared with its expectation. */
export async function runScenario(folder: string): Promise<void> {
  const settings = given.parse(read(folder, 'given.yaml') ?? {});
  const expectations = z.array(expectation).parse(read(folder, 'expect.yaml'));
  const steps = settings.steps ?? expectations.map(() => step.parse({}));
  if (steps.length !== expectations.length)
    throw new Error(`given.yaml has ${steps.length} steps, expect.yaml ${expectations.length}`);
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-scenario-'));
  try {
    const scenario = new Scenario(folder, new Layout(root), settings);
    for (const [index, one] of steps.entries()) {
      const expected = expectations[index] as Expectation;
      await scenario.run(one, index + 1, expected);
    }
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

class Scenario {
  constructor(
    private readonly folder: string,
    private readonly layout: Layout,
    private readonly settings: z.infer<typeof given>,
  ) {}

  async run(one: Step, number: number, expected: Expectation): Promise<void> {
    const { layout, settings } = this;
    Object.assign(settings.parameters, one.set);
    Object.assign(settings.secrets, one.setSecrets);
    const region = one.region ?? settings.region;
    // Read anew from disk for each step, as the next run does.
    const ledger = new DiskLedger(layout);
    if (one.terminationProtection !== undefined)
      ledger.put({ ...stackOf(ledger, region, one.stack), terminationProtection: one.terminationProtection });
    const events: RunEventBody[] = [];
    const provisioned: string[] = [];
    const stop = new AbortController();
    const emit = (event: RunEventBody): void => {
      events.push(event);
      if (event.kind === 'resource.status' && event.logicalId === one.stopAt) stop.abort(new Error('stopped'));
    };
    const stackNow = (): Outcome['stack'] => new DiskLedger(layout).get(ACCOUNT, region, one.stack);
    const local = this.local();
    const provisioners = new Recorded(one, provisioned);
    const cloudFormation = new CloudFormation({ layout, ledger, provisioners, local });
    provisioners.set(
      'AWS::CloudFormation::Stack',
      nestedStackProvisioner({
        cloudFormation,
        emit,
        readTemplate: async (_account, _region, url) =>
          fs.readFileSync(path.join(this.folder, path.basename(url)), 'utf8'),
      }),
    );
    if (one.call) {
      const template = fs.readFileSync(path.join(this.folder, this.templateOf(one, number)), 'utf8');
      const result = await callCloudFormation(
        cloudFormation,
        { region, stack: one.stack, call: one.call, template },
        emit,
      );
      for (const one of expected.answer ?? []) shouldMatch('summary' in result ? result.summary : '', one);
      return compare(expected, { result, events, provisioned, outputs: [], stack: stackNow() });
    }
    const outputs = one.outputs.map((name) => ({ name, path: layout.artifact('run', String(number), name) }));
    for (const output of outputs) fs.mkdirSync(output.path, { recursive: true });
    const action = actionRunners({ cloudFormation, provisioners, sources: new Map() }).get('Deploy/AWS/CloudFormation');
    if (!action) throw new Error('no runner for CloudFormation');
    const result = await action({
      layout,
      runId: 'run',
      pipeline: { name: 'pipeline', account: ACCOUNT, region } as PipelineDefinition,
      executionId: 'execution',
      actionExecutionId: String(number),
      stage: 'Stage',
      action: {
        name: 'Action',
        category: 'Deploy',
        owner: 'AWS',
        provider: 'CloudFormation',
        version: '1',
        runOrder: 1,
        configuration: this.configurationOf(one, number),
        inputArtifacts: ['Templates'],
        outputArtifacts: outputs.map(({ name }) => ({ name })),
        region,
      },
      inputs: [{ name: 'Templates', path: this.folder }],
      outputs,
      ledger,
      local,
      emit,
      signal: stop.signal,
      revisionOf: () => undefined,
    } satisfies ActionContext);
    compare(expected, {
      result,
      events,
      provisioned,
      outputs,
      stack: stackNow(),
    });
  }

  private templateOf(one: Step, number: number): string {
    const templates = Array.from({ length: number }, (_, i) => (i === 0 ? 'template.yaml' : `template-${i + 1}.yaml`));
    const last = templates.reverse().find((name) => fs.existsSync(path.join(this.folder, name)));
    return one.template ?? last ?? 'template.yaml';
  }

  private configurationOf(one: Step, number: number): Record<string, string> {
    const template = this.templateOf(one, number);
    const usual: Record<string, string> = {
      ActionMode: one.mode,
      StackName: one.stack,
      ...(one.mode.startsWith('CHANGE_SET') ? { ChangeSetName: 'Change' } : {}),
      ...(one.mode === 'CHANGE_SET_EXECUTE' ? {} : { RoleArn: ROLE }),
      ...(one.mode === 'CHANGE_SET_EXECUTE' || one.mode === 'DELETE_ONLY'
        ? {}
        : { TemplatePath: `Templates::${template}`, Capabilities: 'CAPABILITY_NAMED_IAM,CAPABILITY_AUTO_EXPAND' }),
    };
    return Object.fromEntries(Object.entries({ ...usual, ...one.configuration }).filter(([, value]) => value !== ''));
  }

  /** The scenario's values instead of a running AWS endpoint: starting one takes seconds. */
  private local(): LocalAws {
    const { parameters, secrets } = this.settings;
    return {
      isolation: NO_ISOLATION,
      endpointUrl: 'http://127.0.0.1:9',
      credentials: () => ({ accessKeyId: 'none', secretAccessKey: 'none' }),
      end: () => undefined,
      containers: false,
      environment: () => ({}),
      tool: () => undefined,
      secret: (account, region, reference) =>
        secretValue(reference, account, region, (id) => Promise.resolve(secrets[id])),
      parameter: async (_account, _region, name) => {
        const value = parameters[name];
        if (value === undefined)
          throw new SaiondoError(`the parameter ${name} does not exist`, { code: 'PARAMETER_MISSING' });
        return value;
      },
    };
  }
}

/** Stands for every type but those that CloudFormation itself or a function answers, and writes down what it was asked for. */
class Recorded extends Map<string, Provisioner> {
  private readonly failing: Set<string>;

  constructor(
    private readonly one: Step,
    private readonly provisioned: string[],
  ) {
    super();
    this.failing = new Set(one.fails);
  }

  override get(type: string): Provisioner | undefined {
    const own = super.get(type);
    if (own || type.startsWith('Custom::') || type.startsWith('AWS::CloudFormation::')) return own;
    return {
      ensure: async ({ logicalId, properties }) => {
        this.provisioned.push(`make ${logicalId}`);
        if (this.failing.delete(logicalId)) throw new Error(`no room for ${logicalId}`);
        // What a provisioner is given, secrets filled in: the ledger has to keep the reference.
        return {
          standing: 'real',
          attributes: { ...this.one.attributes[logicalId], given: JSON.stringify(properties) },
        };
      },
      remove: async ({ logicalId }) => {
        this.provisioned.push(`remove ${logicalId}`);
        if (this.one.stays.includes(logicalId)) throw new Error(`${logicalId} is in use`);
      },
    };
  }
}

interface Outcome {
  readonly result: ActionResult;
  readonly events: readonly RunEventBody[];
  readonly provisioned: readonly string[];
  readonly outputs: readonly ArtifactFolder[];
  readonly stack: ReturnType<DiskLedger['get']>;
}

function compare(expected: Expectation, { result, events, provisioned, outputs, stack }: Outcome): void {
  const failure = 'failure' in result ? result.failure : undefined;
  // One comparison first: what failed is then on the screen.
  expect({ status: result.status, ...(expected.status === 'Succeeded' ? { failure } : {}) }).toEqual({
    status: expected.status,
  });
  if (expected.failure) {
    const { where, ...rest } = expected.failure;
    shouldMatch({ ...failure }, rest);
    if (where) shouldMatch(failure?.where ? formatLocation(failure.where) : '', where);
  }
  if (expected.summary) shouldMatch('summary' in result ? result.summary : '', expected.summary);
  if (expected.missing) expect(result).toMatchObject({ missing: expected.missing });
  if (expected.changes) {
    const made = events.find((event) => event.kind === 'changeset.created');
    const lines = (made?.kind === 'changeset.created' ? made.changes : []).map((change) =>
      [change.action, change.logicalId, change.replacement, ...change.properties].filter(Boolean).join(' '),
    );
    expect(lines).toEqual(expected.changes);
  }
  if (expected.events) {
    const said = events.flatMap((event) =>
      event.kind === 'resource.status'
        ? [`${event.logicalId} ${event.status}${event.reason ? `: ${event.reason}` : ''}`]
        : event.kind === 'stack.status'
          ? [`${event.stackName} ${event.status}${event.reason ? `: ${event.reason}` : ''}`]
          : [],
    );
    shouldMatch(
      said.filter((line) => !/_IN_PROGRESS$/.test(line)),
      expected.events,
    );
  }
  if (expected.messages)
    shouldMatch(
      events.flatMap((event) => (event.kind === 'message' ? [event.text] : [])),
      expected.messages,
    );
  if (expected.provisioned) expect(provisioned).toEqual(expected.provisioned);
  if (expected.stack === null) expect(stack).toBeUndefined();
  else if (expected.stack) shouldMatch({ ...stack }, expected.stack);
  if (expected.resources) {
    const resources = stack?.resources ?? {};
    expect(Object.keys(resources).sort()).toEqual(Object.keys(expected.resources).sort());
    shouldMatch(resources, expected.resources);
  }
  if (expected.outputs)
    shouldMatch(
      Object.fromEntries(Object.entries(stack?.outputs ?? {}).map(([name, output]) => [name, output.value])),
      expected.outputs,
      'exactly',
    );
  if (expected.variables)
    shouldMatch('outputVariables' in result ? (result.outputVariables ?? {}) : {}, expected.variables, 'exactly');
  for (const [name, content] of Object.entries(expected.files ?? {})) {
    const file = outputs.map((output) => path.join(output.path, name)).find((one) => fs.existsSync(one));
    expect(file && JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(content);
  }
}

function stackOf(ledger: DiskLedger, region: string, name: string): NonNullable<ReturnType<DiskLedger['get']>> {
  const stack = ledger.get(ACCOUNT, region, name);
  if (!stack) throw new Error(`there is no stack ${name} yet`);
  return stack;
}

function read(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  return fs.existsSync(file) ? parse(fs.readFileSync(file, 'utf8')) : undefined;
}
