import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { AccountPolicies, constructOf } from '../../engine/iam/account/account-policies';
import { bootstrapsNamedIn, withBootstraps } from '../../engine/iam/bootstrap/bootstrap';
import type { ServiceCall } from '../../engine/iam/calls/service-call';
import { judge } from '../../engine/iam/judgement/judge';
import { callsOf } from '../../engine/iam/judgement/pipeline-calls';
import type { DiskLedger } from '../../engine/cloudformation/ledger';
import type { PipelineDefinition } from '../../model/pipeline';
import { CONFIGURATION, synthesized } from '../app/synthesized';
import { parseConfiguration } from '../../config/load';
import { deployAll } from './deployed-app';

// The shipped app judged by its own policies: every call that AWS's services make for its actions is allowed, and a statement that is taken out is missed by a call, or a reason says why none asks for it.
interface Document {
  readonly Statement: readonly Record<string, unknown>[];
}
let ledger: DiskLedger;
let pipeline: PipelineDefinition;

beforeAll(async () => {
  const { pipeline: at } = parseConfiguration(CONFIGURATION, 'saiondo.yaml');
  const templates = synthesized();
  const stacks = Object.entries(templates).filter(([name]) => /^saiondo-pipeline/.test(name));
  ledger = await deployAll(
    stacks.map(([name, template]) => ({ name, account: at.account, region: at.region, template })),
  );
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline');
  pipeline = readPipeline(resource, resource.stack);
}, 120_000);

interface Asked {
  readonly at: string;
  readonly call: ServiceCall;
}

/** Every call that AWS's services make for the pipeline, once. */
function callsOfAll(): readonly Asked[] {
  const all = pipeline.stages.flatMap(({ name, actions }) =>
    actions.flatMap((action) =>
      callsOf(pipeline, action, ledger).map((call) => ({ at: `${name}/${action.name}`, call })),
    ),
  );
  return [...new Map(all.map((one) => [`${one.call.by} ${one.call.action} ${one.call.resource}`, one])).values()];
}

function denials(calls: readonly Asked[], source: Pick<DiskLedger, 'resources'>): string[] {
  const policies = new AccountPolicies(source);
  return calls.flatMap(({ at, call }) => {
    const { decision, text } = judge(call, policies);
    return decision.result === 'denied' && call.optional === undefined ? [`${at}: ${text}`] : [];
  });
}

/** Why no call of AWS's services needs a statement: by its construct and its actions. */
const NOT_EXERCISED: readonly (readonly [RegExp, string])[] = [
  [/^saiondo-pipeline\/PullRequests/, 'a pull request starts these builds: no rehearsal has one'],
  [
    /codebuild:CreateReportGroup/,
    'aws-cdk-lib grants report groups to every project; no report stands in its inline buildspec',
  ],
  [/s3:PutObjectAcl/, 'aws-cdk-lib grants it to every pipeline with its bucket; no action of this one sets an ACL'],
  [/ecr:(GetAuthorizationToken|PutImage|CreateRepository)/, 'the build’s own docker and aws ask for it'],
  [
    /"(ssm:|codepipeline:GetPipelineExecution|sts:AssumeRole|cloudformation:DescribeStacks|s3:ListBucket)/,
    'the build’s own commands ask for it: judged when they run',
  ],
];

test('nothing that AWS’s services call for the shipped pipeline is denied, and each statement that they need is missed', () => {
  const named = bootstrapsNamedIn(JSON.stringify(pipeline.stages), [pipeline.account]);
  const base = withBootstraps(ledger, named);
  const calls = callsOfAll();
  expect(denials(calls, base)).toEqual([]);
  let found = 0;
  const unexplained: string[] = [];
  for (const policy of ledger.resources('AWS::IAM::Policy')) {
    const { Statement } = policy.properties.PolicyDocument as Document;
    const roles = policy.properties.Roles as string[];
    const own = calls.filter(({ call }) => roles.includes(call.by.split('/').at(-1) ?? ''));
    Statement.forEach((statement, index) => {
      const left = Statement.map((one, at) => (at === index ? { ...one, Action: 'none:None' } : one));
      const PolicyDocument = { Version: '2012-10-17', Statement: left };
      const mutant = { ...policy, properties: { ...policy.properties, PolicyDocument } };
      const source = {
        resources: (...of: Parameters<DiskLedger['resources']>) =>
          base
            .resources(...of)
            .map((one) => (one.type === policy.type && one.logicalId === policy.logicalId ? mutant : one)),
      };
      const name = `${constructOf(policy)} ${index}: ${JSON.stringify(statement.Action)}`;
      if (own.length > 0 && denials(own, source).length > 0) found++;
      else if (!NOT_EXERCISED.some(([pattern]) => pattern.test(name))) unexplained.push(name);
    });
  }
  expect(unexplained).toEqual([]);
  expect(found).toBeGreaterThanOrEqual(38);
}, 180_000);
