import { readPipeline } from '../../engine/codepipeline/definition/definition';
import type { DiskLedger } from '../../engine/cloudformation/ledger';
import { AccountPolicies, constructOf } from '../../engine/iam/account/account-policies';
import { readOnce } from '../../engine/iam/account/read-once';
import { bootstrapsNamedIn, withBootstraps } from '../../engine/iam/bootstrap/bootstrap';
import type { ServiceCall } from '../../engine/iam/calls/service-call';
import type { StandingCall } from '../../engine/iam/calls/standing-call';
import { standingCalls } from '../../engine/iam/calls/standing-calls';
import { judge, judgeOnAnything } from '../../engine/iam/judgement/judge';
import { withKeyCalls } from '../../engine/iam/judgement/key-calls';
import type { PermissionRecord } from '../../model/permission-record';
import { callsOf } from '../../engine/iam/judgement/pipeline-calls';
import type { DeployedResource, StackLedger } from '../../engine/ports/ledger';
import { dockerCalls } from './docker-calls';
import { NOT_EXERCISED } from './not-exercised';
import { plainCalls } from './plain-calls';
import { ANOTHERS_RECORD, recordCalls } from './record-calls';
import recorded from './sample-calls.json';
import { deployShippedApp } from './shipped-app';
import { unstartedCalls } from './unstarted-calls';

// The shipped app judged by its own policies. Every statement of every policy that it synthesizes is taken out, one at a time, and all calls are judged again: those of AWS's
// services for its actions and its resources, and those that the builds of the sample run asked for (sample-calls.json). Some call becomes denied, or the
// statement is named with the reason why none does.
type Ledger = Pick<StackLedger, 'resources'>;
/** What a build of the sample run asked the local endpoint for, as the run's permissions.jsonl has it. */
type RecordedCall = Pick<PermissionRecord, 'role' | 'action' | 'resource' | 'context'>;
interface Statement {
  readonly Effect: string;
  readonly Action: unknown;
}

let ledger: DiskLedger;
let base: Ledger;
let calls: readonly StandingCall[];

beforeAll(async () => {
  ledger = await deployShippedApp();
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline');
  const pipeline = readPipeline(resource, resource.stack);
  const named = JSON.stringify([pipeline.stages, recorded]);
  base = readOnce(withBootstraps(ledger, bootstrapsNamedIn(named, [pipeline.account])));
  const policies = new AccountPolicies(base);
  const actions = pipeline.stages.flatMap(({ actions: of }) =>
    of.flatMap((action) => callsOf(pipeline, action, ledger)),
  );
  const standing = ledger.list().flatMap((stack) => {
    const { account, region } = stack;
    const stackRole = `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`;
    return Object.values(stack.resources).flatMap((one) =>
      standingCalls({ resource: { ...one, stack }, ledger: base, stackRole }),
    );
  });
  const asked = (recorded as readonly RecordedCall[]).map(({ role, action, resource: on, ...more }): ServiceCall => {
    if (!policies.role(role)) throw new Error(`sample-calls.json: the app has no role ${role}`);
    return { by: role, action, resource: on, why: 'as its build asked for', source: 'the sample run', ...more };
  });
  const made = [...actions, ...standing, ...asked, ...dockerCalls(base), ...unstartedCalls(base), ...recordCalls(base)];
  const all = [...withKeyCalls(made, policies), ...plainCalls(base)];
  calls = [
    ...new Map(
      all.map((one) => [`${one.by} ${one.action} ${one.resource} ${JSON.stringify(one.context)}`, one]),
    ).values(),
  ];
}, 900_000);

/** What AWS would say of a call. */
function judged(call: StandingCall, policies: AccountPolicies): { readonly denied: boolean; readonly text: string } {
  const { decision, text } = (call.anything ? judgeOnAnything : judge)(call, policies);
  return { denied: decision.result === 'denied', text };
}

interface Mutant {
  readonly name: string;
  /** Whether a call may be about the resource whose statement is missing. */
  readonly concerns: (call: StandingCall) => boolean;
  readonly source: Ledger;
}

/** Every statement of the app's policies, each taken out. */
function mutants(): readonly Mutant[] {
  return ledger.list().flatMap((stack) =>
    Object.values(stack.resources).flatMap((resource) =>
      documentsOf(resource.properties).flatMap(({ document, put }) =>
        document.Statement.map((statement, index): Mutant => {
          const other =
            [statement.Action].flat().some((one) => one === 'sts:AssumeRole') && resource.type === 'AWS::IAM::Role';
          const none = other ? 'sts:TagSession' : 'none:None';
          const Statement = document.Statement.map((one, at) => (at === index ? { ...one, Action: none } : one));
          const changed = { ...resource, stack, properties: put({ ...document, Statement }) };
          const of = `${resource.type.replace('AWS::', '')} ${constructOf({ ...resource, stack })}`;
          return {
            concerns: (call) => isAbout(call, resource),
            name: `${of} ${index}: ${statement.Effect} ${[statement.Action].flat().join(' ')}`,
            source: {
              resources: (...which) =>
                base
                  .resources(...which)
                  .map((one) =>
                    one.logicalId === resource.logicalId && one.stack.stackId === stack.stackId ? changed : one,
                  ),
            },
          };
        }),
      ),
    ),
  );
}

/** Whether a call is by a role of a policy, or on the resource that a policy is of. */
function isAbout(
  { by, resource: on, action }: StandingCall,
  { type, physicalId, properties }: DeployedResource,
): boolean {
  if (type === 'AWS::IAM::Policy') return (properties.Roles as string[]).some((role) => by.endsWith(`/${role}`));
  if (type === 'AWS::IAM::Role') return by.endsWith(`/${physicalId}`) || on.endsWith(`/${physicalId}`);
  if (type === 'AWS::Logs::ResourcePolicy') return action.startsWith('logs:');
  const names = [physicalId, properties.Bucket, ...((properties.Topics as string[] | undefined) ?? [])];
  return names.some((name) => typeof name === 'string' && on.includes(name));
}

interface Document {
  readonly Statement: readonly Statement[];
}

/** The policies of a resource, wherever they are in it, and how a changed one is put back. */
function documentsOf(properties: Readonly<Record<string, unknown>>) {
  const found: { document: Document; put: (changed: Document) => Record<string, unknown> }[] = [];
  for (const [key, value] of Object.entries(properties)) {
    const text =
      typeof value === 'string' && value.includes('"Statement"') ? (JSON.parse(value) as unknown) : undefined;
    const document = (text ?? value) as Document | undefined;
    if (!Array.isArray(document?.Statement)) continue;
    found.push({
      document,
      put: (changed) => ({ ...properties, [key]: text === undefined ? changed : JSON.stringify(changed) }),
    });
  }
  return found;
}

test('nothing that the shipped app calls is denied, and what comes over plain HTTP or writes another’s record is', () => {
  const policies = new AccountPolicies(base);
  const wrong = calls.flatMap((call) => {
    const { denied, text } = judged(call, policies);
    const refused = call.context?.['aws:SecureTransport'] === 'false' || call.why === ANOTHERS_RECORD;
    return denied === refused ? [] : [`${call.by}: ${text}`];
  });
  expect(wrong).toEqual([]);
});

test('a statement that is missing is found; of the others the reason is known', () => {
  const before = new AccountPolicies(base);
  const all = mutants();
  const missed = all.filter(({ source, concerns }) => {
    const after = new AccountPolicies(source);
    return calls.filter(concerns).every((call) => judged(call, after).denied === judged(call, before).denied);
  });
  const reasons = NOT_EXERCISED.map(([pattern]) => pattern);
  expect(missed.map(({ name }) => name).filter((name) => !reasons.some((one) => one.test(name)))).toEqual([]);
  // A reason that explains nothing any more goes.
  expect(reasons.filter((one) => !missed.some(({ name }) => one.test(name)))).toEqual([]);
  expect({ of: all.length, found: all.length - missed.length }).toEqual({ of: 252, found: 246 });
});
