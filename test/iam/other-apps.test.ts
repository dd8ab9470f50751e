import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { findPipelineStack, readAssembly } from '../../engine/assembly/assembly';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { resolveParameters } from '../../engine/cloudformation/template/parameters';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import { AccountPolicies } from '../../engine/iam/account/account-policies';
import { bootstrapsNamedIn, withBootstraps } from '../../engine/iam/bootstrap/bootstrap';
import { judgedCalls } from '../../engine/iam/judgement/judged-calls';
import { judgeStanding } from '../../engine/iam/judgement/judge-standing';
import { Layout } from '../../model/layout';
import { APPS, synthesize } from '../assemblies/apps';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-iam-apps-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

// No false red: other people's apps, whose roles aws-cdk-lib writes, are denied nothing that AWS's services call for their actions and their resources.
test.each(Object.keys(APPS) as (keyof typeof APPS)[])('%s is denied nothing', async (name) => {
  const folder = fs.mkdtempSync(path.join(root, 'app-'));
  const stacks = readAssembly(synthesize(name, folder));
  const own = findPipelineStack(stacks, undefined);
  const ledger = new DiskLedger(new Layout(path.join(folder, '.saiondo')));
  for (const one of [own, ...stacks.filter((other) => other !== own)]) {
    const { account, region, stackName, template, tags } = one;
    const at = { account, region, stackName, file: path.basename(one.templateFile) };
    const parameters = await resolveParameters(template, {}, at, async () => '30');
    const set = computeChangeSet({ ...at, template, parameters, tags }, ledger);
    await deploy(set, { ledger, provisioners: new Map(), emit: () => undefined, environment: 'test' });
  }
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline');
  const pipeline = readPipeline(resource, resource.stack);
  const source = withBootstraps(ledger, bootstrapsNamedIn(JSON.stringify(pipeline.stages), [pipeline.account]));
  const policies = new AccountPolicies(source);
  const judged = [
    ...pipeline.stages.flatMap(({ actions }) => actions.flatMap((one) => judgedCalls(pipeline, one, ledger, policies))),
    ...ledger
      .list()
      .flatMap((stack) =>
        Object.values(stack.resources).flatMap((one) => judgeStanding({ ...one, stack }, policies, source)),
      ),
  ];
  expect(judged.filter(({ call }) => !call.optional).length).toBeGreaterThan(5);
  const denied = judged.filter(({ call, decision }) => decision.result === 'denied' && !call.optional);
  expect(denied.map(({ text }) => text)).toEqual([]);
});
