import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { z } from 'zod';
import { paintFor } from '../../commands/output/paint';
import { showTriage } from '../../commands/output/triage';
import { CloudFormation } from '../../engine/cloudformation/cloudformation';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { actionRunners } from '../../engine/codepipeline/providers/action-runners';
import type { ActionRunner } from '../../engine/ports/action';
import type { AwsRequest } from '../../engine/ports/aws-request';
import { ruleRunners } from '../../engine/codepipeline/rules/rule-providers';
import { Permissions } from '../../engine/rehearsal/permissions';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import type { PermissionRecord } from '../../model/permission-record';
import { currentExecution } from '../../model/run-state';
import { connect } from '../../operator/aws';
import { rehearsalConnection } from '../../operator/rehearsal-connection';
import { describeTriage } from '../../operator/triage/triage.describer';
import { serve } from '../engine/api/served';
import { deployAll } from '../iam/deployed-app';
import { PIPELINE, smallApp, stacksOf, type SmallApp } from '../iam/small-app';
import { shouldMatch } from './matching';
import { openSession, plainMachine, readYaml, PIPELINE as NAME } from './pipeline-session';

/**
 * The harness of permissions' scenarios: the small app of test/iam/small-app.ts, whose roles may what they have to, with one fault; the engine's own session runs
 * its pipeline with `--iam enforce`, and `saiondo triage` reads what came of it. Sources and builds are stand-ins that bring the template: what
 * they may is judged. Beside rule.yaml:
 *
 *     change.yaml       what is different: a list of changes of `pipeline`, `target` or `web`, the app's templates
 *         - { at: pipeline.BuildRole, without: [s3:PutObject] }              takes actions out of a role's policy
 *         - { at: pipeline.Build.LogsConfig.CloudWatchLogs, set: { … } }     sets a property by its path; numbers are places of a list
 *         - { at: target.DeployRole.Policies.0.PolicyDocument.Statement, add: { … } }    adds to a list
 *         - { at: pipeline.Key.KeyPolicy.Statement, drop: 0 }                takes out of a list, from its end where it is negative
 *         - { at: pipeline.Limit, resource: { … } }                          adds a resource
 *     source/           files that the source brings
 *     asks.yaml         what the command of the build Build asks the local endpoint for: service, operation, body
 *     expect.yaml       the action that fails, and AWS's sentence; without `at` the run succeeds
 */
const change = z.intersection(
  z.object({ at: z.string() }),
  z.union([
    z.object({ without: z.array(z.string()) }),
    z.object({ set: z.unknown() }).refine((one) => 'set' in one),
    z.object({ add: z.unknown() }).refine((one) => 'add' in one),
    z.object({ drop: z.number() }),
    z.object({ resource: z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) }) }),
  ]),
);
type Change = z.infer<typeof change>;

const expectation = z.strictObject({
  /** `Stage/Action` that fails; every one before it succeeds. */
  at: z.string().optional(),
  /** The role's name, or the service, that is denied; its action and resource. */
  role: z.string().optional(),
  action: z.string().optional(),
  resource: z.string().optional(),
  /** How AWS's sentence ends. */
  because: z.string().default('because no identity-based policy allows'),
  /** What the service answers that takes a policy not, by `/pattern/` or in full: in place of role, action and resource. */
  refused: z.string().optional(),
  /** What the run says, by `/pattern/` or in full; others may be said too. */
  messages: z.array(z.string()).default([]),
  /** Which conditions could not be judged: `ACTION RESOURCE: reason`, of the first call of each action, all of them and no more; without it nothing is looked at. */
  notKnown: z.array(z.string()).optional(),
});
const asked = z.strictObject({
  service: z.string(),
  operation: z.string(),
  method: z.string().default('POST'),
  url: z.string().default('/'),
  body: z.record(z.string(), z.unknown()).default({}),
});

const RUN = 'run-1';
const REGION = 'eu-west-1';

/** Runs the scenario of a folder and compares what comes out with its expect.yaml. */
export async function runScenario(folder: string): Promise<void> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-scenario-'));
  try {
    await compare(folder, root);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

async function compare(folder: string, root: string): Promise<void> {
  const expected = expectation.parse(readYaml(folder, 'expect.yaml'));
  const app = smallApp();
  for (const one of z.array(change).parse(readYaml(folder, 'change.yaml'))) makeChange(app, one);
  const layout = new Layout(root);
  const { failed, passed, said } = await run(app, folder, layout);
  for (const message of expected.messages) shouldMatch(said.filter((one) => matches(one, message)).length > 0, true);
  shouldMatch({ at: failed?.at }, { at: expected.at });
  if (expected.notKnown) shouldMatch(unjudged(layout), expected.notKnown);
  if (!failed) return;
  const lines = (await triageOf(layout)).split('\n').slice(0, 10).join('\n');
  expect(lines).toContain(failed.at);
  if (expected.refused !== undefined) {
    shouldMatch(failed.message, expected.refused);
    shouldMatch(lines, expected.refused);
    return;
  }
  const { role = '', action = '', because, resource } = expected;
  expect(failed.message).toContain(`is not authorized to perform: ${action}`);
  expect(failed.message).toContain(because);
  if (resource !== undefined) expect(failed.message).toContain(`on resource: ${resource} `);
  expect(passed).not.toContain(failed.at);
  expect(lines).toContain(`access denied: ${role} may not ${action}`);
}

/** The conditions that could not be judged in a run, each once by its action. */
function unjudged(layout: Layout): string[] {
  const records = fs.readFileSync(layout.permissions(RUN), 'utf8').split('\n').filter(Boolean);
  const all = records
    .map((line) => JSON.parse(line) as PermissionRecord)
    .filter(({ result, text }) => result === 'not known' && text.startsWith('condition key'));
  return [
    ...new Map(all.reverse().map((one) => [one.action, `${one.action} ${one.resource}: ${one.text}`])).values(),
  ].sort();
}

const matches = (text: string, expected: string): boolean => {
  const pattern = /^\/(.+)\/$/s.exec(expected)?.[1];
  return pattern === undefined ? text === expected : new RegExp(pattern).test(text);
};

interface Outcome {
  readonly failed?: { readonly at: string; readonly message: string };
  readonly passed: readonly string[];
  readonly said: readonly string[];
}

async function run(app: SmallApp, folder: string, layout: Layout): Promise<Outcome> {
  const ledger = await deployAll(stacksOf(app), new DiskLedger(layout));
  const local = plainMachine({}, layout.root);
  fs.mkdirSync(layout.run(RUN), { recursive: true });
  const said: RunEventBody[] = [];
  const permissions = new Permissions(ledger, 'enforce', {
    file: layout.permissions(RUN),
    roles: layout.roles(RUN),
    emit: (event) => void said.push(event),
  });
  const cloudFormation = new CloudFormation({
    layout,
    ledger,
    provisioners: new Map(),
    local,
    permits: permissions.permits,
  });
  const runners = new Map([
    ...actionRunners({ cloudFormation, provisioners: new Map(), sources: new Map() }),
    ['Source/AWS/CodeStarSourceConnection', brings(app, path.join(folder, 'source'))],
    ['Build/AWS/CodeBuild', builds(app, folder, permissions)],
  ]);
  const guarded = permissions.guard(runners);
  const rules = new Map(ruleRunners());
  const open = openSession({
    root: layout.root,
    runId: RUN,
    ledger,
    local,
    repository: layout.root,
    rules,
    runners: guarded,
  });
  open.session.open();
  open.session.startPipelineExecution({ name: NAME });
  await open.session.settled();
  const actions = [...(currentExecution(open.log.state)?.actions.entries() ?? [])];
  await open.close();
  const failed = actions.find(([, { status }]) => status === 'Failed');
  return {
    ...(failed ? { failed: { at: failed[0], message: failed[1].failure?.message ?? '' } } : {}),
    passed: actions.flatMap(([at, { status }]) => (status === 'Succeeded' ? [at] : [])),
    said: [...open.events, ...said].flatMap((event) => (event.kind === 'message' ? [event.text] : [])),
  };
}

/** A source that brings the template of what is deployed. @param source a folder with more that it brings, where there is one */
function brings(app: SmallApp, source?: string): ActionRunner {
  return async ({ outputs }) => {
    for (const { path: at } of outputs) {
      if (source !== undefined && fs.existsSync(source)) fs.cpSync(source, at, { recursive: true });
      fs.writeFileSync(path.join(at, 't.json'), JSON.stringify(app.web));
    }
    return { status: 'Succeeded', outputVariables: { CommitId: '0'.repeat(40) } };
  };
}

/** A build that hands on what it is given, after what its command asks for. */
function builds(app: SmallApp, folder: string, permissions: Permissions): ActionRunner {
  const file = path.join(folder, 'asks.yaml');
  const requests = fs.existsSync(file) ? z.array(asked).parse(readYaml(folder, 'asks.yaml')) : [];
  return async (context) => {
    if (context.action.name === 'Build')
      for (const request of requests) {
        const denied = await permissions.authorize(requestOf(request));
        if (denied === undefined) continue;
        const code = request.service === 's3' ? 'AccessDenied' : 'AccessDeniedException';
        const operation = request.operation.split('.').at(-1) ?? '';
        const message = `An error occurred (${code}) when calling the ${operation} operation: ${denied}`;
        return { status: 'Failed', failure: { code: 'BuildFailed', message } };
      }
    return brings(app)(context);
  };
}

function requestOf({ service, operation, method, url, body }: z.infer<typeof asked>): AwsRequest {
  const roleArn = `arn:aws:iam::${PIPELINE}:role/build`;
  const arn = `arn:aws:sts::${PIPELINE}:assumed-role/build/AWSCodeBuild-1`;
  const form = service === 'sts' ? new URLSearchParams(body as Record<string, string>).toString() : undefined;
  return {
    principal: { kind: 'build', account: PIPELINE, arn, userId: 'AROAEXAMPLE:AWSCodeBuild-1', roleArn },
    service,
    account: PIPELINE,
    region: REGION,
    method,
    url,
    headers: {
      'content-type': form === undefined ? 'application/x-amz-json-1.1' : 'application/x-www-form-urlencoded',
    },
    body: Buffer.from(form ?? JSON.stringify(body)),
    operation,
  };
}

/** What `saiondo triage` prints of the run. */
async function triageOf(layout: Layout): Promise<string> {
  const home = { account: PIPELINE, region: REGION };
  const served = await serve(layout, home);
  try {
    const aws = connect(rehearsalConnection(home, served.url, served.credentials));
    const triage = await describeTriage(aws, {
      pipeline: NAME,
      home,
      commits: async () => [],
      reproduce: (action) => `saiondo rehearse --only ${action}`,
    });
    return showTriage(triage, paintFor(process.stdout));
  } finally {
    await served.close();
  }
}

/** Changes the app as a fault does. @throws Error where the path is wrong */
function makeChange(app: SmallApp, one: Change): void {
  const [side = '', id = '', ...keys] = one.at.split('.');
  const template = app[side as keyof SmallApp];
  if (!template) throw new Error(`${one.at}: the app has pipeline, target and web`);
  if ('resource' in one) return void (template.Resources[id] = one.resource as (typeof template.Resources)[string]);
  const resource = template.Resources[id];
  if (!resource) throw new Error(`${one.at}: ${side} has ${Object.keys(template.Resources).join(', ')}`);
  if ('without' in one) return takeOut(resource.Properties.Policies[0].PolicyDocument, one.without, one.at);
  const last = keys.pop() ?? '';
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a path through JSON of any shape
  const holder = keys.reduce<any>((value, key) => value?.[key], resource.Properties);
  if (holder === undefined) throw new Error(`${one.at}: there is no ${keys.join('.')}`);
  if ('set' in one) holder[last] = one.set;
  else if ('add' in one) holder[last].push(one.add);
  else holder[last].splice(one.drop, 1);
}

interface Document {
  Statement: { Action: string | string[] }[];
}

/** Takes actions out of a policy; a statement that is left without any goes. */
function takeOut(document: Document, actions: readonly string[], at: string): void {
  const before = JSON.stringify(document);
  document.Statement = document.Statement.map((one) => ({
    ...one,
    Action: [one.Action].flat().filter((name) => !actions.includes(name)),
  })).filter((one) => one.Action.length > 0);
  if (JSON.stringify(document) === before) throw new Error(`${at} has none of ${actions.join(', ')}`);
}
