import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ActionContext, ActionResult, ArtifactFolder } from '../../engine/ports/action';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { runCodeBuildAction } from '../../engine/codebuild/start/codebuild-action';
import { machineHas } from '../fixtures/requires';
import { NO_ISOLATION } from '../../engine/isolation/plain';
import { openIsolation } from '../../engine/isolation/open-isolation';
import type { Isolation } from '../../engine/ports/isolation';
import type { LocalAws } from '../../engine/ports/local-aws';
import { secretValue } from '../../engine/endpoint/secret-reference';
import { which } from '../../engine/host/tools';
import { SaiondoError } from '../../model/errors';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import { matching, shouldMatch } from './matching';

/**
 * The harness of CodeBuild's scenarios: a folder's buildspec as a CodeBuild action of a pipeline, with real processes. Beside rule.yaml:
 *
 *     buildspec.yml     goes into the primary source, as a repository has it (given.yaml's `project` may name or inline another)
 *     input/            the primary source's other files; input-2/ instead of it for the second build, and so on
 *     inputs/<name>/    further input artifacts
 *     bin/              commands that stand ahead on PATH
 *     s3/<bucket>/<key> objects that the local AWS endpoint has
 *     given.yaml        project, action, parameters, secrets, outputs: what differs from the defaults
 *     expect.yaml       what must come out; a list where the same project builds several times
 *     expect-unprivileged.yaml   instead of it where the tests do not run as root
 */
const given = z.strictObject({
  /** Properties of the AWS::CodeBuild::Project, over an empty one's. */
  project: z.record(z.string(), z.unknown()).default({}),
  /** The project resource's Metadata in its template. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  /** A file of the folder that becomes the project's inline buildspec. */
  inline: z.string().optional(),
  action: z
    .strictObject({ configuration: z.record(z.string(), z.string()).default({}), name: z.string().default('Action') })
    .prefault({}),
  outputs: z.array(z.string()).default([]),
  /** The project of each build, where they are not all of `project`: same properties, another name. */
  projects: z.array(z.string()).optional(),
  parameters: z.record(z.string(), z.string()).default({}),
  /** Values by secret name and version (stage or id). */
  secrets: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** A variable that holds a folder which all builds of the scenario see. */
  sharedFolder: z.string().optional(),
  /** Tools that this machine shall not have. */
  withoutTools: z.array(z.string()).default([]),
  /** The run is stopped when this command starts. */
  stopAt: z.string().optional(),
});

/** A text, or /a regular expression/. */
const text = z.string();
const expectation = z.strictObject({
  /** The build's, NOT_STARTED where there was none; of a batch `builds` and `action` tell more. */
  status: z.enum(['SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED', 'NOT_STARTED']).optional(),
  /** The status of every build that the action started, in the order of their numbers. */
  builds: z.array(z.string()).optional(),
  /** The action's own status where the build's does not tell it. */
  action: z.enum(['Succeeded', 'Failed', 'NotRehearsed', 'Abandoned']).optional(),
  /** Of the build's timeout. */
  timeoutMinutes: z.number().optional(),
  missing: z.array(text).optional(),
  summary: text.optional(),
  /** `PHASE STATUS`, all of them, in order. */
  phases: z.array(z.string()).optional(),
  /** Whole lines of the log, in this order; others may stand between. */
  log: z.array(text).default([]),
  absent: z.array(text).default([]),
  /** The action's output variables: these and no others. */
  variables: z.record(z.string(), text).optional(),
  /** Files of each output artifact: these and no others; with their content where one is given. */
  artifacts: z.record(z.string(), z.union([z.array(z.string()), z.record(z.string(), text)])).optional(),
  /** Figures of each report, in order. */
  reports: z.array(z.record(z.string(), z.unknown())).optional(),
  failure: z
    .strictObject({
      code: z.string().optional(),
      message: text.optional(),
      phase: z.string().optional(),
      command: text.optional(),
      exitCode: z.number().optional(),
      /** `file:line:column (path)` */
      where: text.optional(),
      next: text.optional(),
    })
    .optional(),
  /** Warnings and limits that the engine says, in order: all of them. */
  messages: z.array(z.strictObject({ level: z.enum(['warning', 'limit']), text, where: text.optional() })).default([]),
});
type Given = z.infer<typeof given>;
type Expectation = z.infer<typeof expectation>;

const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';

/** Runs the scenario of a folder: once for each expectation, as builds of one project, and compares. */
export async function runScenario(folder: string): Promise<void> {
  const settings = read(folder, 'given.yaml', given) ?? given.parse({});
  const unprivileged = path.join(folder, 'expect-unprivileged.yaml');
  const expect_ =
    process.getuid?.() !== 0 && fs.existsSync(unprivileged) ? unprivileged : path.join(folder, 'expect.yaml');
  const file = parse(fs.readFileSync(expect_, 'utf8')) as unknown;
  const expectations = (Array.isArray(file) ? file : [file]).map((one) => expectation.parse(one));
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-scenario-'));
  // `run-as` lets other users in.
  fs.chmodSync(root, 0o755);
  const endpoint = await startS3(path.join(folder, 's3'));
  const isolation = await isolationOf(path.basename(folder));
  try {
    for (const [index, expected] of expectations.entries()) {
      await runBuildOf(folder, settings, root, index + 1, expected, endpoint.url, isolation);
    }
  } finally {
    await endpoint.stop();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

async function runBuildOf(
  folder: string,
  settings: Given,
  root: string,
  number: number,
  expected: Expectation,
  endpointUrl: string,
  isolation: Isolation,
): Promise<void> {
  const layout = new Layout(root);
  const runId = `build-${number}`;
  const source = primarySource(folder, settings, root, number);
  const inputs: ArtifactFolder[] = [{ name: 'Source', path: source }, ...foldersIn(path.join(folder, 'inputs'))];
  const outputs = settings.outputs.map((name) => ({ name, path: layout.artifact(runId, 'e', name) }));
  for (const output of outputs) fs.mkdirSync(output.path, { recursive: true });
  const events: RunEventBody[] = [];
  const stop = new AbortController();
  const emit = (event: RunEventBody): void => {
    events.push(event);
    if (event.kind === 'build.command.started' && event.command === settings.stopAt) stop.abort();
  };
  const result = await runCodeBuildAction({
    layout,
    runId,
    pipeline: { name: 'pipeline', account: ACCOUNT, region: REGION } as PipelineDefinition,
    executionId: 'e',
    actionExecutionId: 'a',
    stage: 'Stage',
    action: {
      name: settings.action.name,
      category: 'Build',
      owner: 'AWS',
      provider: 'CodeBuild',
      version: '1',
      runOrder: 1,
      configuration: { ProjectName: settings.projects?.[number - 1] ?? 'project', ...settings.action.configuration },
      inputArtifacts: inputs.map((one) => one.name),
      outputArtifacts: outputs.map(({ name }) => ({ name })),
      region: REGION,
    },
    inputs,
    outputs,
    ledger: ledgerOf(folder, settings, layout),
    local: localAws(folder, settings, root, endpointUrl, isolation),
    emit,
    signal: stop.signal,
    revisionOf: () => ({ commitId: '0123456789abcdef0123456789abcdef01234567', repository: 'owner/repository' }),
  } satisfies ActionContext);
  compare(expected, { result, events, layout, runId, outputs });
}

/** The primary source: one folder for all builds, unless a build has an input of its own. */
function primarySource(folder: string, settings: Given, root: string, number: number): string {
  const own = fs.existsSync(path.join(folder, `input-${number}`));
  const source = path.join(root, own ? `source-${number}` : 'source');
  if (fs.existsSync(source)) return source;
  fs.mkdirSync(source);
  const input = path.join(folder, own ? `input-${number}` : 'input');
  if (fs.existsSync(input)) fs.cpSync(input, source, { recursive: true, verbatimSymlinks: true });
  const buildspec = path.join(folder, 'buildspec.yml');
  if (fs.existsSync(buildspec) && !settings.inline) fs.copyFileSync(buildspec, path.join(source, 'buildspec.yml'));
  return source;
}

interface Outcome {
  readonly result: ActionResult;
  readonly events: readonly RunEventBody[];
  readonly layout: Layout;
  readonly runId: string;
  readonly outputs: readonly ArtifactFolder[];
}

function compare(expected: Expectation, outcome: Outcome): void {
  const { result, events } = outcome;
  const of = <K extends RunEventBody['kind']>(kind: K): Extract<RunEventBody, { kind: K }>[] =>
    events.filter((event): event is Extract<RunEventBody, { kind: K }> => event.kind === kind);
  const builds = of('build.started').sort((a, b) => a.buildNumber - b.buildNumber);
  const log = builds
    .map((build) => fs.readFileSync(path.join(outcome.layout.run(outcome.runId), build.log), 'utf8'))
    .join('');
  const statuses = builds.map((build) => of('build.ended').find((one) => one.buildId === build.buildId)?.status ?? '');
  const failure = 'failure' in result ? result.failure : undefined;
  // What failed is on the screen with the first comparison.
  const status = statuses.at(-1) ?? 'NOT_STARTED';
  if (expected.status)
    expect({ status, ...(expected.status === 'SUCCEEDED' ? { failure } : {}) }).toEqual({ status: expected.status });
  if (expected.action) shouldMatch({ status: result.status, failure }, { status: expected.action });
  if (expected.timeoutMinutes) expect(builds[0]?.timeoutMinutes).toBe(expected.timeoutMinutes);
  if (expected.builds) expect(statuses).toEqual(expected.builds);
  if (expected.missing) shouldMatch('missing' in result ? result.missing : [], expected.missing);
  if (expected.summary) shouldMatch('summary' in result ? result.summary : '', expected.summary);
  if (expected.phases)
    expect(of('build.phase.ended').map((event) => `${event.phase} ${event.status}`)).toEqual(expected.phases);
  const said = of('message')
    .filter((event) => event.level === 'warning' || event.level === 'limit')
    .map(({ level, text: words, where }) => ({ level, text: words, ...(where ? { where } : {}) }));
  shouldMatch(said, expected.messages);
  if (expected.failure) {
    const { where, ...rest } = expected.failure;
    shouldMatch({ ...failure }, rest);
    if (where) shouldMatch(place(failure?.where), where);
  }
  if (expected.variables)
    shouldMatch('outputVariables' in result ? (result.outputVariables ?? {}) : {}, expected.variables, 'exactly');
  const lines = log.split('\n');
  let at = 0;
  for (const line of expected.log) {
    const found = lines.findIndex((one, index) => index >= at && matching(line, one));
    if (found === -1)
      throw new Error(`the log has no line ${JSON.stringify(line)}${at > 0 ? ` after line ${at}` : ''}:\n${log}`);
    at = found + 1;
  }
  for (const line of expected.absent) expect(lines.filter((one) => matching(line, one))).toEqual([]);
  if (expected.reports)
    shouldMatch(
      of('build.report').map((event) => ({ ...event.report })),
      expected.reports,
    );
  for (const [name, files] of Object.entries(expected.artifacts ?? {})) {
    const output = outcome.outputs.find((one) => one.name === name);
    if (!output) throw new Error(`given.yaml has no output ${name}`);
    const content = contentOf(output.path);
    if (Array.isArray(files)) expect(Object.keys(content).sort()).toEqual([...files].sort());
    else shouldMatch(content, files, 'exactly');
  }
}

function place(where: { file: string; line?: number; column?: number; path?: string } | undefined): string {
  if (!where) return '';
  return `${[where.file, where.line, where.column].filter((part) => part !== undefined).join(':')}${where.path ? ` (${where.path})` : ''}`;
}

/** Files and symbolic links below a folder, with their content or where they lead. */
function contentOf(folder: string): Record<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const at = path.join(entry.parentPath, entry.name);
        return [
          path.relative(folder, at),
          entry.isSymbolicLink() ? `-> ${fs.readlinkSync(at)}` : fs.readFileSync(at, 'utf8'),
        ];
      }),
  );
}

function ledgerOf(folder: string, settings: Given, layout: Layout): DiskLedger {
  const ledger = new DiskLedger(layout);
  const inline = settings.inline && fs.readFileSync(path.join(folder, settings.inline), 'utf8');
  ledger.put({
    stackName: 'Stack',
    stackId: 'Stack',
    account: ACCOUNT,
    region: REGION,
    status: 'CREATE_COMPLETE',
    template: {
      Resources: {
        Project: { Type: 'AWS::CodeBuild::Project', ...(settings.metadata ? { Metadata: settings.metadata } : {}) },
      },
    },
    parameters: {},
    tags: {},
    outputs: {},
    updatedAt: '',
    resources: Object.fromEntries(
      (settings.projects ?? ['project']).map((name) => [
        name,
        {
          logicalId: 'Project',
          type: 'AWS::CodeBuild::Project',
          physicalId: name,
          attributes: {},
          standing: 'recorded' as const,
          properties: { ...(inline ? { Source: { BuildSpec: inline } } : {}), ...settings.project },
        },
      ]),
    ),
  });
  return ledger;
}

/** This machine as a build sees it: its own tools, and the scenario's values instead of a running AWS endpoint (that takes seconds to start). */
function localAws(folder: string, settings: Given, root: string, endpointUrl: string, isolation: Isolation): LocalAws {
  const bin = path.join(folder, 'bin');
  return {
    isolation: settings.sharedFolder ? sharing(isolation, root) : isolation,
    sees: fs.existsSync(bin) ? [bin] : [],
    endpointUrl,
    credentials: () => ({ accessKeyId: 'none', secretAccessKey: 'none' }),
    end: () => undefined,
    containers: false,
    environment: (account, region) => ({
      PATH: [bin, process.env.PATH ?? ''].join(path.delimiter),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: `AKIA${account}LOCL`,
      AWS_SECRET_ACCESS_KEY: 'scenario',
      ...(settings.sharedFolder ? { [settings.sharedFolder]: root } : {}),
    }),
    tool: (name) => (settings.withoutTools.includes(name) ? undefined : which(name, [bin])),
    secret: (account, region, reference) =>
      secretValue(reference, account, region, (id, at) =>
        Promise.resolve(settings.secrets[id]?.[at.versionId ?? at.versionStage ?? 'AWSCURRENT']),
      ),
    parameter: (_account, _region, name) => {
      const value = settings.parameters[name];
      if (value === undefined)
        throw new SaiondoError(`the parameter ${name} does not exist`, { code: 'PARAMETER_MISSING' });
      return Promise.resolve(value);
    },
  };
}

/** Scenarios of how commands run, which builds in namespaces have to follow too. `SAIONDO_TEST_ISOLATION=namespaces` runs all of them so. */
const ISOLATED = new Set([
  'a-build-times-out',
  'a-cache-of-the-home-folder',
  'a-command-stands-on-line-4-of-its-script',
  'a-local-custom-cache-wins-over-the-source',
  'a-stopped-build-runs-nothing-more',
  'an-early-exit-saves-nothing',
  'build-succeeding-tells-of-the-build',
  'directory-and-variables-are-carried-over',
  'enable-symlinks-keeps-links-inside',
  'env-shell-chooses-bash',
  'functions-and-set-e-end-with-their-command',
  'further-inputs-have-folders-of-their-own',
  'images-bring-commands-of-codebuild',
  'lambda-compute-has-fixed-limits',
  'run-as-chooses-the-user',
  'symbolic-links-are-followed',
  'the-last-exit-status-is-a-variable',
  'version-0-1-runs-each-command-alone',
  'what-runs-in-the-background-ends-with-the-build',
]);
let opened: Promise<Isolation> | undefined;

/** How a scenario's builds are started: the best isolation of this machine, opened once, or none. */
function isolationOf(scenario: string): Promise<Isolation> {
  const wanted = process.env.SAIONDO_TEST_ISOLATION === 'namespaces' || ISOLATED.has(scenario);
  if (!wanted || !machineHas('namespaces')) return Promise.resolve(NO_ISOLATION);
  return (opened ??= openBest());
}

function openBest(): Promise<Isolation> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-isolation-'));
  process.once('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  return openIsolation({ directory, wanted: 'namespaces', hidden: [], reads: [] });
}

/** An isolation whose builds see a folder of this machine. */
function sharing(isolation: Isolation, folder: string): Isolation {
  return {
    kind: isolation.kind,
    seenAt: (folders) => isolation.seenAt(folders),
    open: (request) => isolation.open({ ...request, writes: [...request.writes, folder] }),
  };
}

/** The endpoint of a scenario that has objects in S3; an address where nothing listens for the others. */
async function startS3(objects: string): Promise<{ url: string; stop: () => Promise<void> }> {
  if (!fs.existsSync(objects)) return { url: 'http://127.0.0.1:9', stop: () => Promise.resolve() };
  const server = http.createServer((request, response) => {
    const file = path.join(objects, decodeURIComponent(request.url ?? ''));
    if (fs.existsSync(file)) response.end(fs.readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((done) => server.close(() => done())) };
}

function read<T>(folder: string, name: string, schema: z.ZodType<T>): T | undefined {
  const file = path.join(folder, name);
  return fs.existsSync(file) ? schema.parse(parse(fs.readFileSync(file, 'utf8'))) : undefined;
}

function foldersIn(folder: string): ArtifactFolder[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => ({ name, path: path.join(folder, name) })) : [];
}
